#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/find_device.h"
#include "endpoints/page.h"
#include "endpoints/promised_day.h"
#include "endpoints/receipt_seal.h"
#include "endpoints/words.h"
#include "ledger/answers.h"
#include "ledger/intake_marks.h"
#include "render/json.h"
#include "render/qr.h"
#include "render/when.h"
#include "shared/label.h"
#include "shared/uuid.h"
#include "store/secret.h"
#include "web/reply.h"

#define LINK_SYMBOLS 26u
#define FIELDS                                                                                               \
    "event_id device_id make model serial asset_tag label owner_name owner_email problem condition "         \
    "accessories expected_on"

/* What a form may say: its name, what people call it, its limits in code points, whether it has lines. */
static const struct {
    const char *name, *view, *label;
    size_t      least, most;
    bool        lines;
} fields[] = {
    {"problem", "v_problem", "Problem", 1, 2000, true},
    {"condition", "v_condition", "Condition", 0, 2000, false},
    {"accessories", "v_accessories", "Accessories", 0, 500, false},
    {"owner_name", "v_owner_name", "Name", 1, 120, false},
    {"owner_email", "v_owner_email", "E-mail", 0, 254, false},
    {"make", "v_make", "Make", 0, 80, false},
    {"model", "v_model", "Model", 0, 120, false},
    {"serial", "v_serial", "Serial number", 0, 120, false},
    {"asset_tag", "v_asset_tag", "Asset tag", 0, 120, false},
    {"label", "v_label", "Label", 0, 200, false},
    {"expected_on", "v_expected_on", "Expected back", 0, 40, false},
};

static bool name_device(struct service *service, const struct request *request, const char *device_id,
                        struct view *view, struct error *error)
{
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *facts =
        session ? QUERY(session, request->arena, SQL_DEVICE_FACTS, error, device_id) : NULL;

    if (!facts)
        return false;
    if (rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    if (rows_flag(facts, 0, "identified"))
        view_text(view, "device_name", rows_text(facts, 0, "name"));
    return true;
}

/* The one device that has the number that was typed in this field; NULL: none, or several. */
static const char *with_number(struct session *session, const struct request *request, const char *field,
                               struct error *error)
{
    const char        *number = request_field(request, field);
    const struct rows *rows =
        *number ? QUERY(session, request->arena, SQL_DEVICES_BY_ALIAS, error, number) : NULL;
    const char *found = NULL;

    for (size_t i = 0; rows && i < rows_count(rows); i++)
        if (strcmp(rows_text(rows, i, "device_id"), request_field(request, "device_id")) != 0) {
            if (found)
                return NULL;
            found = rows_text(rows, i, "device_id");
        }
    return found;
}

/* The label that whoever typed has in hand: the one of the form, else the one of the device that only a label
 * was known of. */
static const char *label_in_hand(struct session *session, const struct request *request,
                                 const char *device_id, struct error *error)
{
    struct label label;

    if (label_parse(request_field(request, "label"), &label, &(struct error){0}))
        return arena_copy(request->arena, label.code);
    if (!*device_id)
        return "";
    const struct rows *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, device_id);

    return facts && rows_count(facts) > 0 && !rows_flag(facts, 0, "identified") ? rows_text(facts, 0, "code")
                                                                                : "";
}

static void add_put(const struct request *request, const char *label, const char *device_id,
                    struct view *known)
{
    struct view *put = *label ? view_within(known, "put") : NULL;
    char        *event_id = arena_take(request->arena, UUID_SIZE);

    if (!put)
        return;
    uuid_make(event_id);
    view_text(put, "put_id", event_id);
    view_text(put, "known_id", device_id);
    view_text(put, "plain", label);
}

static bool add_known(struct session *session, const struct request *request, const char *device_id,
                      const char *label, struct view *view, struct error *error)
{
    const struct rows *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, device_id);
    bool               in_repair;

    if (!facts || rows_count(facts) == 0)
        return facts != NULL;
    in_repair = *rows_text(facts, 0, "number") && !rows_flag(facts, 0, "returned");
    if (!in_repair && !*label)
        return true;
    struct view *known = view_within(view, "known");

    view_text(known, "called",
              in_repair ? rows_text(facts, 0, "number")
                        : words_device(request, rows_text(facts, 0, "name"), rows_text(facts, 0, "code"),
                                       rows_text(facts, 0, "aliases")));
    view_text(known, "href", arena_format(request->arena, "/bench?device=%s", device_id));
    add_put(request, label, device_id, known);
    return true;
}

/* What was refused because the device is known leads to it; the label in hand may go on it. */
static bool add_conflict(struct service *service, const struct request *request, const char *device_id,
                         const struct error *problem, struct view *view, struct error *error)
{
    const char         *label = request_field(request, "label");
    SESSION            *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    struct found_device found = {.device_id = device_id};
    bool        by_number = strcmp(problem->field, "serial") == 0 || strcmp(problem->field, "asset_tag") == 0;
    const char *other = session && by_number ? with_number(session, request, problem->field, error) : NULL;

    if (!session)
        return false;
    if (other)
        return add_known(session, request, other, label_in_hand(session, request, device_id, error), view,
                         error);
    if (!*device_id && *label && !find_device(session, request, label, &found, error))
        return false;
    return !*found.device_id || add_known(session, request, found.device_id, "", view, error);
}

static bool show(struct service *service, const struct request *request, struct reply *reply,
                 const char *device_id, const char *label, const struct error *problem, struct error *error)
{
    struct view *view = page_view(service, request, "nav_intake");
    char        *event_id = arena_take(request->arena, UUID_SIZE);

    uuid_make(event_id);
    view_text(view, "title", page_text(request, "Take in a device"));
    view_text(view, "error", problem ? words_message(request, problem->message) : NULL);
    view_text(view, "event_id", problem ? request_field(request, "event_id") : event_id);
    view_text(view, "device_id", device_id);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        view_text(view, fields[i].view, request_field(request, fields[i].name));
    if (label)
        view_text(view, "v_label", words_code(request, label));
    if (problem && reply->status == 409 && !add_conflict(service, request, device_id, problem, view, error))
        return false;
    if (*device_id && !name_device(service, request, device_id, view, error))
        return false;
    return page_show(service, request, reply, "intake", view, error);
}

bool intake_form(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *device_id;

    return request_only(request, "label device", error) &&
           request_uuid(request, "device", "Device", false, &device_id, error) &&
           show(service, request, reply, device_id, request_query(request, "label"), NULL, error);
}

/* code "": without a label. */
static bool read_label(const struct request *request, struct label *label, struct error *error)
{
    struct error unreadable = {0};

    *label = (struct label){0};
    if (!*request_field(request, "label"))
        return true;
    return label_parse(request_field(request, "label"), label, &unreadable) ||
           error_field(error, "label", "%s", unreadable.message);
}

/* An address that a message may reach: a name, an @ and a host, without a space. */
static bool is_address(const char *text)
{
    const char *at = strchr(text, '@');

    return at && at > text && at[1] != '\0' && !strchr(at + 1, '@') && !strpbrk(text, " \t<>,;");
}

/* What a page with its checks would not have sent, or a slip that is none of the form. */
static bool is_sensible(const struct request *request, struct error *error)
{
    const char *slip = promised_day_slip(request_field(request, "expected_on"));
    const char *address = request_field(request, "owner_email");

    if (slip)
        return error_field(error, "expected_on", "%s", slip);
    return !*address || is_address(address) ||
           error_field(error, "owner_email",
                       "This is no e-mail address: it looks like name@example.org, or stays empty.");
}

/* The form as take_in() wants it. */
static bool compose(const struct service *service, const struct request *request, const char *link_hash,
                    struct json *json, struct error *error)
{
    const char  *event_id, *device_id, *value;
    struct label label;

    if (!request_day(request, "expected_on", page_text(request, "Expected back"), &value, error) ||
        !request_uuid(request, "event_id", "Key", true, &event_id, error) ||
        !request_uuid(request, "device_id", "Device", false, &device_id, error) ||
        !read_label(request, &label, error) || !is_sensible(request, error))
        return false;
    json_object_begin(json);
    json_member(json, "event_id", event_id);
    json_member(json, "device_id", device_id);
    json_member(json, "actor", request->principal.actor_id);
    json_member(json, "place", request->principal.place_id);
    json_member(json, "link_hash", link_hash);
    intake_marks_add(json,
                     &(struct event_draft){.event_id = event_id,
                                           .actor_id = request->principal.actor_id,
                                           .taker_id = request->principal.party_id,
                                           .place_id = request->principal.place_id},
                     label.code, service->secret);
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        bool read = fields[i].lines
                        ? request_text(request, fields[i].name, page_text(request, fields[i].label),
                                       fields[i].least, fields[i].most, &value, error)
                        : request_line(request, fields[i].name, page_text(request, fields[i].label),
                                       fields[i].least, fields[i].most, &value, error);

        if (!read)
            return false;
        if (strcmp(fields[i].name, "label") != 0)
            json_member(json, fields[i].name, value);
    }
    json_member(json, "label", label.code);
    json_object_end(json);
    return true;
}

static bool show_receipt(const struct service *service, const struct request *request,
                         struct session *session, struct reply *reply, const char *link, const char *number,
                         const struct rows *facts, struct error *error)
{
    struct view *view = page_view(service, request, "nav_intake");
    const char  *url = arena_format(request->arena, "%s/t/%s", service->config->base_url, link);
    struct qr    qr;

    if (!qr_make(request->arena, url, &qr, error))
        return false;
    view_text(view, "title", number);
    view_text(view, "number", number);
    view_text(view, "link", url);
    view_text(view, "qr", qr_data_uri(request->arena, &qr));
    view_text(view, "device_name", rows_text(facts, 0, "name"));
    view_text(view, "code", words_code(request, rows_text(facts, 0, "code")));
    view_text(view, "owner", rows_text(facts, 0, "owner"));
    view_text(view, "problem", rows_text(facts, 0, "problem"));
    view_text(view, "condition", rows_text(facts, 0, "condition"));
    view_text(view, "accessories", rows_text(facts, 0, "accessories"));
    view_text(view, "expected",
              when_day(request->arena, request->language, rows_text(facts, 0, "expected_on")));
    view_text(view, "device_href",
              arena_format(request->arena, "/bench?device=%s", rows_text(facts, 0, "device_id")));
    receipt_seal_add(session, request, rows_integer(facts, 0, "seq"), view);
    return page_show(service, request, reply, "receipt", view, error);
}

/* The desk is shown what was recorded: the sealer of this process then seals that and nothing else. Where it
 * cannot be read, the page is shown all the same. */
static void remember(struct service *service, const struct request *request, struct session *session)
{
    struct error       unreadable = {0};
    const struct rows *rows = service->sealer ? QUERY(session, request->arena, SQL_INTAKE_RECORDS,
                                                      &unreadable, request_field(request, "event_id"))
                                              : NULL;

    for (size_t i = 0; rows && i < rows_count(rows); i++)
        answers_give(service->answers, &(struct answered){.seq = rows_integer(rows, i, "seq"),
                                                          .device_seq = rows_integer(rows, i, "device_seq"),
                                                          .flags = (unsigned)rows_integer(rows, i, "flags"),
                                                          .event_id = rows_text(rows, i, "event_id"),
                                                          .device_id = rows_text(rows, i, "device_id"),
                                                          .step = rows_text(rows, i, "step")});
}

/* The link goes straight into the answer, and only its hash is kept. It follows from the key of the form, so
 * that a receipt that is loaded again has the link that was printed. */
static bool take_in(struct service *service, const struct request *request, struct reply *reply,
                    struct error *error)
{
    const char *event_id = "";
    bool        is_id = request_uuid(request, "event_id", "Key", true, &event_id, error);
    const char *link =
        secret_derived(request->arena, service->secret, SECRET_INTAKE_LINK, event_id, LINK_SYMBOLS);
    const char   *hash = secret_hash(request->arena, service->secret, SECRET_LINK, link);
    struct buffer text = {.limit = 40000};
    struct json   json;
    bool          composed;
    const char   *intake;

    json_begin(&json, &text);
    composed = is_id && compose(service, request, hash, &json, error);
    intake = composed ? arena_copy(request->arena, text.text) : NULL;
    buffer_free(&text);
    if (!composed)
        return false;
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *taken = session ? WRITE(session, request->arena, SQL_TAKE_IN, error, intake) : NULL;
    if (taken)
        remember(service, request, session);
    const struct rows *facts =
        taken ? QUERY(session, request->arena, SQL_DEVICE_FACTS, error, rows_text(taken, 0, "device_id"))
              : NULL;

    if (facts && rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    return facts &&
           show_receipt(service, request, session, reply, link, rows_text(taken, 0, "number"), facts, error);
}

bool intake_record(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct error problem = {0};

    if (!request_only(request, FIELDS, error))
        return false;
    if (take_in(service, request, reply, &problem))
        return true;
    if (problem.kind != ERROR_INVALID && problem.kind != ERROR_CONFLICT && problem.kind != ERROR_NOT_FOUND) {
        *error = problem;
        return false;
    }
    buffer_free(&reply->body);
    reply->status = problem.kind == ERROR_CONFLICT ? 409 : 400;
    return show(service, request, reply, request_field(request, "device_id"), NULL, &problem, error);
}

bool repair_new_link(struct service *service, const struct request *request, struct reply *reply,
                     struct error *error)
{
    const char *link = secret_new(request->arena, LINK_SYMBOLS);
    const char *hash = secret_hash(request->arena, service->secret, SECRET_LINK, link);

    if (!request_only(request, "", error))
        return false;
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *repair =
        session ? QUERY(session, request->arena, SQL_REPAIR_FIND, error, request_part(request, 0)) : NULL;

    if (!repair)
        return false;
    if (rows_count(repair) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such repair");
    if (!WRITE(session, request->arena, SQL_REISSUE_LINK, error, rows_text(repair, 0, "number"), hash,
               request->principal.actor_id))
        return false;
    const struct rows *facts =
        QUERY(session, request->arena, SQL_DEVICE_FACTS, error, rows_text(repair, 0, "device_id"));

    return facts &&
           show_receipt(service, request, session, reply, link, rows_text(repair, 0, "number"), facts, error);
}
