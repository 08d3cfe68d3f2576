#include "commands/demo.h"

#include <stdlib.h>
#include <string.h>

#include "db/query.h"
#include "ledger/intake_marks.h"
#include "ledger/recorder.h"
#include "render/json.h"
#include "render/when.h"
#include "shared/moment.h"
#include "shared/uuid.h"
#include "store/label_store.h"
#include "store/secret.h"

#define HOUR_MS          INT64_C(3600000)
#define LINK_SYMBOLS     26u
#define PASSWORD_SYMBOLS 16u
#define SHOWN_REPAIR     0 /* whose sticker and link are printed */

static const struct {
    const char *login, *name, *roles, *does;
    const char *named; /* agreed that owners see the first name */
} people[DEMO_ACCOUNTS] = {
    {"samira", "Samira Haddad", "{technician}", "repairs", "true"},
    {"noor", "Noor de Wit", "{technician}", "diagnoses", "true"},
    {"tom", "Tom Visser", "{technician,lead}", "leads the desk", "false"},
    {"vera", "Vera Smit", "{auditor}", "reviews, read only", "false"},
    {"admin", "Desk administrator", "{admin,lead}", "accounts, scanners, labels", "false"},
};

static const char *const places[] = {"Front desk", "Bench 1", "Bench 2", "Shelf B2"};

/* What happens to a device after its intake: hours after it, who (row of people), what. */
struct demo_event {
    unsigned    hours, who;
    const char *kind, *step, *reason, *note, *detail;
};

struct demo_repair {
    const char       *make, *model, *serial, *owner, *email, *problem;
    unsigned          days_ago;
    int               expected_days; /* from today; 99: no promise yet */
    struct demo_event events[6];     /* ends with one without a kind */
};

static const struct demo_repair repairs[] = {
    {"Dell",
     "Latitude 7440",
     "8XK2LT3",
     "Mara Jansen",
     "mara@example.org",
     "Keys do not respond",
     5,
     3,
     {{16, 1, "step", "diagnosis", NULL, NULL, NULL},
      {23, 1, "note", NULL, NULL, "Liquid under the keyboard. Your data is safe.", NULL},
      {90, 0, "step", "repair", NULL, NULL, NULL},
      {93, 0, "waiting", NULL, "PARTS_ORDERED",
       "Only the keyboard needs replacing, so your files stay where they are.", NULL}}},
    {"HP",
     "EliteBook 840 G10",
     "5CG4101ABC",
     "Ilse Bakker",
     "ilse@example.org",
     "Does not charge",
     2,
     2,
     {{4, 1, "step", "diagnosis", NULL, NULL, NULL}, {20, 0, "step", "repair", NULL, NULL, NULL}}},
    {"Lenovo",
     "ThinkPad T14 Gen 4",
     "PF4A1B2C",
     "Daan Mulder",
     "daan@example.org",
     "Screen flickers",
     1,
     4,
     {{5, 1, "step", "diagnosis", NULL, NULL, NULL}}},
    {"Dell",
     "Latitude 5440",
     "4HJ9QW3",
     "Sofie de Boer",
     "sofie@example.org",
     "Fan is loud",
     6,
     0,
     {{10, 1, "step", "diagnosis", NULL, NULL, NULL},
      {30, 0, "step", "repair", NULL, NULL, NULL},
      {60, 0, "step", "quality_check", NULL, NULL, NULL},
      {66, 2, "step", "ready", NULL, "New fan fitted and tested for two hours.", NULL}}},
    {"Apple",
     "MacBook Air 13",
     "C02XY1Z2",
     "Bram Willems",
     "bram@example.org",
     "Battery swollen",
     8,
     -1,
     {{6, 1, "step", "diagnosis", NULL, NULL, NULL},
      {26, 0, "step", "repair", NULL, NULL, NULL},
      {100, 0, "step", "ready", NULL, NULL, NULL},
      {120, 2, "returned", NULL, NULL, NULL, "{\"outcome\": \"repaired\"}"}}},
    {"Microsoft",
     "Surface Laptop 5",
     "0F33A1",
     "Lotte Kuipers",
     "lotte@example.org",
     "Will not start",
     0,
     99,
     {{0}}},
};

struct making {
    struct service *service;
    struct arena   *arena;
    struct session *session;
    const char     *actors[DEMO_ACCOUNTS];
    struct label    labels[24];
};

static bool set_password(struct making *making, size_t n, const char *hash, struct error *error)
{
    const struct rows *rows =
        QUERY(making->session, making->arena, SQL_SIGN_IN_LOOKUP, error, people[n].login);

    if (!rows)
        return false;
    if (rows_count(rows) == 0) {
        rows = WRITE(making->session, making->arena, SQL_ACCOUNT_ADD, error, people[n].login, people[n].name,
                     people[n].roles, hash, NULL, people[n].named);
        if (rows)
            making->actors[n] = rows_text(rows, 0, "id");
        return rows != NULL;
    }
    making->actors[n] = rows_text(rows, 0, "account_id");
    return WRITE(making->session, making->arena, SQL_ACCOUNT_PASSWORD, error, people[n].login, hash, NULL) !=
           NULL;
}

static bool make_accounts(struct making *making, struct demo *demo, struct error *error)
{
    for (size_t i = 0; i < DEMO_ACCOUNTS; i++) {
        const char *password = secret_new(making->arena, PASSWORD_SYMBOLS), *hash;

        if (!secret_password_hash(making->arena, password, &hash, error) ||
            !set_password(making, i, hash, error))
            return false;
        demo->accounts[i].login = people[i].login;
        demo->accounts[i].password = password;
        demo->accounts[i].does = people[i].does;
    }
    demo->account_count = DEMO_ACCOUNTS;
    return true;
}

static const char *time_text(struct making *making, int64_t ms)
{
    char *text = arena_take(making->arena, MOMENT_SIZE);

    moment_format_utc(ms, text);
    return text;
}

/* "2026-11-26", some days from today. */
/* So many days from now; the Monday after it where that is a weekend: the desk is closed then. */
static const char *day_text(struct making *making, int days)
{
    static const int later[] = {1, 0, 0, 0, 0, 0, 2};
    time_t           at = (time_t)(when_now() / 1000) + (time_t)days * 24 * 3600;
    struct tm        day;

    localtime_r(&at, &day);
    return arena_format(making->arena, "%.10s",
                        time_text(making, ((int64_t)at + later[day.tm_wday] * 24 * 3600) * 1000));
}

static const char *intake_json(struct making *making, size_t n, const char *link_hash, int64_t ms)
{
    const struct demo_repair *repair = &repairs[n];
    struct buffer             text = {.limit = 8192};
    struct json               json;
    char                     *event_id = arena_take(making->arena, UUID_SIZE);

    uuid_make(event_id);
    json_begin(&json, &text);
    json_object_begin(&json);
    json_member(&json, "event_id", event_id);
    json_member(&json, "actor", making->actors[2]);
    json_member(&json, "make", repair->make);
    json_member(&json, "model", repair->model);
    json_member(&json, "serial", repair->serial);
    json_member(&json, "label", making->labels[n].code);
    json_member(&json, "owner_name", repair->owner);
    json_member(&json, "owner_email", repair->email);
    json_member(&json, "problem", repair->problem);
    json_member(&json, "happened_at", time_text(making, ms));
    json_member(&json, "link_hash", link_hash);
    intake_marks_add(&json,
                     &(struct event_draft){.event_id = event_id,
                                           .actor_id = making->actors[2],
                                           .happened_at = time_text(making, ms)},
                     making->labels[n].code, making->service->secret);
    if (repair->expected_days != 99) {
        json_member(&json, "expected_on", day_text(making, repair->expected_days));
        json_member(&json, "expected_before", "16:00");
    }
    json_object_end(&json);
    arena_defer(making->arena, free, text.text);
    return text.text;
}

static bool record_rest(struct making *making, size_t n, int64_t intake_ms, const char *device_id,
                        struct error *error)
{
    struct event_draft   drafts[COUNT_OF(repairs[0].events)];
    struct event_outcome outcomes[COUNT_OF(drafts)];
    size_t               count = 0;

    for (const struct demo_event *event = repairs[n].events; event->kind; event++, count++) {
        char       *id = arena_take(making->arena, UUID_SIZE);
        const char *detail = event->detail;

        uuid_make(id);
        if (strcmp(event->kind, "waiting") == 0)
            detail = arena_format(making->arena, "{\"next_update_on\": \"%s\"}", day_text(making, 2));
        drafts[count] =
            (struct event_draft){.event_id = id,
                                 .actor_id = making->actors[event->who],
                                 .kind = event->kind,
                                 .device_id = device_id,
                                 .step = event->step,
                                 .reason = event->reason,
                                 .public_note = event->note,
                                 .detail = detail,
                                 .happened_at = time_text(making, intake_ms + event->hours * HOUR_MS)};
    }
    if (count == 0)
        return true;
    if (!recorder_record(making->service->recorder, making->arena, drafts, count, outcomes, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (outcomes[i].kind != OUTCOME_RECORDED)
            return error_set(error, ERROR_INTERNAL, "a demo event was %s: %s", outcomes[i].word,
                             outcomes[i].message);
    return true;
}

static bool make_repair(struct making *making, size_t n, struct error *error)
{
    const char *link = secret_new(making->arena, LINK_SYMBOLS);
    const char *hash = secret_hash(making->arena, making->service->secret, SECRET_LINK, link);
    int64_t     ms = when_now() - repairs[n].days_ago * 24 * HOUR_MS - 2 * HOUR_MS;

    const struct rows *rows =
        WRITE(making->session, making->arena, SQL_TAKE_IN, error, intake_json(making, n, hash, ms));

    return rows && record_rest(making, n, ms, rows_text(rows, 0, "device_id"), error);
}

static bool make_workshop(struct making *making, struct error *error)
{
    if (!label_store_mint(making->session, making->arena,
                          arena_format(making->arena, "demo-%s", secret_new(making->arena, 4)),
                          COUNT_OF(making->labels), NULL, making->labels, error))
        return false;
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (!WRITE(making->session, making->arena, SQL_PARTY_ADD, error, "place", places[i], NULL, NULL,
                   making->labels[COUNT_OF(making->labels) - 1 - i].code))
            return false;
    for (size_t i = 0; i < COUNT_OF(repairs); i++)
        if (!make_repair(making, i, error))
            return false;
    return true;
}

/* The sticker and the link that are printed: links are known only when they are made, so this one is made
 * anew. */
static bool show_one(struct making *making, struct demo *demo, struct error *error)
{
    const char *link = secret_new(making->arena, LINK_SYMBOLS);
    const char *hash = secret_hash(making->arena, making->service->secret, SECRET_LINK, link);

    const struct rows *devices =
        QUERY(making->session, making->arena, SQL_DEVICES_BY_ALIAS, error, repairs[SHOWN_REPAIR].serial);

    if (!devices)
        return false;
    if (rows_count(devices) == 0)
        return true;
    const struct rows *facts =
        QUERY(making->session, making->arena, SQL_DEVICE_FACTS, error, rows_text(devices, 0, "device_id"));

    if (!facts)
        return false;
    demo->sticker = rows_text(facts, 0, "code");
    if (*rows_text(facts, 0, "number") == '\0')
        return true;
    if (!WRITE(making->session, making->arena, SQL_REISSUE_LINK, error, rows_text(facts, 0, "number"), hash,
               NULL))
        return false;
    demo->link = link;
    return true;
}

bool demo_prepare(struct service *service, struct arena *arena, struct demo *demo, struct error *error)
{
    struct making making = {.service = service, .arena = arena};
    SESSION      *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    making.session = session;
    const struct rows *size = session ? query_run(session, arena, SQL_LEDGER_SIZE, NULL, 0, error) : NULL;

    if (!size || !make_accounts(&making, demo, error))
        return false;
    if (rows_integer(size, 0, "events") == 0 && !make_workshop(&making, error))
        return error_while(error, "make the demo workshop");
    return show_one(&making, demo, error);
}
