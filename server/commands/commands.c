#include "commands/commands.h"

const struct command *const commands[] = {
    &settings_command,
};
const size_t command_count = COUNT_OF(commands);
