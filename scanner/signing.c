#include "signing.h"

#include <stdlib.h>

#include "shared/scan_signature.h"

#define SKEW_LEAST_MS 1000 /* the Date of an answer is not more exact */

static const char *text_of(const json_t *event, const char *name)
{
    return json_string_value(json_object_get(event, name));
}

static void compose(const struct enrolment *enrolment, const json_t *event, const char *detail,
                    struct buffer *statement)
{
    const struct scan_said said = {.server = enrolment->server,
                                   .scanner = enrolment->scanner_id,
                                   .counter = json_integer_value(json_object_get(event, "scanner_seq")),
                                   .event_id = text_of(event, "event_id"),
                                   .kind = text_of(event, "kind"),
                                   .code = text_of(event, "code"),
                                   .step = text_of(event, "step"),
                                   .reason = text_of(event, "reason"),
                                   .to = text_of(event, "to"),
                                   .place = text_of(event, "place"),
                                   .happened_at = text_of(event, "happened_at"),
                                   .corrects = text_of(event, "corrects"),
                                   .skew_ms = json_integer_value(json_object_get(event, "clock_skew_ms")),
                                   .public_note = text_of(event, "public_note"),
                                   .private_note = text_of(event, "private_note"),
                                   .detail = detail};

    scan_statement(&said, statement);
}

bool signing_add(const struct enrolment *enrolment, json_t *event, struct error *error)
{
    CLEANUP(buffer_free) struct buffer statement = {.limit = SCAN_STATEMENT_MOST};
    char                               signature[SCAN_SIGNATURE_TEXT];
    const json_t                      *detail = json_object_get(event, "detail");
    char *text = detail ? json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    bool  done;

    compose(enrolment, event, text, &statement);
    free(text);
    done = scan_sign(enrolment->seed, &statement, signature);
    if (!done)
        return error_set(error, ERROR_INVALID, "this scan is too long to be signed");
    return json_object_set_new(event, "signature", json_string(signature)) == 0;
}

void signing_put_skew(json_t *event, int64_t skew_ms)
{
    if (skew_ms >= SKEW_LEAST_MS || skew_ms <= -SKEW_LEAST_MS)
        json_object_set_new(event, "clock_skew_ms", json_integer(skew_ms));
}
