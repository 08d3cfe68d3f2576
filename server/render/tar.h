/* tar.h: an archive in the form that every tar reads (POSIX ustar), piece by piece. */
#ifndef RENDER_TAR_H
#define RENDER_TAR_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/buffer.h"
#include "shared/error.h"

/* The head of a file of so many bytes, which follow, and then tar_pad. ERROR_TOO_LARGE: the path has more
 * than 100 bytes, or the file more than 8 GiB. */
bool tar_head(struct buffer *out, const char *path, uint64_t size, int64_t modified_s,
              struct error *error) MUST_USE;
void tar_pad(struct buffer *out, uint64_t size);
void tar_end(struct buffer *out);

#endif
