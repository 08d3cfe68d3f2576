/* One label: to look at, and as a file to print. */
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/words.h"
#include "render/label_sheet.h"
#include "render/qr.h"
#include "shared/label.h"
#include "web/reply.h"

#define DOTS         10u /* of a picture, for each module */
#define PICTURE_MOST ((size_t)4 * 1024 * 1024)

static const struct rows *find(struct session *session, const struct request *request, struct label *label,
                               struct error *error)
{
    const struct rows *rows;
    struct error       unreadable = {0};

    if (!label_parse(request_part(request, 0), label, &unreadable)) {
        error_set(error, ERROR_NOT_FOUND, "This label is not known here");
        return NULL;
    }
    rows = QUERY(session, request->arena, SQL_LABEL_FIND, error, label->code);
    if (rows && rows_count(rows) == 0) {
        error_set(error, ERROR_NOT_FOUND, "This label is not known here");
        return NULL;
    }
    return rows;
}

static const char *state_of(const struct request *request, const struct rows *rows)
{
    if (rows_flag(rows, 0, "revoked"))
        return page_text(request, "Revoked");
    if (*rows_text(rows, 0, "device_id"))
        return page_text(request, "On a device");
    return *rows_text(rows, 0, "party_id") ? rows_text(rows, 0, "party_name")
                                           : page_text(request, "New: on no device yet");
}

bool label_show(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    struct label label;
    struct view *view = page_view(service, request, "nav_labels");
    const char  *address;
    struct qr    qr;

    if (!request_only(request, "", error))
        return false;
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows = session ? find(session, request, &label, error) : NULL;

    if (!rows)
        return false;
    address = label_sheet_address(request->arena, service->config->base_url, &label);
    if (!qr_make(request->arena, address, &qr, error))
        return false;
    view_text(view, "title", words_code(request, label.code));
    view_text(view, "code", words_code(request, label.code));
    view_text(view, "address", address);
    view_text(view, "qr", qr_data_uri(request->arena, &qr));
    view_text(view, "batch", rows_text(rows, 0, "batch"));
    view_text(view, "state", state_of(request, rows));
    view_flag(view, "revoked", rows_flag(rows, 0, "revoked"));
    view_text(view, "base", arena_format(request->arena, "/labels/%s", label.code));
    if (*rows_text(rows, 0, "party_id")) /* nothing comes next for it */
        view_flag(view, "is_place", strcmp(rows_text(rows, 0, "party_kind"), "place") == 0);
    else
        view_text(view, "bench_href",
                  *rows_text(rows, 0, "device_id")
                      ? arena_format(request->arena, "/bench?device=%s", rows_text(rows, 0, "device_id"))
                      : arena_format(request->arena, "/bench?code=%s", label.code));
    view_flag(view, "was_on", rows_flag(rows, 0, "revoked") && *rows_text(rows, 0, "device_id"));
    return page_show(service, request, reply, "label", view, error);
}

static bool write_svg(const struct service *service, const struct request *request, const struct label *label,
                      struct buffer *out, struct error *error)
{
    struct qr qr;

    if (!qr_make(request->arena, label_sheet_address(request->arena, service->config->base_url, label), &qr,
                 error))
        return false;
    qr_svg(&qr, (qr.width + 2 * QR_QUIET) * DOTS, out);
    return true;
}

static bool write_png(const struct service *service, const struct request *request, const struct label *label,
                      struct buffer *out, struct error *error)
{
    return label_sheet_png(request->arena,
                           label_sheet_address(request->arena, service->config->base_url, label), DOTS, out,
                           error);
}

static bool write_pdf(const struct service *service, const struct request *request, const struct label *label,
                      struct buffer *out, struct error *error)
{
    struct label_sheet sheet = {.layout = label_layout_find("L7160"),
                                .base_url = service->config->base_url,
                                .help_line = service->config->help_line};

    return label_sheet_write(request->arena, &sheet, label, 1, out, error);
}

static const struct {
    const char *format, *type;
    bool (*write)(const struct service *service, const struct request *request, const struct label *label,
                  struct buffer *out, struct error *error);
} formats[] = {{"svg", "image/svg+xml", write_svg},
               {"png", "image/png", write_png},
               {"pdf", "application/pdf", write_pdf}};

bool label_picture(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    const char  *format = *request_query(request, "format") ? request_query(request, "format") : "png";
    struct label label;
    size_t       n = 0;

    if (!request_only(request, "format", error))
        return false;
    while (n < COUNT_OF(formats) && strcmp(formats[n].format, format) != 0)
        n++;
    if (n == COUNT_OF(formats))
        return error_field(error, "format", "'format' is svg, png or pdf");
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !find(session, request, &label, error))
        return false;
    reply->type = formats[n].type;
    reply->body.limit = PICTURE_MOST;
    reply_download(request, reply, arena_format(request->arena, "label-%s.%s", label.code, format));
    return formats[n].write(service, request, &label, &reply->body, error);
}
