#include "commands/out_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool out_file_write(const char *path, const struct buffer *bytes, struct error *error)
{
    char  partial[4100];
    FILE *file;
    bool  written;

    snprintf(partial, sizeof partial, "%s.part", path);
    file = fopen(partial, "we");
    written = file && fwrite(bytes->text, 1, bytes->length, file) == bytes->length;
    if (file && fclose(file) != 0)
        written = false;
    if (written && rename(partial, path) == 0)
        return true;
    error_set(error, ERROR_INVALID, "cannot write %s: %s", path, strerror(errno));
    remove(partial);
    return false;
}

bool out_file_allowed(const struct invocation *invocation, const char *path, struct error *error)
{
    char question[300];

    if (access(path, F_OK) != 0)
        return true;
    snprintf(question, sizeof question, "There is a file %.200s already. Replace it?", path);
    return command_confirmed(invocation, question, error);
}
