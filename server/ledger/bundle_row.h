/* bundle_row.h: one line of events.jsonl and of openings.jsonl; docs/ledger.md says their members and order.
 */
#ifndef LEDGER_BUNDLE_ROW_H
#define LEDGER_BUNDLE_ROW_H

#include "db/query.h"
#include "shared/buffer.h"

/* A row of sql/queries/bundle_rows.sql, with its newline. */
void bundle_row_event(const struct rows *rows, size_t n, struct buffer *out);

/* A row of sql/queries/bundle_openings.sql, with its newline. */
void bundle_row_opening(const struct rows *rows, size_t n, struct buffer *out);

#endif
