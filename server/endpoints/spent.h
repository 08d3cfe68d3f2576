/* spent.h: where the time of a repair went: a bar, and a table with the numbers. */
#ifndef ENDPOINTS_SPENT_H
#define ENDPOINTS_SPENT_H

#include "db/query.h"
#include "render/view.h"
#include "web/request.h"

/* Rows of one device, latest first, with columns step, step_en, step_nl, waiting, kind and the time at which
 * it happened in `happened`. The view "spent"; nothing where no step was taken. The newest record lasts until
 * now. */
void spent_add(const struct request *request, const struct rows *rows, size_t count, const char *happened,
               struct view *view);

#endif
