#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "db/backup.h"

/* A copy within what it copies would be copied by the next one, and lost with it. */
static bool is_outside(const char *folder, const char *state, struct error *error)
{
    char   name[PATH_MAX], *within = realpath(state, NULL), *where;
    size_t length = within ? strlen(within) : 0;
    bool   outside;

    snprintf(name, sizeof name, "%s", folder);
    where = realpath(dirname(name), NULL); /* the folder itself is yet to be made */
    outside = !within || !where || strncmp(where, within, length) != 0 ||
              (where[length] != '/' && where[length] != '\0');
    free(within);
    free(where);
    return outside || error_set(error, ERROR_INVALID,
                                "the copy would lie within %s, which it is a copy of; choose a folder "
                                "elsewhere, best on another disk",
                                state);
}

static int run(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *folder = operand(invocation, 0);

    if (!database_reach(&database, error))
        return 0;
    if (*database.config.database)
        return error_set(
            error, ERROR_INVALID,
            "SPOOR_DATABASE names a PostgreSQL of your own: back it up with its own tools, and with it "
            "secret.key of SPOOR_STATE and the folder of the sealer");
    if (!is_outside(folder, database.config.state, error))
        return 0;
    if (backup_make(
            &(struct cluster_options){.state = database.config.state, .user = database.config.database_user},
            database.config.seal_folder, (uint64_t)database.config.reserve_mb << 20, folder, error))
        printf("%s is a whole copy, and was verified. To go back to it: stop the service, put the folder in "
               "the place "
               "of SPOOR_STATE, start.\n",
               folder);
    return 0;
}

static const struct example_row examples[] = {
    {"spoord backup /backup/spoor-2026-11-26",
     "a copy of the private PostgreSQL, the keys and the log, while it works"},
    {"SPOOR_STATE=/backup/spoor-2026-11-26 spoord serve --port 9000",
     "looks whether a copy works; use a copy of the copy, as this changes it"},
    {0},
};

const struct command backup_command = {
    .name = "backup",
    .operands = "FOLDER",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Copies the private PostgreSQL, the keys and the log into a new folder",
    .text = "Works while the service does, and without it; sealing waits the while. The folder gets its name "
            "when it\n"
            "is whole; Ctrl-C leaves nothing. It holds the keys: keep it as well as the original. What is "
            "erased later\n"
            "stays in it: let backups go after a while. Records made after the backup are lost by going back "
            "to it. Put\n"
            "the original's folder 'seal' in the place of the copy's: then the auditor's pages say what is "
            "lost, and who\n"
            "was erased since is erased again at the start.",
    .run = run,
    .examples = examples,
};
