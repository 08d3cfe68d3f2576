#include "shared/command_line.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/command_help.h"

#define OPTIONS_MOST 32u
#define VALUES_MOST  128u /* of all options together */

struct invocation {
    const struct program *program;
    const struct command *command;
    const char           *given[OPTIONS_MOST]; /* as the command's table of options */
    struct {
        size_t      option;
        const char *value;
    } values[VALUES_MOST]; /* in the order in which they were given */
    size_t value_count;
    char **operands; /* into argv, which is reordered */
    size_t operand_count;
};

static const int exit_codes[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = 0,        [ERROR_INVALID] = 2,  [ERROR_UNAUTHENTICATED] = 5, [ERROR_FORBIDDEN] = 5,
    [ERROR_NOT_FOUND] = 3,   [ERROR_METHOD] = 2,   [ERROR_CONFLICT] = 4,        [ERROR_TOO_LARGE] = 2,
    [ERROR_UNSUPPORTED] = 2, [ERROR_TOO_MANY] = 6, [ERROR_UNAVAILABLE] = 6,     [ERROR_UNKNOWN_OUTCOME] = 7,
    [ERROR_INTERNAL] = 1,    [ERROR_NO_ROOM] = 6,
};

int exit_code_of(enum error_kind kind)
{
    return kind < ERROR_KIND_COUNT ? exit_codes[kind] : 1;
}

void *invocation_context(const struct invocation *invocation)
{
    return invocation->program->context;
}

static size_t option_index(const struct command *command, const char *name, size_t length)
{
    size_t i = 0;

    for (; command->options && command->options[i].name; i++)
        if (strlen(command->options[i].name) == length && memcmp(command->options[i].name, name, length) == 0)
            return i;
    return OPTIONS_MOST;
}

const char *option_text(const struct invocation *invocation, const char *name)
{
    size_t index = option_index(invocation->command, name, strlen(name));

    return index < OPTIONS_MOST ? invocation->given[index] : NULL;
}

const char *option_nth(const struct invocation *invocation, const char *name, size_t n)
{
    size_t index = option_index(invocation->command, name, strlen(name));

    for (size_t i = 0; i < invocation->value_count; i++)
        if (invocation->values[i].option == index && n-- == 0)
            return invocation->values[i].value;
    return NULL;
}

bool option_given(const struct invocation *invocation, const char *name)
{
    return option_text(invocation, name) != NULL;
}

bool option_number(const struct invocation *invocation, const char *name, long preset, long least, long most,
                   long *value, struct error *error)
{
    const char *text = option_text(invocation, name);
    char       *rest = NULL;

    *value = preset;
    if (!text)
        return true;
    errno = 0;
    *value = strtol(text, &rest, 10);
    if (rest == text || *rest != '\0' || errno || text[0] == ' ' || *value < least || *value > most)
        return error_field(error, name, "--%s must be a whole number from %ld to %ld, not '%.40s'", name,
                           least, most, text);
    return true;
}

bool option_decimal(const struct invocation *invocation, const char *name, double preset, double least,
                    double most, double *value, struct error *error)
{
    const char *text = option_text(invocation, name);
    char       *rest = NULL;

    *value = preset;
    if (!text)
        return true;
    *value = strtod(text, &rest);
    if (rest == text || *rest != '\0' || !isfinite(*value) || *value < least || *value > most)
        return error_field(error, name, "--%s must be a number from %g to %g, not '%.40s'", name, least, most,
                           text);
    return true;
}

size_t operand_count(const struct invocation *invocation)
{
    return invocation->operand_count;
}

const char *operand(const struct invocation *invocation, size_t n)
{
    return n < invocation->operand_count ? invocation->operands[n] : "";
}

bool command_confirmed(const struct invocation *invocation, const char *question, struct error *error)
{
    char answer[16] = "";

    if (option_given(invocation, "yes"))
        return true;
    if (!isatty(STDIN_FILENO))
        return error_set(error, ERROR_INVALID, "%s Add --yes to go on without being asked", question);
    fprintf(stderr, "%s Type yes to go on: ", question);
    if (fgets(answer, sizeof answer, stdin) && strcmp(answer, "yes\n") == 0)
        return true;
    return error_set(error, ERROR_INVALID, "stopped, nothing was changed");
}

/* How many words of argv the command's name takes; 0: this is another command. "" matches with none. */
static bool name_matches(const char *name, char *const *words, int count, int *taken)
{
    *taken = 0;
    while (*name) {
        size_t length = strcspn(name, " ");

        if (*taken >= count || strlen(words[*taken]) != length || memcmp(words[*taken], name, length) != 0)
            return false;
        (*taken)++;
        name += length + strspn(name + length, " ");
    }
    return true;
}

/* The command whose name takes the most words; NULL if none fits. */
static const struct command *command_find(const struct program *program, char *const *words, int count,
                                          int *taken)
{
    const struct command *best = NULL;
    int                   words_taken;

    *taken = 0;
    for (size_t i = 0; i < program->command_count; i++)
        if (name_matches(program->commands[i]->name, words, count, &words_taken) &&
            (!best || words_taken > *taken)) {
            best = program->commands[i];
            *taken = words_taken;
        }
    return best;
}

/* Reads "--name", "--name=value" or "--name value" at words[*at], and moves *at to its last word. */
static bool take_option(struct invocation *invocation, char **words, int count, int *at, struct error *error)
{
    const char *name = words[*at] + 2;
    size_t      length = strcspn(name, "=");
    size_t      index = option_index(invocation->command, name, length);
    const char *value = name[length] == '=' ? name + length + 1 : NULL;

    if (index >= OPTIONS_MOST)
        return error_set(error, ERROR_INVALID, "there is no option --%.*s here; see --help", (int)length,
                         name);
    if (!invocation->command->options[index].argument) {
        if (value)
            return error_set(error, ERROR_INVALID, "--%.*s takes no value", (int)length, name);
        value = "yes";
    } else if (!value) {
        if (*at + 1 >= count)
            return error_set(error, ERROR_INVALID, "--%s needs a value: --%s %s", name, name,
                             invocation->command->options[index].argument);
        value = words[++*at];
    }
    invocation->given[index] = value;
    if (invocation->value_count == VALUES_MOST)
        return error_set(error, ERROR_INVALID, "there are more than %u options", VALUES_MOST);
    invocation->values[invocation->value_count].option = index;
    invocation->values[invocation->value_count++].value = value;
    return true;
}

static bool read_words(struct invocation *invocation, char **words, int count, struct error *error)
{
    bool only_operands = false;

    invocation->operands = words;
    for (int at = 0; at < count; at++) {
        bool is_option = !only_operands && strncmp(words[at], "--", 2) == 0;

        if (is_option && words[at][2] == '\0') {
            only_operands = true;
        } else if (is_option) {
            if (!take_option(invocation, words, count, &at, error))
                return false;
        } else if (!only_operands && words[at][0] == '-' && words[at][1] != '\0') {
            return error_set(error, ERROR_INVALID,
                             "there is no option %.40s here; options are whole words: --name", words[at]);
        } else {
            invocation->operands[invocation->operand_count++] = words[at];
        }
    }
    if (invocation->operand_count < invocation->command->operands_least)
        return error_set(error, ERROR_INVALID, "something is missing: %s", invocation->command->operands);
    if (invocation->operand_count > invocation->command->operands_most)
        return error_set(error, ERROR_INVALID, "'%.60s' is one word too many; see --help",
                         invocation->operands[invocation->command->operands_most]);
    return true;
}

static int fail(const struct program *program, const struct command *command, const struct error *error)
{
    bool named = command && command->name[0];

    fprintf(stderr, "%s%s%s: %s\n", program->name, named ? " " : "", named ? command->name : "",
            error->message);
    return exit_code_of(error->kind);
}

static bool asks_for_help(char **words, int count)
{
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    return false;
}

static int unknown_command(const struct program *program, const char *word)
{
    struct error error;

    error_set(&error, ERROR_INVALID, "there is no command '%.60s'; see %s --help", word, program->name);
    return fail(program, NULL, &error);
}

static int help(const struct program *program, char **words, int count)
{
    int                   taken;
    const struct command *command;

    if (count > 0 && strcmp(words[0], "--man") == 0) {
        command_help_man(program, stdout);
        return 0;
    }
    command = count > 0 ? command_find(program, words, count, &taken) : NULL;
    if (count > 0 && (!command || taken < count) && !command_help_group(program, words[0], stdout))
        return unknown_command(program, words[0]);
    if (count == 0)
        command_help_program(program, stdout);
    else if (command && taken == count)
        command_help_one(program, command, stdout);
    return 0;
}

static int run(const struct program *program, const struct command *command, char **words, int count)
{
    struct invocation invocation = {.program = program, .command = command};
    struct error      error = {0};
    int               code;

    if (!read_words(&invocation, words, count, &error))
        return fail(program, command, &error);
    code = command->run(&invocation, &error);
    return error.kind == ERROR_NONE ? code : fail(program, command, &error);
}

int command_line_run(const struct program *program, int argc, char **argv)
{
    char                **words = argv + 1;
    int                   count = argc - 1, taken;
    const struct command *command;

    if (count > 0 && strcmp(words[0], "--version") == 0) {
        printf("%s %s\n", program->name, program->version);
        return 0;
    }
    if (count > 0 && strcmp(words[0], "help") == 0)
        return help(program, words + 1, count - 1);
    command = command_find(program, words, count, &taken);
    if (asks_for_help(words, count)) {
        bool whole = !command || command->name[0] == '\0';

        if (whole && count > 0 && words[0][0] != '-' && command_help_group(program, words[0], stdout))
            return 0;
        if (whole)
            command_help_program(program, stdout);
        else
            command_help_one(program, command, stdout);
        return 0;
    }
    if (command)
        return run(program, command, words + taken, count - taken);
    if (count > 0 && !command_help_group(program, words[0], stderr))
        return unknown_command(program, words[0]);
    if (count == 0)
        command_help_program(program, stderr);
    return exit_code_of(ERROR_INVALID);
}
