#include "checksum.h"

/* Bit by bit: records are short. */
uint32_t checksum_of(const char *bytes, size_t count)
{
    uint32_t sum = 0xFFFFFFFFu;

    for (size_t i = 0; i < count; i++) {
        sum ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0x82F63B78u : 0);
    }
    return ~sum;
}
