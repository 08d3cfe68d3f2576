/* out_file.h: the file that a command writes. */
#ifndef COMMANDS_OUT_FILE_H
#define COMMANDS_OUT_FILE_H

#include <stdbool.h>

#include "shared/buffer.h"
#include "shared/command_line.h"
#include "shared/error.h"

/* To a temporary name first: a half-written file never stands under its own. */
bool out_file_write(const char *path, const struct buffer *bytes, struct error *error) MUST_USE;

/* True when nothing stands there yet, or when it may be replaced (--yes, or a person says so). */
bool out_file_allowed(const struct invocation *invocation, const char *path, struct error *error) MUST_USE;

#endif
