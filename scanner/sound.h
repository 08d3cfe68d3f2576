/* sound.h: three sounds that cannot be mistaken for each other; the only file that knows ALSA. */
#ifndef SCANNER_SOUND_H
#define SCANNER_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"

enum sound_kind {
    SOUND_RECORDED, /* one high note */
    SOUND_LOOK,     /* two short equal notes: recorded, and worth a look */
    SOUND_PROBLEM   /* three falling low notes, longer and buzzing */
};

#define SOUND_RATE 44100u /* samples a second, one channel, 16 bit */

struct sound;

/* Never fails: without a sound card the terminal's bell rings, if there is a terminal. A thread plays, so
 * that no scan waits for a sound. NULL when quiet. */
struct sound *sound_new(bool quiet) MUST_USE;
void          sound_free(struct sound *sound); /* lets the last sound end; NULL is allowed */
void          sound_play(struct sound *sound, enum sound_kind kind);

/* The samples of one sound; returns how many. */
size_t sound_samples(enum sound_kind kind, int16_t *samples, size_t most);

#endif
