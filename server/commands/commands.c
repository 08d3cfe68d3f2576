#include "commands/commands.h"

const struct command *const commands[] = {
    &serve_command,
    &migrate_command,
    &settings_command,
    &routes_command,
};
const size_t command_count = COUNT_OF(commands);
