/* flags.h: what the server noticed of a scan that it recorded, in plain words. */
#ifndef SCANNER_FLAGS_H
#define SCANNER_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

#define FLAG_UNKNOWN_DEVICE "unknown_device"
#define FLAG_REVOKED_SENDER "revoked_sender"

/* Adds the words of a flag of the server to the text; what does not fit is left out whole. `has_message`: the
 * server's own sentence is told too, and says what some flags say. Returns whether a person should look. */
bool flags_add(const char *flag, bool has_message, char *text, size_t size);

#endif
