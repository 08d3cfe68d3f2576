/* checksum.h: CRC-32C (Castagnoli), for lines and records that a disk may damage. */
#ifndef SCANNER_CHECKSUM_H
#define SCANNER_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint32_t checksum_of(const char *bytes, size_t count);

#endif
