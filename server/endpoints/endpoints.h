/* endpoints.h: every handler that routes.c may name; one file for each thing that a person does. */
#ifndef ENDPOINTS_ENDPOINTS_H
#define ENDPOINTS_ENDPOINTS_H

#include "web/router.h"

handler health_show, metrics_show, static_show, home_show;
handler sign_in_form, sign_in, sign_out, setup_form, setup_make;
handler track_show, sticker_show;
handler bench_show, bench_record, intake_form, intake_record, repair_new_link;

extern const struct route routes[];
extern const size_t       route_count;

#endif
