#include "ledger/seal_answers.h"

#include <inttypes.h>

#include "db/query.h"

int64_t seal_answers_highest(struct sealer *sealer)
{
    return sealer->options.answers ? answers_highest(sealer->options.answers) : -1;
}

bool seal_answers_fit(const struct sealer *sealer, const struct seal_row *row)
{
    return !sealer->options.answers ||
           answers_fit(sealer->options.answers, &(struct answered){.seq = row->seq,
                                                                   .device_seq = row->device_seq,
                                                                   .flags = row->flags,
                                                                   .event_id = row->event_id,
                                                                   .device_id = row->device_id,
                                                                   .step = row->step});
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
    sealer->stands_still = true;
    return error_set(error, ERROR_CONFLICT,
                     "record %" PRId64 ": its sender was told that it is recorded, and it is not there",
                     highest);
}
