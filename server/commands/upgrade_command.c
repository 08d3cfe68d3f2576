#include <stdio.h>

#include "commands/commands.h"
#include "config.h"
#include "db/upgrade.h"

static int run(struct invocation *invocation, struct error *error)
{
    ARENA                             *arena = arena_new();
    CLEANUP(buffer_free) struct buffer script = {.limit = 8000};
    struct config                      config;

    (void)invocation;
    if (!config_read(&config, arena, error))
        return 0;
    if (*config.database)
        return error_set(error, ERROR_INVALID,
                         "SPOOR_DATABASE names a PostgreSQL of your own: upgrade it with its own tools");
    if (upgrade_describe(&(struct cluster_options){.state = config.state, .user = config.database_user},
                         &script, error))
        fputs(script.text, stdout);
    return 0;
}

static const struct example_row examples[] = {
    {"spoord upgrade", "shows the commands, or that there is nothing to do"},
    {"spoord upgrade | runuser -u postgres -- sh", "upgrades, as root, while the service is stopped"},
    {0},
};

const struct command upgrade_command = {
    .name = "upgrade",
    .operands = "",
    .summary = "Prints the commands that bring the private PostgreSQL to the newest version here",
    .text =
        "Only prints; run them as the user of the private PostgreSQL, while the service is stopped. Both\n"
        "versions must be installed. Without an upgrade the older one goes on as long as it is installed. "
        "The\n"
        "files of the older one are kept beside the new ones, and no record changes.",
    .run = run,
    .examples = examples,
};
