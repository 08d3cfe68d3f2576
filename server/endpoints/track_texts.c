#include "endpoints/track_texts.h"

#include <stddef.h>
#include <string.h>

#include "shared/arena.h"

#define WAITS "The work waits for something; below you read for what."
#define TAKES "That takes some time; below you read why."

/* What is waited for says more than the step below it. The first row that fits counts: reasons that are not
 * here, a desk's own, are told by the side that has to act. */
static const struct track_text waits[] = {
    {.wait = "WAIT_PICKUP",
     .headline = "Your device is ready",
     .of_laptop = "Your laptop is ready",
     .sentence = "You can collect it at the IT desk.",
     .act = "Please collect it at the IT desk.",
     .state = "You can collect it now",
     .stands = "ready"},
    {.wait = "WAIT_DEVICE",
     .headline = "We are expecting your device",
     .of_laptop = "We are expecting your laptop",
     .sentence = "Bring it to the desk when it suits you.",
     .act = "Please bring it to the IT desk.",
     .state = "Not handed in yet",
     .stands = "announced",
     .holder = "It is not with us yet"},
    {.wait = "WAIT_ANSWER",
     .headline = "We need your answer",
     .of_laptop = "We need your answer",
     .sentence = "We go on as soon as we have it.",
     .act = "Please answer us: contact the IT desk.",
     .state = "We need your answer first"},
    {.wait = "WAIT_APPROVAL",
     .headline = "The repair waits for approval",
     .of_laptop = "The repair waits for approval",
     .sentence = "We go on as soon as we have it.",
     .state = "It needs approval first"},
    {.wait = "PARTS_ORDERED",
     .headline = "Your device waits for a part",
     .of_laptop = "Your laptop waits for a part",
     .sentence = WAITS},
    {.wait = "PARTS_BACKORDER",
     .headline = "Your device waits for a part",
     .of_laptop = "Your laptop waits for a part",
     .sentence = WAITS},
    {.wait = "VENDOR_REPAIR",
     .headline = "Your device is at the manufacturer",
     .of_laptop = "Your laptop is at the manufacturer",
     .sentence = "It comes back to us when it is repaired there.",
     .holder = "The manufacturer"},
    {.wait = "QUEUE",
     .headline = "Your device waits for its turn",
     .of_laptop = "Your laptop waits for its turn",
     .sentence = TAKES},
    {.wait = "CAPACITY",
     .headline = "Your device waits for its turn",
     .of_laptop = "Your laptop waits for its turn",
     .sentence = TAKES},
    {.wait = "DATA_BACKUP",
     .headline = "We are copying your files",
     .of_laptop = "We are copying your files",
     .sentence = TAKES},
    {.wait = "SECURITY_CHECK",
     .headline = "Your device is being checked",
     .of_laptop = "Your laptop is being checked",
     .sentence = TAKES},
    {.wait = "REINSTALL",
     .headline = "Your device is being installed anew",
     .of_laptop = "Your laptop is being installed anew",
     .sentence = TAKES},
    {.wait = "NO_FAULT_YET",
     .headline = "We are finding out what is wrong",
     .of_laptop = "We are finding out what is wrong",
     .sentence = TAKES},
    {.wait = "QC_FAILED",
     .headline = "Your device is being repaired",
     .of_laptop = "Your laptop is being repaired",
     .sentence = TAKES},
    {.wait = "OTHER",
     .headline = "Your device has to wait",
     .of_laptop = "Your laptop has to wait",
     .sentence = TAKES,
     .reason = "Something holds it up."},
    {.wait = "owner",
     .headline = "We need you",
     .of_laptop = "We need you",
     .sentence = WAITS,
     .act = "We need you: please contact the desk.",
     .state = "We need you first"},
    {.wait = "manager",
     .headline = "The repair waits for approval",
     .of_laptop = "The repair waits for approval",
     .sentence = WAITS,
     .state = "It needs approval first"},
    {.headline = "Your device has to wait", .of_laptop = "Your laptop has to wait", .sentence = WAITS},
};

/* Nothing is waited for. A desk's own step is told by its phase. */
static const struct track_text phases[] = {
    {.name = "announced",
     .badge = "Announced",
     .tone = "blue",
     .headline = "We are expecting your device",
     .of_laptop = "We are expecting your laptop",
     .sentence = "Bring it to the desk when it suits you."},
    {.name = "received",
     .badge = "Received",
     .tone = "blue",
     .headline = "We have your device",
     .of_laptop = "We have your laptop",
     .sentence = "It is safe with us. Somebody looks at it soon."},
    {.name = "diagnosis",
     .badge = "Being examined",
     .tone = "blue",
     .headline = "We are finding out what is wrong",
     .of_laptop = "We are finding out what is wrong",
     .sentence = "A technician is examining it."},
    {.name = "repair",
     .step = "vendor",
     .badge = "At the manufacturer",
     .tone = "blue",
     .headline = "Your device is at the manufacturer",
     .of_laptop = "Your laptop is at the manufacturer",
     .sentence = "It comes back to us when it is repaired there.",
     .holder = "The manufacturer"},
    {.name = "repair",
     .badge = "In repair",
     .tone = "blue",
     .headline = "Your device is being repaired",
     .of_laptop = "Your laptop is being repaired",
     .sentence = "A technician is working on it."},
    {.name = "ready",
     .badge = "Ready",
     .tone = "ok",
     .headline = "Your device is ready",
     .of_laptop = "Your laptop is ready",
     .sentence = "You can collect it at the IT desk.",
     .state = "You can collect it now"},
    {.name = "returned",
     .badge = "Returned",
     .tone = "ok",
     .headline = "Your device is back with you",
     .of_laptop = "Your laptop is back with you",
     .sentence = "Does something still not work? Tell the desk.",
     .state = "Back with you"},
};

/* Ends that are not simply "repaired". */
static const struct track_text outcomes[] = {
    {.name = "no_fault_found",
     .badge = "No fault found",
     .tone = "ok",
     .headline = "Your device is back with you",
     .of_laptop = "Your laptop is back with you",
     .sentence = "We found no fault. Does it happen again? Tell the desk.",
     .state = "Back with you"},
    {.name = "replaced",
     .badge = "Replaced",
     .tone = "ok",
     .headline = "You got another device",
     .of_laptop = "You got another laptop",
     .sentence = "Yours was replaced. Is something missing on the new one? Tell the desk.",
     .state = "Replaced"},
    {.name = "unrepairable",
     .badge = "Cannot be repaired",
     .tone = "amber",
     .headline = "Your device could not be repaired",
     .of_laptop = "Your laptop could not be repaired",
     .sentence = "Ask the desk what is possible now.",
     .state = "Not repaired"},
    {.name = "cancelled",
     .badge = "Cancelled",
     .tone = "amber",
     .headline = "The repair was cancelled",
     .of_laptop = "The repair was cancelled",
     .sentence = "Nothing more is done. Is that not right? Tell the desk.",
     .state = "Not repaired"},
    {.name = "closed",
     .badge = "Closed",
     .tone = "amber",
     .headline = "This repair is closed",
     .of_laptop = "This repair is closed",
     .sentence = "Nothing more is done. Is that not right? Tell the desk.",
     .state = "Closed"},
    {.name = "lost",
     .badge = "Missing",
     .tone = "red",
     .headline = "Your device is missing",
     .of_laptop = "Your laptop is missing",
     .sentence = "We are sorry: we cannot find it. Please contact the desk; we look for a solution with you.",
     .state = "Missing",
     .away = true},
    {.name = "stolen",
     .badge = "Stolen",
     .tone = "red",
     .headline = "Your device was stolen",
     .of_laptop = "Your laptop was stolen",
     .sentence = "We are sorry. Please contact the desk; we look for a solution with you.",
     .state = "Stolen",
     .away = true},
};

/* A wait is told by its reason, else by its side. */
static const struct track_text *wait_text(const struct track_stand *stand)
{
    const char *const keys[] = {stand->wait, stand->side};
    const size_t      last = COUNT_OF(waits) - 1;

    for (size_t key = 0; key < COUNT_OF(keys); key++)
        for (size_t i = 0; i < last; i++)
            if (strcmp(waits[i].wait, keys[key]) == 0)
                return &waits[i];
    return &waits[last];
}

static const struct track_text *phase_text(const struct track_stand *stand)
{
    const size_t last = COUNT_OF(phases) - 1;
    size_t       i = 0;

    while (i < last && (strcmp(phases[i].name, stand->phase) != 0 ||
                        (phases[i].step && strcmp(phases[i].step, stand->step) != 0)))
        i++;
    return &phases[i];
}

const struct track_text *track_text_of(const struct track_stand *stand)
{
    const struct track_text *text = *stand->wait ? wait_text(stand) : phase_text(stand);

    if (!text->name || strcmp(text->name, "returned") != 0)
        return text;
    for (size_t n = 0; n < COUNT_OF(outcomes); n++)
        if (strcmp(outcomes[n].name, stand->outcome) == 0)
            return &outcomes[n];
    return text;
}
