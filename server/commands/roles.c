#include "commands/roles.h"

#include <string.h>

static bool is_role(const char *text)
{
    static const char *const roles[] = {"technician", "lead", "auditor", "editor", "admin"};

    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (strcmp(roles[i], text) == 0)
            return true;
    return false;
}

const char *roles_of(struct invocation *invocation, struct arena *arena, struct error *error)
{
    const char *list = NULL, *role;

    for (size_t n = 0; (role = option_nth(invocation, "role", n)) != NULL; n++) {
        if (!is_role(role)) {
            error_field(error, "role",
                        "--role is one of technician, lead, auditor, editor, admin, not '%.20s'", role);
            return NULL;
        }
        list = list ? arena_format(arena, "%s,%s", list, role) : role;
    }
    if (list)
        return arena_format(arena, "{%s}", list);
    error_field(error, "role", "say what for: --role technician, lead, auditor, editor or admin");
    return NULL;
}
