/* words.h: whether the server knows the words that the scans are to have. */
#ifndef SCANNER_WORDS_H
#define SCANNER_WORDS_H

#include <stdbool.h>

#include "context.h"
#include "enrolment.h"
#include "shared/error.h"

/* Asks the server, where it can be reached at once. ERROR_INVALID: it has no such step or reason; the message
 * names those that it has. Where it cannot be asked, or is older than this question, all is well: the scans
 * are kept and sent as ever. */
bool words_check(const struct enrolment *enrolment, const struct context_words *words,
                 struct error *error) MUST_USE;

#endif
