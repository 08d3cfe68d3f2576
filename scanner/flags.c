#include "flags.h"

#include <stdio.h>
#include <string.h>

#include "shared/compiler.h"

static const struct {
    const char *flag, *words;
    bool        look;         /* it may not be what was meant */
    bool        in_a_message; /* where the server has a sentence, that says it */
} rows[] = {
    {"custody_break", "somebody else had it according to the ledger", true, false},
    {"late", "recorded later than it was scanned", false, true},
    {"clock_suspect", "the clock of this machine is wrong", true, false},
    {"unusual_step", "an unusual order of steps: was that meant?", true, true},
    {"revoked_label", "this label was revoked: put a new one on the device", true, false},
    {FLAG_REVOKED_SENDER, "this scanner was revoked", true, true},
    {"number_reused", "this scanner used the number before", true, true},
    {"overtaken", "others had moved on before it came", true, true},
};

static void add(const char *words, char *text, size_t size)
{
    size_t length = strlen(text);

    if (length + strlen(words) + 3 < size)
        snprintf(text + length, size - length, "%s%s", length ? "; " : "", words);
}

bool flags_add(const char *flag, bool has_message, char *text, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].flag, flag) != 0)
            continue;
        if (!has_message || !rows[i].in_a_message)
            add(rows[i].words, text, size);
        return rows[i].look;
    }
    return false;
}
