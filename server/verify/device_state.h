/* device_state.h: what is known of a device after its latest entry. */
#ifndef VERIFY_DEVICE_STATE_H
#define VERIFY_DEVICE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"

/* How a value reads in a row: the hash of its form in JSON, or the erasure that took it. */
struct known_value {
    enum { VALUE_UNKNOWN, VALUE_NONE, VALUE_TEXT, VALUE_ERASED } state;
    uint8_t  hash[HASH_SIZE];
    uint8_t  party[16]; /* of a text: the id that it begins with */
    uint64_t erased_by;
};

struct device_state {
    uint32_t           device_seq;
    uint8_t            digest[HASH_SIZE], holder[HASH_SIZE];
    struct known_value holder_value, place_value;
    uint64_t           seq;
    int64_t            newest_ms; /* when the newest of its events happened, by our clock */
    uint16_t           step;
};

#endif
