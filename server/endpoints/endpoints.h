/* endpoints.h: every handler that routes.c may name; one file for each thing that a person does. */
#ifndef ENDPOINTS_ENDPOINTS_H
#define ENDPOINTS_ENDPOINTS_H

#include "web/router.h"

handler health_show;

extern const struct route routes[];
extern const size_t       route_count;

#endif
