/* keyboard.h: undoes what a wrong keyboard layout makes of a code that a hand scanner "types". */
#ifndef SCANNER_KEYBOARD_H
#define SCANNER_KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>

struct keyboard_map {
    const char *name;            /* "French (AZERTY)" */
    const char *plain, *shifted; /* what its keys give, in the order of the keys of a US keyboard (UTF-8) */
    bool        caps;            /* the caps lock is on: every key gives its other half */
};

extern const struct keyboard_map keyboard_maps[];
extern const size_t              keyboard_map_count;

/* What a US scanner meant by this text (UTF-8, or Latin-1) on a computer with that layout. False: some
 * character is on none of the keys, or it does not fit. */
bool keyboard_undo(const struct keyboard_map *map, const char *text, char *meant, size_t size);

/* The other way: what the computer makes of a text. False: it does not fit. */
bool keyboard_garble(const struct keyboard_map *map, const char *meant, char *text, size_t size);

#endif
