#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>

#include <sodium.h>

#include "commands.h"

#define VERSION "0.1.0"

static const struct command *const commands[] = {&scan_command,      &enroll_command, &decode_command,
                                                 &status_command,    &sync_command,   &export_command,
                                                 &attention_command, &settle_command, &print_command};

static const struct exit_row exits[] = {
    EXIT_ROWS_COMMON,
    {EXIT_NOT_A_LABEL, "not a label: the code was misread or is nobody's"},
    {EXIT_NOT_KNOWN, "not known: recorded, but no device had this code yet"},
    {EXIT_NOT_READABLE, "not readable: no code was found in a picture, or it is damaged"},
    {EXIT_WAITING, "waiting: kept here, the server could not be reached"},
    {EXIT_REFUSED, "refused by the server: see spoor-scan attention"},
    {EXIT_NO_CONTEXT, "not recorded: nobody said what the scan means"},
    {EXIT_NOT_KEPT, "not kept: the disk did not take a scan, and said why; scan it again"},
    {0, NULL},
};

int main(int argc, char **argv)
{
    static const struct environment_row environment[] = {
        {"XDG_STATE_HOME", "the state folder is spoor-scan within it"}, {NULL, NULL}};
    const struct program program = {
        .name = "spoor-scan",
        .version = VERSION,
        .summary = "reads labels and records hand-offs",
        .text = "Every scan is kept on disk before it is sent, and sent until the server has said what "
                "became of it.",
        .commands = commands,
        .command_count = COUNT_OF(commands),
        .environment = environment,
        .exits = exits,
    };

    setlocale(LC_ALL, "C");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is told as a full disk */
    umask(077);
    if (sodium_init() < 0)
        return 1;
    return command_line_run(&program, argc, argv);
}
