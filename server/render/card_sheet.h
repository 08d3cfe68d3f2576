/* card_sheet.h: cards of the bench as vector PDF on A4: each a QR with what the scanner understands, words
 * for people, and the same content in letters. Any script that an installed font has, and names of any
 * length, fit. */
#ifndef RENDER_CARD_SHEET_H
#define RENDER_CARD_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"

#define CARDS_A_PAGE 12u

struct bench_card {
    const char *content; /* "SPOOR:STEP:diagnosis": what the scanner reads */
    const char *heading; /* "Step · Stap" */
    const char *word;    /* "Diagnosis", or a name */
    const char *second;  /* "Onderzoek", or "" */
};

/* As many pages as the cards need. The buffer needs room: about 8 KiB for each card, and the fonts. */
bool card_sheet_write(struct arena *arena, const struct bench_card *cards, size_t count, struct buffer *out,
                      struct error *error) MUST_USE;

#endif
