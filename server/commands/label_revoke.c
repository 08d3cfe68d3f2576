/* A label is taken out of use: an event in its device's history, or only a note where it is on no device. */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/label_event.h"
#include "db/query.h"
#include "shared/label.h"
#include "shared/utf8.h"

#define REASON_MOST 2000 /* bytes */

static bool revoke_one(struct database *database, const struct label *label, const char *reason,
                       struct error *error)
{
    const struct rows *rows = QUERY(database->session, database->arena, SQL_LABEL_FIND, error, label->code);

    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_NOT_FOUND, "the label %s was not made here", label_format(label).text);
    if (rows_flag(rows, 0, "revoked"))
        return error_set(error, ERROR_CONFLICT, "the label %s was revoked already", label_format(label).text);
    if (rows_null(rows, 0, "device_id"))
        return WRITE(database->session, database->arena, SQL_LABEL_REVOKE, error, label->code, reason, NULL);
    return label_event_record(database, "label_revoked", label, rows_text(rows, 0, "device_id"), reason,
                              error);
}

/* Some text, of one line. */
static bool says_why(const char *reason)
{
    bool blank = true;

    for (const char *c = reason; c && *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return false;
        blank = blank && *c == ' ';
    }
    return reason && !blank && strlen(reason) <= REASON_MOST && utf8_is_valid(reason, strlen(reason));
}

static int revoke(struct invocation *invocation, struct error *error)
{
    DATABASE     database = {0};
    struct label label;
    const char  *reason = option_text(invocation, "reason");

    if (!says_why(reason))
        return error_field(error, "reason", "say why: --reason 'sticker is torn'");
    if (!label_parse(operand(invocation, 0), &label, error) ||
        !command_confirmed(invocation, "The sticker opens nothing from then on. Revoke the label?", error) ||
        !database_open(&database, "spoor_app", error))
        return 0;
    if (revoke_one(&database, &label, reason, error))
        printf("The label %s is out of use; its page says so.\n", label_format(&label).text);
    return 0;
}

static const struct option_row options[] = {
    {"reason", "TEXT", "why; stands in the device's history for the desk and for auditors"},
    {"yes", NULL, "do not ask"},
    {0}};
static const struct example_row examples[] = {
    {"spoord label revoke 7K3M9-QXFDT --reason 'sticker is torn'", "asks first"},
    {"spoord label revoke 7K3M9-QXFDT --reason 'lost with the roll' --yes", "for scripts"},
    {0}};

const struct command label_revoke_command = {
    .name = "label revoke",
    .operands = "CODE",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Takes a label out of use",
    .text = "The device keeps its history and its other labels; `spoord label link` puts a new one on it.\n"
            "What is scanned with a revoked label is still recorded, and marked for the lead.",
    .run = revoke,
    .options = options,
    .examples = examples,
};
