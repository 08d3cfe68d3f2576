#include "shared/label.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DATA_SYMBOLS 8
#define NOT_A_SYMBOL 0xFFu

static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* GF(32) with x^5 + x^2 + 1. */
static unsigned times_alpha(unsigned a)
{
    a <<= 1;
    return a & 0x20 ? (a ^ 0x25) & 0x1F : a;
}

static unsigned times(unsigned a, unsigned b)
{
    unsigned product = 0;

    for (; b; b >>= 1, a = times_alpha(a))
        if (b & 1)
            product ^= a;
    return product;
}

/* The code word as a polynomial, first symbol at the highest power, at x = alpha and x = alpha squared. */
static void syndromes(const unsigned values[LABEL_SYMBOLS], unsigned *one, unsigned *two)
{
    *one = *two = 0;
    for (int i = 0; i < LABEL_SYMBOLS; i++) {
        *one = times_alpha(*one) ^ values[i];
        *two = times_alpha(times_alpha(*two)) ^ values[i];
    }
}

static unsigned value_of(char c)
{
    const char *found;

    c = (char)toupper((unsigned char)c);
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    found = c ? strchr(symbols, c) : NULL;
    return found ? (unsigned)(found - symbols) : NOT_A_SYMBOL;
}

static void write_code(const unsigned values[LABEL_SYMBOLS], struct label *label)
{
    for (int i = 0; i < LABEL_SYMBOLS; i++)
        label->code[i] = symbols[values[i]];
    label->code[LABEL_SYMBOLS] = '\0';
}

struct label_text label_format(const struct label *label)
{
    struct label_text text;

    memcpy(text.text, label->code, 5);
    text.text[5] = '-';
    memcpy(text.text + 6, label->code + 5, 6);
    return text;
}

/* Remainder of data(x)·x² divided by g(x) = x² + 6x + 8. */
bool label_make(uint64_t random, struct label *label)
{
    unsigned values[LABEL_SYMBOLS], high = 0, low = 0;

    for (int i = 0; i < DATA_SYMBOLS; i++) {
        unsigned lead;

        values[i] = (unsigned)(random >> (5 * (DATA_SYMBOLS - 1 - i))) & 0x1F;
        lead = values[i] ^ high;
        high = low ^ times(lead, 6);
        low = times(lead, 8);
    }
    values[8] = high;
    values[9] = low;
    write_code(values, label);
    return strcmp(label->code, "0000000000") != 0;
}

/* What follows "/d/" in a path or URL; the text itself where there is none. NULL: a URL of something else. */
static const char *code_part(const char *text)
{
    const char *path = strstr(text, "://");

    text += strspn(text, " \t\r\n");
    if (path) {
        path = strchr(path + 3, '/');
        return path && strncasecmp(path, "/d/", 3) == 0 ? path + 3 : NULL;
    }
    return strncasecmp(text, "/d/", 3) == 0 ? text + 3 : text;
}

/* False: this is not the form of a label. */
static bool read_values(const char *text, unsigned values[LABEL_SYMBOLS])
{
    int count = 0;

    for (; *text && *text != '?' && *text != '#'; text++) {
        unsigned value;

        if (*text == '-' || *text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
            continue;
        if (*text == '/' && text[1] == '\0')
            break;
        value = value_of(*text);
        if (value == NOT_A_SYMBOL || count == LABEL_SYMBOLS)
            return false;
        values[count++] = value;
    }
    return count == LABEL_SYMBOLS;
}

/* Where a single wrong symbol stands: its power of alpha is two/one. The corrected code, if there is such a
 * place. */
static bool correct_one(unsigned values[LABEL_SYMBOLS], unsigned one, unsigned two)
{
    unsigned locator = 1; /* alpha to the power of the place, from the last symbol on */

    if (one == 0 || two == 0)
        return false;
    for (int place = LABEL_SYMBOLS - 1; place >= 0; place--, locator = times_alpha(locator)) {
        if (times(one, locator) != two)
            continue;
        for (unsigned wrong = 1; wrong < 32; wrong++)
            if (times(wrong, locator) == one) {
                values[place] ^= wrong;
                return true;
            }
    }
    return false;
}

static bool explain(unsigned values[LABEL_SYMBOLS], unsigned one, unsigned two, struct error *error)
{
    struct label label;

    if (correct_one(values, one, two)) {
        write_code(values, &label);
        if (strcmp(label.code, "0000000000") != 0)
            return error_set(error, ERROR_INVALID, "This code was misread: did you mean %s?",
                             label_format(&label).text);
    }
    return error_set(error, ERROR_INVALID,
                     "This code was misread: its check symbols do not fit. Scan or type it again");
}

bool label_parse(const char *text, struct label *label, struct error *error)
{
    const char *code = code_part(text);
    unsigned    values[LABEL_SYMBOLS], one, two;

    if (!code || !read_values(code, values))
        return error_set(error, ERROR_NOT_FOUND,
                         "This is not the code of a label; one looks like 7K3M9-QXFDT");
    syndromes(values, &one, &two);
    if (one || two)
        return explain(values, one, two, error);
    write_code(values, label);
    if (strcmp(label->code, "0000000000") == 0)
        return error_set(error, ERROR_INVALID,
                         "The code 00000-00000 is never on a label. Scan or type it again");
    return true;
}

/* What QWERTZ and AZERTY make of a symbol: pairs that change places. */
static const char *const swaps[][2] = {{"YZ", "ZY"}, {"AQZW", "QAWZ"}};

static char swapped(char symbol, size_t n)
{
    const char *at = strchr(swaps[n][0], symbol);

    return at ? swaps[n][1][at - swaps[n][0]] : symbol;
}

/* Whether the code, swapped by one layout and perhaps read back by the other, is another valid one. */
static bool is_another(const struct label *label, size_t first, bool both)
{
    unsigned values[LABEL_SYMBOLS], one, two;
    bool     changed = false;

    for (int i = 0; i < LABEL_SYMBOLS; i++) {
        char symbol = swapped(label->code[i], first);

        if (both)
            symbol = swapped(symbol, 1 - first);
        changed = changed || symbol != label->code[i];
        values[i] = value_of(symbol);
    }
    syndromes(values, &one, &two);
    return changed && one == 0 && two == 0;
}

bool label_is_distinct(const struct label *label)
{
    return !is_another(label, 0, false) && !is_another(label, 1, false) && !is_another(label, 0, true) &&
           !is_another(label, 1, true);
}
