#include <stdio.h>

#include "commands/commands.h"
#include "config.h"

static int run(struct invocation *invocation, struct error *error)
{
    ARENA        *arena = arena_new();
    struct config config;

    if (config_read_beside(&config, arena, error))
        config_print(&config, option_given(invocation, "json"), stdout);
    return 0;
}

static const struct option_row options[] = {
    {"json", NULL, "as one JSON object"},
    {0},
};
static const struct example_row examples[] = {
    {"spoord settings", "shows every setting, its value and its meaning"},
    {"SPOOR_PORT=9000 spoord settings --json", "as a program reads it"},
    {0},
};

const struct command settings_command = {
    .name = "settings",
    .operands = "",
    .summary = "Shows every setting with its value; passwords are left out",
    .run = run,
    .options = options,
    .examples = examples,
};
