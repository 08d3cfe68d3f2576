/* hand_scanner.h: hand scanners that are no keyboard of a terminal: event devices (grabbed, so that nothing
 * reaches another program) and serial ports. The only file that knows libevdev. */
#ifndef SCANNER_HAND_SCANNER_H
#define SCANNER_HAND_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/compiler.h"
#include "shared/error.h"

struct hand_scanner;

/* /dev/input/…: its keys are read as those of a US keyboard, whatever the desktop's layout. ERROR_CONFLICT:
 * another program has grabbed it. */
struct hand_scanner *hand_scanner_open_keys(const char *path, struct error *error) MUST_USE;

/* /dev/ttyACM0 and the like: raw bytes, 8N1, 9600 baud where that matters. */
struct hand_scanner *hand_scanner_open_serial(const char *path, struct error *error) MUST_USE;
void                 hand_scanner_close(struct hand_scanner *scanner); /* NULL is allowed */

/* For poll(). */
int hand_scanner_descriptor(const struct hand_scanner *scanner);

/* The bytes that are there; 0: none at the moment. ERROR_UNAVAILABLE: it was unplugged. */
bool hand_scanner_read(struct hand_scanner *scanner, char *bytes, size_t most, size_t *count,
                       struct error *error) MUST_USE;

/* The character of a key of a US keyboard, '\n' for Enter; 0: none. */
char hand_scanner_character(unsigned key, bool shifted);

#endif
