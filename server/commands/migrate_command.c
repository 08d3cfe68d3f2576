#include <stdio.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "db/migrate.h"

static int run(struct invocation *invocation, struct error *error)
{
    DATABASE                database = {0};
    struct migration_report report;

    if (!database_reach(&database, error))
        return 0;
    if (option_given(invocation, "check")) {
        if (migrate_check(database.conninfo, error))
            puts("The schema fits this program.");
        return 0;
    }
    if (!migrate_run(database.conninfo, &report, error))
        return 0;
    if (report.applied)
        printf("Applied %u migration%s; the schema is now at %s.\n", report.applied,
               report.applied == 1 ? "" : "s", report.latest);
    else
        printf("Nothing to apply; the schema is at %s, its functions were renewed.\n", report.latest);
    return 0;
}

static const struct option_row options[] = {
    {"check", NULL, "only say whether the schema fits this program; changes nothing"},
    {0},
};
static const struct example_row examples[] = {
    {"spoord migrate", "brings the private database up to date"},
    {"SPOOR_DATABASE=postgresql://admin@db/spoor spoord migrate", "the same for a database of your own"},
    {"spoord migrate --check && echo fits", "before an upgrade"},
    {0},
};

const struct command migrate_command = {
    .name = "migrate",
    .operands = "",
    .summary = "Brings the database to the schema of this program",
    .text = "Needs a login that may take the role spoor_owner. Everything happens in one transaction under a "
            "lock: two\n"
            "that run at once do the work once, and one that is stopped half-way changes nothing. The roles "
            "of the\n"
            "service are made once by a database administrator with sql/roles.sql. While records wait to be "
            "sealed\n"
            "that an older version marked in another form, nothing is changed, and it says what to do.",
    .run = run,
    .options = options,
    .examples = examples,
};
