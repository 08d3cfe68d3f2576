#include "ledger/seal_answers.h"

#include <inttypes.h>

#include "db/query.h"
#include "shared/log.h"

int64_t seal_answers_highest(struct sealer *sealer)
{
    return sealer->options.answers ? answers_highest(sealer->options.answers) : -1;
}

static bool fit(const struct sealer *sealer, const struct answered *event, struct error *error)
{
    return !sealer->options.answers || answers_fit(sealer->options.answers, event) ||
           error_set(error, ERROR_CONFLICT,
                     "its sender was told otherwise, of which event, device, step or flags it is");
}

bool seal_answers_fit(const struct sealer *sealer, const struct seal_row *row, struct error *error)
{
    return fit(sealer,
               &(struct answered){.seq = row->seq,
                                  .device_seq = row->device_seq,
                                  .flags = row->flags,
                                  .event_id = row->event_id,
                                  .device_id = row->device_id,
                                  .step = row->step},
               error);
}

bool seal_answers_fit_notice(const struct sealer *sealer, int64_t seq, struct error *error)
{
    return fit(sealer, &(struct answered){.seq = seq, .event_id = "", .device_id = "", .step = ""}, error);
}

void seal_answers_restored(struct sealer *sealer)
{
    uint64_t resumed = seal_log_resumed(sealer->log);

    if (!sealer->options.answers || resumed == sealer->answers_since)
        return;
    sealer->answers_since = resumed;
    if (answers_contradicted(sealer->options.answers) >= 0)
        log_line(LOG_LEVEL_ERROR, "msg",
                 "the database was restored beneath this service: records may stand under numbers that were "
                 "sealed before; spoor-verify names them",
                 NULL);
    answers_forget(sealer->options.answers);
}

bool seal_answers_agree(struct sealer *sealer, struct error *error)
{
    int64_t seq = sealer->options.answers ? answers_contradicted(sealer->options.answers) : -1;

    if (seq < 0)
        return true;
    sealer->stands_still = true;
    return error_set(error, ERROR_CONFLICT,
                     "record %" PRId64
                     ": its sender was told of another event than the one that is there; nothing is sealed "
                     "until somebody found out why, and started the service again",
                     seq);
}

bool seal_answers_are_there(struct sealer *sealer, int64_t highest, const struct rows *head,
                            struct error *error)
{
    if (highest < rows_integer(head, 0, "next_seq"))
        return true;
    if (sealer->missed != highest) {
        sealer->missed = highest;
        return error_set(error, ERROR_UNAVAILABLE,
                         "record %" PRId64 " is not there; a new session looks again", highest);
    }
    sealer->stands_still = true;
    return error_set(error, ERROR_CONFLICT,
                     "record %" PRId64 ": its sender was told that it is recorded, and it is not there",
                     highest);
}
