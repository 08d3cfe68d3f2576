#include "address.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS_MOST 256u /* bytes of the file */
#define HOST_MOST    200u

const char *address_host(const char *address)
{
    static const char *const schemes[] = {"https://", "http://"};
    const char              *host = NULL;
    size_t                   length;

    for (size_t i = 0; i < COUNT_OF(schemes) && !host; i++)
        if (strncmp(address, schemes[i], strlen(schemes[i])) == 0)
            host = address + strlen(schemes[i]);
    if (!host)
        return NULL;
    length = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");
    return length > 0 && length <= HOST_MOST && host[length] == '\0' ? host : NULL;
}

bool address_keep(const char *state, const char *address, struct error *error)
{
    char path[PATH_MAX], partial[PATH_MAX + 16];
    int  file;
    bool written;

    snprintf(path, sizeof path, "%s/address", state);
    snprintf(partial, sizeof partial, "%s.%d", path, (int)getpid());
    file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    written = file >= 0 && dprintf(file, "%s\n", address) > 0 && fsync(file) == 0;
    if (file >= 0 && close(file) != 0)
        written = false;
    if (written && rename(partial, path) == 0)
        return true;
    error_set(error, ERROR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
    unlink(partial);
    return false;
}

const char *address_kept(const char *state, struct arena *arena)
{
    char text[ADDRESS_MOST + 1];
    int file = open(arena_format(arena, "%s/address", state), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, ADDRESS_MOST) : -1;

    if (file >= 0)
        close(file);
    if (length <= 0 || text[length - 1] != '\n')
        return NULL;
    text[length - 1] = '\0';
    return address_host(text) ? arena_copy(arena, text) : NULL;
}
