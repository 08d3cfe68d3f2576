#include "endpoints/signed_scan.h"

#include <string.h>

#include "render/json_read.h"
#include "shared/moment.h"
#include "shared/scan_signature.h"

bool signed_scan_may_send(const struct request *request, struct error *error)
{
    const struct principal *who = &request->principal;

    return !who->is_scanner || *who->sign_key ||
           error_set(error, ERROR_FORBIDDEN,
                     "this scanner was enrolled before scans were signed: enrol it again with a new code "
                     "(spoor-scan enroll URL CODE). What it keeps goes along");
}

/* The values exactly as they came: read for the statement, whatever becomes of them elsewhere. */
static bool read_said(const struct request *request, const struct json_value *event, const char *path,
                      const struct event_draft *draft, struct scan_said *said, struct error *error)
{
    const struct {
        const char  *name;
        const char **text;
    } rows[] = {{"event_id", &said->event_id},
                {"kind", &said->kind},
                {"code", &said->code},
                {"step", &said->step},
                {"reason", &said->reason},
                {"to", &said->to},
                {"place", &said->place},
                {"happened_at", &said->happened_at},
                {"corrects", &said->corrects},
                {"public_note", &said->public_note},
                {"private_note", &said->private_note},
                {"expected_from", &said->expected_from}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (!json_read_text(event, rows[i].name, path, false, 2000, true, rows[i].text, error))
            return false;
    said->server = request->principal.server_name;
    said->scanner = request->principal.actor_id;
    said->counter = draft->scanner_seq;
    said->skew_ms = draft->clock_skew_ms;
    said->detail = draft->detail;
    return true;
}

static const char *opening_of(const struct request *request, const struct buffer *statement,
                              const char *signature)
{
    char *hex = arena_take(request->arena, 2 * statement->length + 1);

    for (size_t i = 0; i < statement->length; i++) {
        hex[2 * i] = "0123456789abcdef"[(unsigned char)statement->text[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[statement->text[i] & 15];
    }
    return arena_format(request->arena, "ed25519 %s %s %s", request->principal.sign_key, signature, hex);
}

static bool check(const struct request *request, const struct scan_said *said, const char *signature,
                  struct event_draft *draft, const char **refused)
{
    CLEANUP(buffer_free) struct buffer statement = {.limit = SCAN_STATEMENT_MOST};

    scan_statement(said, &statement);
    if (said->counter == 0)
        *refused = "a scan carries the number that its scanner counted";
    else if (!signature)
        *refused = "a scan carries the signature of its scanner";
    else if (!scan_signature_fits(request->principal.sign_key, &statement, signature))
        *refused = "its signature does not fit: it was changed on the way, or signed with another key or for "
                   "another server";
    else
        draft->signature = opening_of(request, &statement, signature);
    return true;
}

static bool is_a_clocks(const struct request *request, int64_t skew_ms, const char *path, struct error *error)
{
    return (skew_ms <= CLOCK_SKEW_MOST_MS && skew_ms >= -CLOCK_SKEW_MOST_MS) ||
           error_field(error, arena_format(request->arena, "%sclock_skew_ms", path),
                       "%sclock_skew_ms is no clock's difference", path);
}

bool signed_scan_read(const struct request *request, const struct json_value *event, const char *path,
                      struct event_draft *draft, const char **refused, struct error *error)
{
    struct scan_said said = {0};
    const char      *signature;

    if (!json_read_count(event, "scanner_seq", path, &draft->scanner_seq, error) ||
        !json_read_integer(event, "clock_skew_ms", path, &draft->clock_skew_ms, error) ||
        !json_read_text(event, "signature", path, false, 128, false, &signature, error))
        return false;
    if (!is_a_clocks(request, draft->clock_skew_ms, path, error) ||
        (draft->detail && !is_a_clocks(request, json_integer_of(draft->detail, "clock_skew_ms"),
                                       arena_format(request->arena, "%sdetail.", path), error)))
        return false;
    if (!request->principal.is_scanner)
        return (!draft->scanner_seq && !draft->clock_skew_ms && !signature) ||
               error_field(error, arena_format(request->arena, "%sscanner_seq", path),
                           "%sscanner_seq, clock_skew_ms and signature come from scanners only", path);
    draft->scanner_id = request->principal.actor_id;
    return read_said(request, event, path, draft, &said, error) &&
           check(request, &said, signature, draft, refused);
}
