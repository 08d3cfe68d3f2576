#include "ledger/seal_status.h"

#include <string.h>

bool seal_status_read(struct session *session, struct arena *arena, struct seal_status *status,
                      struct error *error)
{
    const struct rows *rows = query_run(session, arena, SQL_SEAL_STATUS, NULL, 0, error);

    if (!rows)
        return false;
    if (rows_count(rows) != 1)
        return error_set(error, ERROR_INTERNAL, "the ledger has no head");
    *status = (struct seal_status){.recorded = (uint64_t)rows_integer(rows, 0, "recorded"),
                                   .sealed = (uint64_t)rows_integer(rows, 0, "sealed"),
                                   .lag_ms = rows_integer(rows, 0, "lag_ms"),
                                   .alarm = strcmp(rows_text(rows, 0, "state"), "alarm") == 0,
                                   .backup = strcmp(rows_text(rows, 0, "state"), "waiting") == 0 &&
                                             *rows_text(rows, 0, "message"),
                                   .message = rows_text(rows, 0, "message"),
                                   .since_ms = rows_integer(rows, 0, "at")};
    return true;
}
