#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/find_row.h"
#include "db/query.h"
#include "endpoints/event_json.h"
#include "ledger/recorder.h"
#include "render/json.h"
#include "shared/uuid.h"

static int add(struct invocation *invocation, struct error *error)
{
    static const char *const           names[] = {"make", "model", "serial", "asset-tag"};
    static const char *const           members[] = {"make", "model", "serial", "asset_tag"};
    DATABASE                           database = {0};
    const struct rows                 *actor, *rows;
    struct json                        json;
    char                               event_id[UUID_SIZE];
    CLEANUP(buffer_free) struct buffer facts = {.limit = 8192};

    if (!option_given(invocation, "model") && !option_given(invocation, "serial"))
        return error_set(error, ERROR_INVALID,
                         "say which device it is: --model NAME, --serial NUMBER, or both");
    if (!database_open(&database, "spoor_app", error))
        return 0;
    actor = query_run(database.session, database.arena, SQL_ACTOR_SYSTEM, NULL, 0, error);
    if (!actor)
        return 0;
    uuid_make(event_id);
    json_begin(&json, &facts);
    json_object_begin(&json);
    json_member(&json, "event_id", event_id);
    json_member(&json, "actor", rows_text(actor, 0, "id"));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        json_member(&json, members[i], option_text(invocation, names[i]));
    event_draft_add_marks(&json,
                          &(struct event_draft){.event_id = event_id,
                                                .actor_id = rows_text(actor, 0, "id"),
                                                .kind = "registered"},
                          database.secret);
    json_object_end(&json);
    rows = WRITE(database.session, database.arena, SQL_DEVICE_ADD, error, facts.text);
    if (rows)
        printf("%s\n", rows_text(rows, 0, "id"));
    return 0;
}

static int show(struct invocation *invocation, struct error *error)
{
    DATABASE                           database = {0};
    const char                        *id = NULL;
    const struct rows                 *facts = NULL, *events = NULL;
    CLEANUP(buffer_free) struct buffer out = {.limit = 4u << 20};

    if (database_open(&database, "spoor_app", error))
        id = find_device_row(&database, operand(invocation, 0), error);
    if (id)
        facts = QUERY(database.session, database.arena, SQL_DEVICE_FACTS, error, id);
    if (facts && rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no such device");
    if (facts)
        events = QUERY(database.session, database.arena, SQL_DEVICE_EVENTS, error, id, "2147483647", "100");
    if (!events)
        return 0;
    if (option_given(invocation, "json")) {
        event_json_device(database.arena, &out, facts, events);
        fputs(out.text, stdout);
        return 0;
    }
    printf("%s  %s  with %s  %s %s\n", rows_text(facts, 0, "name"), rows_text(facts, 0, "code"),
           rows_text(facts, 0, "custodian"), rows_text(facts, 0, "step"), rows_text(facts, 0, "waiting"));
    for (size_t i = 0; i < rows_count(events); i++)
        printf("%5s  %-14s %-14s -> %-24s by %s\n", rows_text(events, i, "device_seq"),
               rows_text(events, i, "kind"), rows_text(events, i, "step"), rows_text(events, i, "to_name"),
               rows_text(events, i, "actor"));
    return 0;
}

static const struct option_row  add_options[] = {{"make", "NAME", "such as Dell"},
                                                 {"model", "NAME", "such as 'Latitude 7440'"},
                                                 {"serial", "NUMBER", "serial number"},
                                                 {"asset-tag", "NUMBER", "old asset tag"},
                                                 {0}};
static const struct example_row add_examples[] = {
    {"spoord device add --make Dell --model 'Latitude 7440' --serial 8XK2LT3", "prints its id"}, {0}};
static const struct option_row  show_options[] = {{"json", NULL, "as JSON"}, {0}};
static const struct example_row show_examples[] = {
    {"spoord device show 7K3M9-QXFDT", "who has it, and its last 100 records"}, {0}};

const struct command device_add_command = {.name = "device add",
                                           .operands = "",
                                           .summary = "Registers a device",
                                           .run = add,
                                           .options = add_options,
                                           .examples = add_examples};
const struct command device_show_command = {.name = "device show",
                                            .operands = "CODE",
                                            .operands_least = 1,
                                            .operands_most = 1,
                                            .summary = "Shows a device by code, serial number or asset tag",
                                            .run = show,
                                            .options = show_options,
                                            .examples = show_examples};
