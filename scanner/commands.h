/* commands.h: the commands of spoor-scan. */
#ifndef SCANNER_COMMANDS_H
#define SCANNER_COMMANDS_H

#include "shared/command_line.h"

extern const struct command scan_command, enroll_command, decode_command, status_command, sync_command,
    export_command, attention_command, settle_command, print_command;

/* Exit codes beyond the common ones; of several scans the highest counts. */
enum {
    EXIT_NOT_A_LABEL = 10,
    EXIT_NOT_KNOWN,
    EXIT_NOT_READABLE,
    EXIT_WAITING,
    EXIT_REFUSED,
    EXIT_NO_CONTEXT,
    EXIT_NOT_KEPT
};

#endif
