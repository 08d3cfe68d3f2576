/*
 * command_line.h: programs whose commands and options are tables.
 *
 * One text serves three ends: `--help`, the man page (`PROGRAM help --man`), and the parser itself.
 * A program without commands has a table with one command whose name is "".
 */
#ifndef SHARED_COMMAND_LINE_H
#define SHARED_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/compiler.h"
#include "shared/error.h"

struct invocation;

struct option_row {
    const char *name;     /* without dashes: "count" */
    const char *argument; /* what follows it, "N"; NULL: the option is a flag */
    const char *help;     /* one sentence without full stop */
};

struct example_row {
    const char *line; /* "spoord label mint --count 500" */
    const char *says; /* what it does */
};

struct exit_row {
    int         code;
    const char *meaning;
};

/* Does the work. Returns the exit code; on failure fills in the error and returns any value: the kind
 * decides. */
typedef int command_function(struct invocation *invocation, struct error *error);

struct command {
    const char               *name;     /* "label mint"; "" where the program itself is the command */
    const char               *operands; /* "CODE", "[PICTURE ...]", or "" */
    const char               *summary;  /* one line without full stop */
    const char               *text;     /* paragraphs for the help, or NULL */
    command_function         *run;
    const struct option_row  *options;  /* ends with a nameless row; NULL: none */
    const struct example_row *examples; /* ends with a row without line; NULL: none */
    unsigned                  operands_least, operands_most;
};

struct environment_row {
    const char *name, *help;
};

struct program {
    const char                   *name, *version, *summary;
    const char                   *text; /* paragraphs, or NULL */
    const struct command *const  *commands;
    size_t                        command_count;
    const struct environment_row *environment; /* ends with a nameless row; NULL: none */
    const struct exit_row        *exits;       /* ends with a row without meaning */
    void                         *context;     /* for the commands */
};

/* Finds the command, reads its options, runs it, says what failed on stderr. Returns the exit code.
 * Knows by itself: --help, help [COMMAND], help --man, --version. Usage errors end with exit code 2. */
int command_line_run(const struct program *program, int argc, char **argv) MUST_USE;

void *invocation_context(const struct invocation *invocation);

/* The option's argument, or NULL where it was not given; for a flag a non-NULL text.
 * The name must stand in the command's table. The last of several wins. */
const char *option_text(const struct invocation *invocation, const char *name);
bool        option_given(const struct invocation *invocation, const char *name);

/* The nth argument of an option that may be given more than once, from 0; NULL beyond the last. */
const char *option_nth(const struct invocation *invocation, const char *name, size_t n);

/* A whole number from `least` to `most`, or `preset` where it was not given. ERROR_INVALID names the option.
 */
bool option_number(const struct invocation *invocation, const char *name, long preset, long least, long most,
                   long *value, struct error *error) MUST_USE;

/* A number such as -1.5 (decimal point, whatever the locale). */
bool option_decimal(const struct invocation *invocation, const char *name, double preset, double least,
                    double most, double *value, struct error *error) MUST_USE;

size_t      operand_count(const struct invocation *invocation);
const char *operand(const struct invocation *invocation, size_t n); /* "" beyond the last */

/* Where kinds of error become exit codes, and nowhere else. */
int exit_code_of(enum error_kind kind);

/* The exit codes that exit_code_of() gives, for a program's table. */
#define EXIT_ROWS_COMMON                                                                                     \
    {0, "done"}, {1, "something broke on our side"}, {2, "wrong usage or input; nothing was changed"},       \
        {3, "not found"}, {4, "not possible in the present state"}, {5, "not allowed"},                      \
        {6, "cannot be reached at the moment; try again"},                                                   \
    {                                                                                                        \
        7, "outcome unknown: try again with the same key"                                                    \
    }

/* True when a destructive command may go on: --yes was given, or a person at a terminal answers "yes".
 * Otherwise ERROR_INVALID says to add --yes. */
bool command_confirmed(const struct invocation *invocation, const char *question,
                       struct error *error) MUST_USE;

#endif
