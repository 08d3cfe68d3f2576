/* commands.h: every subcommand of spoord; one file for the commands of one thing. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include <stddef.h>

#include "shared/command_line.h"

extern const struct command serve_command, migrate_command, settings_command, routes_command;

/* All of them, in the order of the help. */
extern const struct command *const commands[];
extern const size_t                command_count;

#endif
