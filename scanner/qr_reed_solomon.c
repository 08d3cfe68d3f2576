#include "qr_reed_solomon.h"

#include <stdbool.h>
#include <string.h>

#define TERMS (QR_PARITY_MOST + 2)

struct solver {
    const struct qr_field *field;
    uint8_t               *block;
    int                    length, parity;
    uint8_t                syndrome[TERMS], locator[TERMS], evaluator[TERMS];
};

void qr_field_make(struct qr_field *field)
{
    int value = 1;

    memset(field, 0, sizeof *field);
    for (int i = 0; i < 255; i++) {
        field->power[i] = field->power[i + 255] = (uint8_t)value;
        field->log[value] = (uint8_t)i;
        value <<= 1;
        if (value & 256)
            value ^= 0x11d;
    }
}

static uint8_t times(const struct qr_field *f, uint8_t a, uint8_t b)
{
    return a && b ? f->power[f->log[a] + f->log[b]] : 0;
}

/* a * g^exponent */
static uint8_t raise(const struct qr_field *f, uint8_t a, int exponent)
{
    return a ? f->power[(f->log[a] + exponent) % 255] : 0;
}

static uint8_t inverse(const struct qr_field *f, uint8_t a)
{
    return f->power[255 - f->log[a]];
}

static bool syndromes(struct solver *s)
{
    uint8_t any = 0;

    for (int i = 0; i < s->parity; i++) {
        uint8_t value = 0;

        for (int j = 0; j < s->length; j++)
            value = (uint8_t)(times(s->field, value, s->field->power[i]) ^ s->block[j]);
        s->syndrome[i] = value;
        any |= value;
    }
    return any;
}

static void start_with_erasures(struct solver *s, const int *erased, int count)
{
    memset(s->locator, 0, sizeof s->locator);
    s->locator[0] = 1;
    for (int e = 0; e < count; e++) {
        uint8_t place = s->field->power[(s->length - 1 - erased[e]) % 255];

        for (int i = e + 1; i > 0; i--)
            s->locator[i] ^= times(s->field, s->locator[i - 1], place);
    }
}

static uint8_t discrepancy(const struct solver *s, int length, int round)
{
    uint8_t sum = 0;

    for (int i = 0; i <= length && i <= round; i++)
        sum ^= times(s->field, s->locator[i], s->syndrome[round - i]);
    return sum;
}

/* Berlekamp and Massey, going on from the locator of the erasures. */
static void find_locator(struct solver *s, int erased)
{
    uint8_t before[TERMS], next[TERMS];
    int     length = erased;

    memcpy(before, s->locator, sizeof before);
    for (int round = erased; round < s->parity; round++) {
        uint8_t off = discrepancy(s, length, round);

        memmove(before + 1, before, sizeof before - 1);
        before[0] = 0;
        if (!off)
            continue;
        for (int i = 0; i < TERMS; i++)
            next[i] = s->locator[i] ^ times(s->field, off, before[i]);
        if (2 * length <= round + erased) {
            uint8_t inverted = inverse(s->field, off);

            for (int i = 0; i < TERMS; i++)
                before[i] = times(s->field, s->locator[i], inverted);
            length = round + 1 + erased - length;
        }
        memcpy(s->locator, next, sizeof next);
    }
}

static int degree(const uint8_t terms[TERMS])
{
    int highest = 0;

    for (int i = 0; i < TERMS; i++)
        if (terms[i])
            highest = i;
    return highest;
}

static void find_evaluator(struct solver *s)
{
    for (int i = 0; i < s->parity; i++) {
        uint8_t value = 0;

        for (int j = 0; j <= i; j++)
            value ^= times(s->field, s->locator[j], s->syndrome[i - j]);
        s->evaluator[i] = value;
    }
}

/* Forney: what is wrong at one place. false: nothing sensible. */
static bool mend(struct solver *s, int index, int place, int errors)
{
    int     back = (255 - place) % 255;
    uint8_t above = 0, below = 0;

    for (int i = 0; i < s->parity; i++)
        above ^= raise(s->field, s->evaluator[i], i * back);
    for (int i = 1; i <= errors; i += 2)
        below ^= raise(s->field, s->locator[i], (i - 1) * back);
    if (!below)
        return false;
    s->block[index] ^= times(s->field, raise(s->field, above, place), inverse(s->field, below));
    return true;
}

static int mend_all(struct solver *s, int errors)
{
    int found = 0;

    for (int j = 0; j < s->length; j++) {
        int     place = (s->length - 1 - j) % 255, back = (255 - place) % 255;
        uint8_t value = 0;

        for (int i = 0; i <= errors; i++)
            value ^= raise(s->field, s->locator[i], i * back);
        if (value)
            continue;
        if (!mend(s, j, place, errors))
            return -1;
        found++;
    }
    return found;
}

int qr_reed_solomon(const struct qr_field *field, uint8_t *block, int length, int parity, const int *erased,
                    int erased_count)
{
    struct solver s = {.field = field, .block = block, .length = length, .parity = parity};
    int           errors;

    if (length > QR_BLOCK_MOST || parity > QR_PARITY_MOST || parity >= length || erased_count > parity)
        return -1;
    if (!syndromes(&s))
        return 0;
    start_with_erasures(&s, erased, erased_count);
    find_locator(&s, erased_count);
    errors = degree(s.locator);
    if (errors > parity || 2 * (errors - erased_count) > parity - erased_count)
        return -1;
    find_evaluator(&s);
    if (mend_all(&s, errors) != errors || syndromes(&s))
        return -1;
    return errors;
}
