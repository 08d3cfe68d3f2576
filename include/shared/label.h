/*
 * label.h: the code on a Spoor label: 8 random symbols and 2 check symbols of Crockford base32,
 * "7K3M9-QXFDT".
 *
 * The check is a Reed-Solomon code over GF(32), primitive polynomial x^5+x^2+1, alpha = 2, generator
 * (x-alpha)(x-alpha^2) = x^2+6x+8, first symbol at the highest power: every misreading of one or two symbols
 * is detected, and a single wrong symbol can be located.
 */
#ifndef SHARED_LABEL_H
#define SHARED_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/error.h"

#define LABEL_SYMBOLS 10

struct label {
    char code[LABEL_SYMBOLS + 1]; /* "7K3M9QXFDT": canonical, valid, never empty */
};

/* "7K3M9-QXFDT" */
struct label_text {
    char text[LABEL_SYMBOLS + 2];
};

/* Reads every form: bare code, with hyphens, blanks and small letters, O for 0, I and L for 1; a path
 * /d/CODE; a whole URL of any host. ERROR_NOT_FOUND: this is not the form of a label at all (try an alias).
 * ERROR_INVALID: it has the form, but the check fails; the message offers "did you mean 7K3M9-QXFDT?" where
 * one wrong symbol explains it. */
bool label_parse(const char *text, struct label *label, struct error *error) MUST_USE;

struct label_text label_format(const struct label *label);

/* From 40 random bits (the caller's, from a cryptographic source). False for the one reserved code (all
 * zeros). */
bool label_make(uint64_t random, struct label *label) MUST_USE;

/* Whether no keyboard layout makes another valid code of it. A hand scanner that types on a keyboard of
 * another layout swaps Y and Z (QWERTZ), or A and Q, Z and W (AZERTY); where three of those stand in the
 * right places the check symbols fit again. Such codes (1 in some hundred) are read, but not minted. */
bool label_is_distinct(const struct label *label) MUST_USE;

#endif
