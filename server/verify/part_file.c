#include "verify/part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (2 * (size_t)PART_LINE_MOST)
#define READ_SIZE                                                                                            \
    ((size_t)65536) /* at once: what is read is still in the processor's cache when it is looked at */

static int open_regular(int folder, const char *name, struct error *error)
{
    int         handle = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat about;

    if (handle < 0 || fstat(handle, &about) != 0) {
        error_set(error, ERROR_NOT_FOUND, "cannot read %.200s: %s", name, strerror(errno));
    } else if (!S_ISREG(about.st_mode)) {
        error_set(error, ERROR_INVALID, "%.200s is not a regular file", name);
    } else {
        posix_fadvise(handle, 0, 0, POSIX_FADV_SEQUENTIAL);
        return handle;
    }
    if (handle >= 0)
        close(handle);
    return -1;
}

bool part_file_open(struct part_file *file, int folder, const char *name, struct error *error)
{
    int handle = open_regular(folder, name, error);

    if (handle < 0)
        return false;
    *file = (struct part_file){.handle = handle, .bytes = malloc(BUFFER_SIZE)};
    if (!file->bytes)
        abort();
    return true;
}

uint64_t part_file_size(const struct part_file *file)
{
    struct stat about;

    return fstat(file->handle, &about) == 0 ? (uint64_t)about.st_size : 0;
}

void part_file_rewind(struct part_file *file)
{
    if (lseek(file->handle, 0, SEEK_SET) != 0)
        file->failed = errno;
    file->start = file->end = file->line = 0;
    file->ended = false;
}

void part_file_close(struct part_file *file)
{
    if (file->bytes)
        close(file->handle);
    free(file->bytes);
    *file = (struct part_file){0};
}

/* Reads on until `wanted` bytes are there, or the end. */
static void fill(struct part_file *file, size_t wanted)
{
    if (file->ended || file->end - file->start >= wanted)
        return;
    memmove(file->bytes, file->bytes + file->start, file->end - file->start);
    file->end -= file->start;
    file->start = 0;
    while (!file->ended && file->end < wanted) {
        size_t  room = BUFFER_SIZE - file->end;
        ssize_t got = read(file->handle, file->bytes + file->end, room < READ_SIZE ? room : READ_SIZE);

        if (got < 0 && errno == EINTR)
            continue;
        file->failed = got < 0 ? errno : file->failed;
        file->ended = got <= 0;
        file->end += got > 0 ? (size_t)got : 0;
    }
}

const uint8_t *part_file_take(struct part_file *file, size_t length)
{
    fill(file, length);
    if (file->end - file->start < length)
        return NULL;
    file->start += length;
    return file->bytes + file->start - length;
}

const uint8_t *part_file_peek(const struct part_file *file, size_t length)
{
    return file->end - file->start >= length ? file->bytes + file->start : NULL;
}

bool part_file_at_end(struct part_file *file)
{
    fill(file, 1);
    return file->start == file->end;
}

/* A line of which there is no end in sight. */
static void pass_over(struct part_file *file)
{
    for (const uint8_t *newline = NULL; !newline && !part_file_at_end(file);) {
        newline = memchr(file->bytes + file->start, '\n', file->end - file->start);
        file->start = newline ? (size_t)(newline - file->bytes) + 1 : file->end;
    }
}

bool part_file_line(struct part_file *file, const char **line, size_t *length)
{
    const uint8_t *begin, *newline;

    if (part_file_at_end(file))
        return false;
    file->line++;
    begin = file->bytes + file->start;
    newline = memchr(begin, '\n', file->end - file->start);
    if (!newline) {
        fill(file, PART_LINE_MOST);
        begin = file->bytes + file->start;
        newline = memchr(begin, '\n', file->end - file->start);
    }
    if (!newline || newline - begin > (ptrdiff_t)PART_LINE_MOST) {
        pass_over(file);
        *line = NULL;
        *length = 0;
        return true;
    }
    *line = (const char *)begin;
    *length = (size_t)(newline - begin);
    file->start += *length + 1;
    return true;
}

bool part_file_whole(const struct part_file *file, const char *name, struct error *error)
{
    return file->failed == 0 ||
           error_set(error, ERROR_UNAVAILABLE, "cannot read %.200s: %s", name, strerror(file->failed));
}

bool part_file_small(int folder, const char *name, char *bytes, size_t most, size_t *length,
                     struct error *error)
{
    int     handle = open_regular(folder, name, error), failed = 0;
    ssize_t got = 1;

    *length = 0;
    if (handle < 0)
        return false;
    while (got != 0 && *length <= most && failed == 0) {
        got = read(handle, bytes + *length, most + 1 - *length);
        failed = got < 0 && errno != EINTR ? errno : 0;
        *length += got > 0 ? (size_t)got : 0;
    }
    close(handle);
    if (failed)
        return error_set(error, ERROR_UNAVAILABLE, "cannot read %.200s: %s", name, strerror(failed));
    if (*length > most)
        return error_set(error, ERROR_INVALID, "%.200s has more than %zu bytes", name, most);
    bytes[*length] = '\0';
    return true;
}
