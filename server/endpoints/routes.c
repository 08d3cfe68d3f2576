/* routes.c: all that the service answers. A route without an audience refuses to start. */
#include "endpoints/endpoints.h"

#define KIB      1024
#define MAY_DESK (MAY_TECHNICIAN | MAY_LEAD | MAY_ADMIN)

const struct route routes[] = {
    /* method, pattern, handler, who may, door, body limit (bytes), summary */
    {"GET", "/health", health_show, MAY_ANYONE, DOOR_API, 0, "Whether the service and its database work"},
    {"GET", "/metrics", metrics_show, MAY_LOOPBACK | MAY_ADMIN, DOOR_API, 0, "Figures for Prometheus"},
    {"GET", "/static/{name}", static_show, MAY_ANYONE, DOOR_PAGE, 0, "Style sheets, scripts, icons"},
    {"GET", "/", home_show, MAY_ANYONE, DOOR_PAGE, 0, "To the first page of whoever is signed in"},
    {"GET", "/sign-in", sign_in_form, MAY_ANYONE, DOOR_PAGE, 0, "The sign-in form"},
    {"POST", "/sign-in", sign_in, MAY_ANYONE, DOOR_PAGE, 4 * KIB, "Signs in"},
    {"GET", "/setup", setup_form, MAY_ANYONE, DOOR_PAGE, 0, "Makes the first administrator, with the secret from the console"},
    {"POST", "/setup", setup_make, MAY_ANYONE, DOOR_PAGE, 4 * KIB, "Makes the first administrator"},
    {"GET", "/t/{link}", track_show, MAY_ANYONE, DOOR_PAGE, 0, "An owner's tracking page"},
    {"GET", "/d/{code}", sticker_show, MAY_ANYONE, DOOR_PAGE, 0, "What stands behind a sticker"},
    {"GET", "/bench", bench_show, MAY_DESK, DOOR_PAGE, 0, "A technician's bench: any code to its device and what comes next"},
    {"POST", "/bench/record", bench_record, MAY_DESK, DOOR_PAGE, 16 * KIB, "Records one event"},
    {"GET", "/intake", intake_form, MAY_DESK, DOOR_PAGE, 0, "The form with which a device is taken in"},
    {"POST", "/intake", intake_record, MAY_DESK, DOOR_PAGE, 16 * KIB, "Takes a device in; answers with the receipt"},
    {"POST", "/repairs/{number}/link", repair_new_link, MAY_DESK, DOOR_PAGE, KIB, "Makes a new tracking link; the old one dies"},
    {"POST", "/sign-out", sign_out, MAY_ACCOUNT, DOOR_PAGE, KIB, "Signs out"},
};
const size_t route_count = sizeof routes / sizeof routes[0];
