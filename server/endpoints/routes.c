/* routes.c: all that the service answers. A route without an audience refuses to start. */
#include "endpoints/endpoints.h"

#define KIB      1024
#define MAY_DESK (MAY_TECHNICIAN | MAY_LEAD | MAY_ADMIN)
#define MAY_READ  (MAY_SCANNER | MAY_TECHNICIAN | MAY_LEAD | MAY_AUDITOR | MAY_ADMIN)
#define MAY_AUDIT (MAY_AUDITOR | MAY_LEAD | MAY_ADMIN)

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
    {"GET", "/devices", devices_list, MAY_DESK, DOOR_PAGE, 0, "Devices in repair"},
    {"GET", "/devices/{id}", device_show, MAY_DESK, DOOR_PAGE, 0, "A device with its whole history"},
    {"GET", "/devices/{id}/csv", device_csv, MAY_DESK, DOOR_PAGE, 0, "Its history as CSV"},
    {"GET", "/devices/{id}/json", device_json, MAY_DESK, DOOR_PAGE, 0, "Its history as JSON"},
    {"GET", "/audit", audit_search, MAY_AUDIT, DOOR_PAGE, 0, "The ledger, and the search for a device"},
    {"GET", "/audit/csv", ledger_csv, MAY_AUDIT, DOOR_PAGE, 0, "The whole ledger as CSV"},
    {"GET", "/audit/devices/{id}", audit_device_show, MAY_AUDIT, DOOR_PAGE, 0, "A device's history, read only"},
    {"GET", "/audit/devices/{id}/csv", audit_device_csv, MAY_AUDIT, DOOR_PAGE, 0, "Its history as CSV"},
    {"GET", "/audit/devices/{id}/json", audit_device_json, MAY_AUDIT, DOOR_PAGE, 0, "Its history as JSON"},
    {"GET", "/exceptions", exceptions_show, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 0, "What a lead should look at"},
    {"POST", "/exceptions/settle", exceptions_settle, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, KIB, "Marks a conflict as settled"},
    {"GET", "/accounts", accounts_show, MAY_ADMIN, DOOR_PAGE, 0, "Accounts"},
    {"POST", "/accounts", accounts_add, MAY_ADMIN, DOOR_PAGE, 4 * KIB, "Makes an account; its password is shown once"},
    {"POST", "/accounts/enable", accounts_enable, MAY_ADMIN, DOOR_PAGE, KIB, "Enables an account"},
    {"POST", "/accounts/disable", accounts_disable, MAY_ADMIN, DOOR_PAGE, KIB, "Disables an account and ends its sessions"},
    {"GET", "/scanners", scanners_show, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 0, "Scanners"},
    {"POST", "/scanners", scanners_add, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 4 * KIB, "Makes a one-time enrolment code"},
    {"POST", "/scanners/revoke", scanners_revoke, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, KIB, "Revokes a scanner"},
    {"GET", "/places", places_show, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 0, "Places"},
    {"POST", "/places", places_add, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 4 * KIB, "Makes a place"},
    {"GET", "/labels", labels_show, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 0, "Batches of labels"},
    {"POST", "/labels", labels_mint, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 4 * KIB, "Mints a batch"},
    {"GET", "/labels/{batch}/sheet", labels_sheet, MAY_LEAD | MAY_ADMIN, DOOR_PAGE, 0, "Its sheets as PDF"},
    {"POST", "/api/v1/events", api_events_record, MAY_SCANNER | MAY_TECHNICIAN | MAY_LEAD, DOOR_API, 512 * KIB, "Records up to 100 events"},
    {"GET", "/api/v1/events", api_ledger, MAY_AUDIT, DOOR_API, 0, "The ledger from a seq on, as JSON Lines"},
    {"GET", "/api/v1/devices/{code}", api_device, MAY_READ, DOOR_API, 0, "A device with its last 20 events"},
    {"GET", "/api/v1/devices/{code}/events", api_device_events, MAY_READ, DOOR_API, 0, "Its events, 100 at a time"},
    {"POST", "/api/v1/scanners/enroll", api_scanner_enroll, MAY_ANYONE, DOOR_API, KIB, "Exchanges a one-time code for a key"},
    {"GET", "/api/v1/openapi.yaml", api_description, MAY_ANYONE, DOOR_API, 0, "The description of this API"},
    {"POST", "/sign-out", sign_out, MAY_ACCOUNT, DOOR_PAGE, KIB, "Signs out"},
};
const size_t route_count = sizeof routes / sizeof routes[0];
