/* verdict.h: what a check of a bundle comes to, on standard output: for people, first of all; or as JSON. */
#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include <stdbool.h>

#include "verify/bundle_check.h"

/* `from_paper`: somebody typed what a receipt on paper says. */
void verdict_tell(const struct bundle_check *check, const struct findings *findings, bool from_paper);

/* One line. */
void verdict_tell_json(const struct bundle_check *check, const struct findings *findings, bool stale);

#endif
