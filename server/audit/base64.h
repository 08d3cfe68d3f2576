/* base64.h: RFC 4648 §4, strictly: padding, no bits behind the end, no other characters, nothing behind. */
#ifndef AUDIT_BASE64_H
#define AUDIT_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buffer.h"
#include "shared/compiler.h"

void base64_add(struct buffer *out, const uint8_t *bytes, size_t length);

/* At most `size` bytes into `bytes`; *got tells how many. */
bool base64_decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *got) MUST_USE;

/* Exactly `size` bytes. */
bool base64_decode_all(const char *text, size_t length, uint8_t *bytes, size_t size) MUST_USE;

#endif
