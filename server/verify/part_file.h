/* part_file.h: reads a file of a bundle once, from its beginning, in memory that does not grow with it. */
#ifndef VERIFY_PART_FILE_H
#define VERIFY_PART_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"
#include "shared/error.h"

#define PART_LINE_MOST 262144u /* bytes of a line, and of what part_file_take gives */

struct part_file {
    int      handle; /* 0: not open */
    uint8_t *bytes;
    size_t   start, end; /* what was read and not taken yet */
    uint64_t line;       /* number of the last one, from 1 */
    bool     ended;
    int      failed; /* errno of a read; then it seems to end there */
};

/* `folder` may be AT_FDCWD. Anything but a regular file is refused, without waiting for it. */
bool     part_file_open(struct part_file *file, int folder, const char *name, struct error *error) MUST_USE;
uint64_t part_file_size(const struct part_file *file); /* bytes */
void     part_file_rewind(struct part_file *file);
void     part_file_close(struct part_file *file); /* also one that was never opened */

/* The next bytes, valid until the next call; NULL: fewer are left. */
const uint8_t *part_file_take(struct part_file *file, size_t length);
/* The same without taking them, only where they are in memory already. */
const uint8_t *part_file_peek(const struct part_file *file, size_t length);
bool           part_file_at_end(struct part_file *file);

/* The next line without its newline; false at the end. *line NULL: it has no newline, or is too long. */
bool part_file_line(struct part_file *file, const char **line, size_t *length);

/* Whether all could be read. */
bool part_file_whole(const struct part_file *file, const char *name, struct error *error) MUST_USE;

/* A whole file of at most `most` bytes into `bytes`, which has one byte more for a NUL. */
bool part_file_small(int folder, const char *name, char *bytes, size_t most, size_t *length,
                     struct error *error) MUST_USE;

#endif
