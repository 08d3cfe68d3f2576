/* command_help.h: the tables of a program as help text and as a man page (roff, man(7)). */
#ifndef SHARED_COMMAND_HELP_H
#define SHARED_COMMAND_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "shared/command_line.h"

void command_help_program(const struct program *program, FILE *out);
void command_help_one(const struct program *program, const struct command *command, FILE *out);
void command_help_man(const struct program *program, FILE *out);

/* Lists the commands that begin with the word ("label"); false if there are none. */
bool command_help_group(const struct program *program, const char *word, FILE *out);

#endif
