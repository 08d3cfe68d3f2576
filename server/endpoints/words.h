/* words.h: rows of the database in the reader's words. */
#ifndef ENDPOINTS_WORDS_H
#define ENDPOINTS_WORDS_H

#include <stddef.h>

#include "db/query.h"
#include "render/view.h"
#include "web/request.h"

/* The column NAME_en or NAME_nl, whichever the reader reads. */
const char *words_column(const struct request *request, const struct rows *rows, size_t row,
                         const char *name);

/* A sentence for people, of the service or of its database, in the reader's language. */
const char *words_message(const struct request *request, const char *message);

/* What happened, in a few words: "Diagnosis", "Waiting for a part", "Handed in". Wants the columns kind,
 * step_*, reason_*, outcome. */
const char *words_event(const struct request *request, const struct rows *rows, size_t row);

/* What an event said beside what it is: the reason of a step, the day that was promised, when the owner hears
 * again. "" for nothing. Wants the columns kind, reason_*, expected_on, next_update_on. */
const char *words_said(const struct request *request, const struct rows *rows, size_t row);

/* What overtaken.html needs, of an event that arrived late when others had moved on: what it said. Wants the
 * columns overtaken, idle, claimed_to, claimed_place, kind, step_*. */
void words_overtaken(const struct request *request, const struct rows *rows, size_t row, struct view *item);

/* How a repair ended: "No fault found"; "" for "". Of what is lost or stolen only: "Missing", else "". */
const char *words_outcome(const struct request *request, const char *outcome);
const char *words_away(const struct request *request, const char *outcome);

/* A name or a problem as it stands in a row: what an erasure put in its place is told in the reader's words.
 */
const char *words_kept(const struct request *request, const char *value);

/* The flags of an event in words, "" for none. */
const char *words_flags(const struct request *request, const char *kind, unsigned flags);

/* What a device is called: its make and model, else the code of its label, else a number on it; never "". */
const char *words_device(const struct request *request, const char *name, const char *code,
                         const char *number);

/* "7K3M9-QXFDT" of "7K3M9QXFDT"; "" for "". */
const char *words_code(const struct request *request, const char *code);

#endif
