/* hex.h: bytes as hexadecimal digits, small letters only. */
#ifndef VERIFY_HEX_H
#define VERIFY_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"

/* Reads 2 * size digits. False: one of them is none. */
bool hex_read(const char *digits, uint8_t *bytes, size_t size) MUST_USE;

#endif
