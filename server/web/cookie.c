#include "web/cookie.h"

#include <string.h>

const char *cookie_find(struct arena *arena, const char *header, const char *name)
{
    size_t      name_length = strlen(name);
    const char *found = NULL;

    while (*header) {
        header += strspn(header, " \t;");
        size_t length = strcspn(header, ";");

        if (length > name_length && header[name_length] == '=' && memcmp(header, name, name_length) == 0) {
            if (found)
                return NULL;
            found = arena_format(arena, "%.*s", (int)(length - name_length - 1), header + name_length + 1);
        }
        header += length;
    }
    return found;
}
