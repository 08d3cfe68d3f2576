/* A label goes on a device that is known: a new sticker for a torn one, or the first. */
#include <stdio.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/find_row.h"
#include "commands/label_event.h"
#include "db/query.h"

static int link_label(struct invocation *invocation, struct error *error)
{
    DATABASE           database = {0};
    struct label       label;
    const char        *device_id;
    const struct rows *facts;

    if (!label_parse(operand(invocation, 0), &label, error) || !database_open(&database, "spoor_app", error))
        return 0;
    device_id = find_device_row(&database, operand(invocation, 1), error);
    if (!device_id || !label_event_record(&database, "label_linked", &label, device_id, NULL, error))
        return 0;
    facts = QUERY(database.session, database.arena, SQL_DEVICE_FACTS, error, device_id);
    if (facts && rows_count(facts) > 0)
        printf("The label %s is on %s now.\n", label_format(&label).text,
               *rows_text(facts, 0, "name") ? rows_text(facts, 0, "name") : "the device");
    return 0;
}

static const struct example_row examples[] = {
    {"spoord label link 7K3M9-QXFDT 8XK2LT3", "a new label on the device with this serial number"}, {0}};

const struct command label_link_command = {
    .name = "label link",
    .operands = "CODE DEVICE",
    .operands_least = 2,
    .operands_most = 2,
    .summary = "Puts a label on a device that is known",
    .text = "DEVICE is its id, a serial number, an asset tag, or the code of a label that it has already.\n"
            "A label that is in use or was revoked is refused; revoke the old sticker where it is torn.",
    .run = link_label,
    .examples = examples,
};
