#include "endpoints/track_texts.h"

#include <stddef.h>
#include <string.h>

#include "shared/arena.h"

static const struct track_text phases[] = {
    {"announced", "Announced", "blue", "We are expecting your device", "We are expecting your laptop",
     "Bring it to the desk when it suits you.", NULL, false},
    {"received", "Received", "blue", "We have your device", "We have your laptop",
     "It is safe with us. Somebody looks at it soon.", NULL, false},
    {"diagnosis", "Being examined", "blue", "We are finding out what is wrong",
     "We are finding out what is wrong", "A technician is examining it.", NULL, false},
    {"repair", "In repair", "blue", "Your device is being repaired", "Your laptop is being repaired",
     "A technician is working on it.", NULL, false},
    {"ready", "Ready", "ok", "Your device is ready", "Your laptop is ready",
     "You can collect it at the IT desk.", "You can collect it now", false},
    {"returned", "Returned", "ok", "Your device is back with you", "Your laptop is back with you",
     "Does something still not work? Tell the desk.", "Back with you", false},
};

/* Ends that are not simply "repaired". */
static const struct track_text outcomes[] = {
    {"no_fault_found", "No fault found", "ok", "Your device is back with you", "Your laptop is back with you",
     "We found no fault. Does it happen again? Tell the desk.", "Back with you", false},
    {"replaced", "Replaced", "ok", "You got another device", "You got another laptop",
     "Yours was replaced. Is something missing on the new one? Tell the desk.", "Replaced", false},
    {"unrepairable", "Cannot be repaired", "amber", "Your device could not be repaired",
     "Your laptop could not be repaired", "Ask the desk what is possible now.", "Not repaired", false},
    {"cancelled", "Cancelled", "amber", "The repair was cancelled", "The repair was cancelled",
     "Nothing more is done. Is that not right? Tell the desk.", "Not repaired", false},
    {"closed", "Closed", "amber", "This repair is closed", "This repair is closed",
     "Nothing more is done. Is that not right? Tell the desk.", "Closed", false},
    {"lost", "Missing", "red", "Your device is missing", "Your laptop is missing",
     "We are sorry: we cannot find it. Please contact the desk; we look for a solution with you.", "Missing",
     true},
    {"stolen", "Stolen", "red", "Your device was stolen", "Your laptop was stolen",
     "We are sorry. Please contact the desk; we look for a solution with you.", "Stolen", true},
};

const struct track_text *track_text_of(const char *phase, const char *outcome)
{
    size_t i = 0;

    while (i + 1 < COUNT_OF(phases) && strcmp(phases[i].name, phase) != 0)
        i++;
    if (strcmp(phases[i].name, "returned") != 0)
        return &phases[i];
    for (size_t n = 0; n < COUNT_OF(outcomes); n++)
        if (strcmp(outcomes[n].name, outcome) == 0)
            return &outcomes[n];
    return &phases[i];
}
