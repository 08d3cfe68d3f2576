/* roles.h: --role on the command line. */
#ifndef COMMANDS_ROLES_H
#define COMMANDS_ROLES_H

#include "shared/arena.h"
#include "shared/command_line.h"

#define ROLE_OPTION                                                                                          \
    {                                                                                                        \
        "role", "ROLE", "technician, lead, auditor, editor or admin; may be given more than once"            \
    }

/* All that were given, as PostgreSQL's text of an array: "{lead,technician}". NULL with an error where none
 * or an unknown one was. */
const char *roles_of(struct invocation *invocation, struct arena *arena, struct error *error) MUST_USE;

#endif
