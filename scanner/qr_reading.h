/*
 * qr_reading.h: what was sampled of each module, and several ways to call it light or dark.
 *
 * A margin is positive where the module is dark; its size says how clearly.
 */
#ifndef SCANNER_QR_READING_H
#define SCANNER_QR_READING_H

#include "qr_grid.h"

struct qr_reading {
    int      size;
    uint8_t *kinds;   /* as of qr_code_kinds() */
    double  *grey;    /* the mean of each module */
    double  *spread;  /* how far its parts are from that */
    double  *margin;  /* the present call */
    double  *trust;   /* how far each call may be believed; more is better */
    double  *scratch; /* two boards of room */
    void    *room;    /* that all of these are in */
};

/* false: no memory. */
bool qr_reading_make(int size, struct qr_reading *reading) MUST_USE;
void qr_reading_free(struct qr_reading *reading);

/* Samples 1, 9 or 25 points of each module, as large as they are in the picture. */
void qr_reading_sample(struct qr_reading *reading, const struct qr_grid *grid, const struct picture *picture);

enum qr_call { QR_CALL_GLOBAL, QR_CALL_MEAN, QR_CALL_RANGE, QR_CALL_FEEDBACK };

/* Fills in the margins: against one level, the mean of 9 x 9 modules, the middle of the range of 7 x 7, after
 * sharpening by so much; or by feedback, see qr_feedback.c. false: this way cannot be gone here. */
bool qr_reading_call(struct qr_reading *reading, enum qr_call call, double sharpen) MUST_USE;
bool qr_reading_feedback(struct qr_reading *reading) MUST_USE;

/* Fills in how far each call may be believed. `blobs`: doubts uniform areas and what is lighter than paper
 * (glare, dirt). */
void qr_reading_doubt(struct qr_reading *reading, bool blobs);

/* Mirrors what was called: rows become columns. */
void qr_reading_mirror(struct qr_reading *reading);

#endif
