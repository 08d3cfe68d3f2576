/* uuid.h: the identifiers that clients make (RFC 9562). */
#ifndef SHARED_UUID_H
#define SHARED_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/compiler.h"

#define UUID_SIZE 37 /* bytes of text, with the NUL */

/* Reads 8-4-4-4-12 hexadecimal digits of version 4 or 7, in any case; gives small letters. */
bool uuid_parse(const char *text, char canonical[UUID_SIZE]) MUST_USE;

/* The same for any version and variant, but not nil: for ids that the database made. */
bool uuid_parse_any(const char *text, char canonical[UUID_SIZE]) MUST_USE;

/* One of version 7: milliseconds since 1970, then 74 random bits, so that what is made together stands
 * together in an index. Ends the program if the kernel gives no random bytes. */
void uuid_make(char text[UUID_SIZE]);

/* When an id of version 7 was made, in milliseconds since 1970; 0: it is none. */
int64_t uuid_made_ms(const char *text);

#endif
