#include "shared/command_help.h"

#include <string.h>

#define NAME_WIDTH 26

static bool is_whole_program(const struct program *program)
{
    return program->commands[0]->name[0] == '\0';
}

static void usage_line(const struct program *program, const struct command *command, FILE *out)
{
    fprintf(out, "%s%s%s%s%s%s", program->name, command->name[0] ? " " : "", command->name,
            command->options && command->options[0].name ? " [OPTIONS]" : "", command->operands[0] ? " " : "",
            command->operands);
}

static void options_list(const struct command *command, FILE *out)
{
    if (!command->options || !command->options[0].name)
        return;
    fputs("\nOptions\n", out);
    for (const struct option_row *row = command->options; row->name; row++) {
        char name[64];

        snprintf(name, sizeof name, "--%s%s%s", row->name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
        fprintf(out, "  %-*s %s\n", NAME_WIDTH, name, row->help);
    }
}

static void examples_list(const struct command *command, FILE *out)
{
    if (!command->examples)
        return;
    fputs("\nExamples\n", out);
    for (const struct example_row *row = command->examples; row->line; row++)
        fprintf(out, "  %s\n      %s\n", row->line, row->says);
}

static void tail(const struct program *program, FILE *out)
{
    if (program->environment) {
        fputs("\nEnvironment\n", out);
        for (const struct environment_row *row = program->environment; row->name; row++)
            fprintf(out, "  %-*s %s\n", NAME_WIDTH, row->name, row->help);
    }
    fputs("\nExit codes\n", out);
    for (const struct exit_row *row = program->exits; row->meaning; row++)
        fprintf(out, "  %d  %s\n", row->code, row->meaning);
}

static void commands_list(const struct program *program, FILE *out)
{
    if (program->command_count < 2)
        return;
    fputs("\nCommands\n", out);
    for (size_t i = 0; i < program->command_count; i++)
        if (program->commands[i]->name[0])
            fprintf(out, "  %-*s %s\n", NAME_WIDTH, program->commands[i]->name,
                    program->commands[i]->summary);
}

void command_help_one(const struct program *program, const struct command *command, FILE *out)
{
    fputs("Usage: ", out);
    usage_line(program, command, out);
    fprintf(out, "\n\n%s.\n", command->summary);
    if (command->text)
        fprintf(out, "\n%s\n", command->text);
    options_list(command, out);
    examples_list(command, out);
    tail(program, out);
}

void command_help_program(const struct program *program, FILE *out)
{
    if (is_whole_program(program)) {
        command_help_one(program, program->commands[0], out);
        commands_list(program, out);
        return;
    }
    fprintf(out, "%s: %s.\n", program->name, program->summary);
    if (program->text)
        fprintf(out, "\n%s\n", program->text);
    commands_list(program, out);
    tail(program, out);
    fprintf(out, "\n%s COMMAND --help tells more of one command, with examples.\n", program->name);
}

bool command_help_group(const struct program *program, const char *word, FILE *out)
{
    size_t length = strlen(word);
    bool   found = false;

    for (size_t i = 0; i < program->command_count; i++) {
        const struct command *command = program->commands[i];

        if (strncmp(command->name, word, length) != 0 || command->name[length] != ' ')
            continue;
        if (!found)
            fprintf(out, "%s %s: these commands\n\n", program->name, word);
        found = true;
        fprintf(out, "  %-*s %s\n", NAME_WIDTH, command->name, command->summary);
    }
    if (found)
        fprintf(out, "\n%s %s ... --help tells more of each.\n", program->name, word);
    return found;
}

/* Text for roff: a backslash, and a dot or quote that begins a line, would be commands. */
static void roff(const char *text, FILE *out)
{
    bool begins = true;

    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        begins = *text == '\n';
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
    }
    fputc('\n', out);
}

static void roff_row(const char *name, const char *more, const char *help, FILE *out)
{
    fputs(".TP\n.B ", out);
    for (; *name; name++)
        fputs(*name == '-' ? "\\-" : (char[]){*name, '\0'}, out);
    fprintf(out, "%s%s\n", more ? " " : "", more ? more : "");
    roff(help, out);
}

static void roff_command(const struct program *program, const struct command *command, FILE *out)
{
    fputs(".SS ", out);
    usage_line(program, command, out);
    fputc('\n', out);
    roff(command->summary, out);
    if (command->text) {
        fputs(".PP\n", out);
        roff(command->text, out);
    }
    for (const struct option_row *row = command->options; row && row->name; row++) {
        char name[64];

        snprintf(name, sizeof name, "--%s", row->name);
        roff_row(name, row->argument, row->help, out);
    }
    for (const struct example_row *row = command->examples; row && row->line; row++) {
        fputs(".PP\n.EX\n", out);
        roff(row->line, out);
        fputs(".EE\n", out);
        roff(row->says, out);
    }
}

void command_help_man(const struct program *program, FILE *out)
{
    fprintf(out, ".TH %s 1 \"\" \"Spoor %s\" \"Spoor\"\n.SH NAME\n%s \\- %s\n", program->name,
            program->version, program->name, program->summary);
    if (program->text) {
        fputs(".SH DESCRIPTION\n", out);
        roff(program->text, out);
    }
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < program->command_count; i++)
        roff_command(program, program->commands[i], out);
    if (program->environment) {
        fputs(".SH ENVIRONMENT\n", out);
        for (const struct environment_row *row = program->environment; row->name; row++)
            roff_row(row->name, NULL, row->help, out);
    }
    fputs(".SH EXIT STATUS\n", out);
    for (const struct exit_row *row = program->exits; row->meaning; row++) {
        char code[12];

        snprintf(code, sizeof code, "%d", row->code);
        roff_row(code, NULL, row->meaning, out);
    }
}
