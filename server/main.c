/* main.c: the service and its subcommands, which are one table (commands/commands.c). */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "commands/commands.h"
#include "config.h"

#define VERSION "0.1.0"

static const struct exit_row exits[] = {EXIT_ROWS_COMMON, {0, NULL}};

int main(int argc, char **argv)
{
    struct program program = {
        .name = "spoord",
        .version = VERSION,
        .summary = "the Spoor service: follows devices through repair, hand-off by hand-off",
        .text = "Without SPOOR_DATABASE it makes and runs a private PostgreSQL in its state folder.",
        .commands = commands,
        .command_count = command_count,
        .environment = config_environment(),
        .exits = exits,
    };

    setlocale(LC_ALL, "C");
    signal(SIGPIPE, SIG_IGN); /* a client that went away is an error of write, not the end */
    umask(077);
    return command_line_run(&program, argc, argv);
}
