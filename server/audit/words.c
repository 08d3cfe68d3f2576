#include "audit/words.h"

#include <stddef.h>
#include <string.h>

#include "shared/compiler.h"

static const char *const kinds[] = {NULL,           "received",      "handed_over", "moved",    "step",
                                    "waiting",      "waiting_ended", "note",        "question", "answer",
                                    "eta",          "returned",      "closed",      "reopened", "corrected",
                                    "label_linked", "label_revoked", "offered",     "accepted", "refused",
                                    "erased",       "announced",     "registered"};
static const char *const kinds_plain[] = {
    NULL,       "Handed in",    "Handed over", "Moved",        "Another step",      "Waiting",
    "Going on", "Note",         "Question",    "Answer",       "New expected date", "Returned",
    "Closed",   "Opened again", "Correction",  "Label linked", "Label revoked",     "Offered",
    "Accepted", "Refused",      "Erased",      "Announced",    "Registered"};
static const char *const steps[] = {NULL,     "announced",     "intake", "diagnosis", "repair",
                                    "vendor", "quality_check", "ready",  "return"};
static const char *const reasons[] = {NULL,           "PARTS_ORDERED", "PARTS_BACKORDER", "VENDOR_REPAIR",
                                      "WAIT_ANSWER",  "WAIT_APPROVAL", "WAIT_PICKUP",     "WAIT_DEVICE",
                                      "QUEUE",        "DATA_BACKUP",   "SECURITY_CHECK",  "REINSTALL",
                                      "NO_FAULT_YET", "QC_FAILED",     "CAPACITY",        "OTHER"};

#define NUMBERS_MOST 64u /* more than any list has */

static const char *word(const char *const *list, size_t count, uint64_t number)
{
    return number < count ? list[number] : NULL;
}

const char *words_kind(uint64_t number)
{
    return word(kinds, COUNT_OF(kinds), number);
}

const char *words_kind_plain(uint64_t number)
{
    return word(kinds_plain, COUNT_OF(kinds_plain), number);
}

const char *words_step(uint64_t number)
{
    return word(steps, COUNT_OF(steps), number);
}

const char *words_reason(uint64_t number)
{
    return word(reasons, COUNT_OF(reasons), number);
}

bool words_fit(const char *(*words)(uint64_t), const char *name, uint64_t number)
{
    for (uint64_t i = 1; i < NUMBERS_MOST; i++)
        if (words(i) && strcmp(words(i), name) == 0)
            return i == number;
    return words(number) == NULL;
}
