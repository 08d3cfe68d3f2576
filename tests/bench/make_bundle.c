/*
 * Writes a bundle of many events, as a desk makes them, and prints its verifier key:
 *
 *   make_bundle FOLDER EVENTS [NOTE [signed]]      signed: one scanner made and signed all of them
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/words.h"
#include "forge/forge.h"
#include "shared/moment.h"
#include "shared/scan_signature.h"

#define BEGIN_MS INT64_C(1767225600000) /* 2026 */

static const char *const people[] = {"3488a348-3ce9-462c-a9c4-d124ab9dcb44 Noor de Wit",
                                     "ac12e03d-76a2-49fa-b80b-8d45a06d763a IT desk",
                                     "5f3ad6a8-65b5-4c51-a3a0-63b8f2dd3b57 Emma Smit"};
static const char *const places[] = {"d6b6140f-eb63-4b4b-b8ec-23032df75152 Shelf 4",
                                     "2459ad7b-c959-48c3-ab8b-707b68ac55ce Bench 2"};

#define SCANNER "5b2f6a0e-95f1-4f0a-8f6a-1b8d4a0c9e11"

static char seed[SCAN_SEED_TEXT]; /* "": nothing is signed */

/* As the scanner would have said it; what it says needs no label, so that the places may change. */
static void sign(struct forge_event *event, uint64_t n)
{
    static char                        text[3 * SCAN_STATEMENT_MOST];
    CLEANUP(buffer_free) struct buffer statement = {.limit = SCAN_STATEMENT_MOST};
    char             key[SCAN_KEY_TEXT], signature[SCAN_SIGNATURE_TEXT], id[40], time[MOMENT_SIZE];
    struct scan_said said = {.server = "https://desk.example.nl",
                             .scanner = SCANNER,
                             .counter = (int64_t)n + 1,
                             .event_id = id,
                             .kind = words_kind(event->kind),
                             .code = "8XK2LT3",
                             .step = words_step(event->step),
                             .place = event->place ? "7K3M9-QXFDX" : NULL,
                             .happened_at = time,
                             .public_note = event->public_note};

    memset(event->event_id, 7, 16);
    memcpy(event->event_id, &n, sizeof n);
    sodium_bin2hex(text, sizeof text, event->event_id, 16);
    snprintf(id, sizeof id, "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8, text + 12, text + 16, text + 20);
    moment_format(&(struct moment){event->happened_ms, event->offset_minutes}, time);
    scan_statement(&said, &statement);
    if (!scan_key_of(seed, key) || !scan_sign(seed, &statement, signature))
        abort();
    snprintf(text, sizeof text, "ed25519 %s %s ", key, signature);
    sodium_bin2hex(text + strlen(text), 2 * SCAN_STATEMENT_MOST, (const unsigned char *)statement.text,
                   statement.length);
    event->recorder = SCANNER " Bench 2";
    event->signature = text;
}

/* Ten events for a device on the average: taken in, moved, worked on, noted, taken over, given back. */
static void one_event(struct forge *forge, struct forge_device *device, uint64_t n, const char *note)
{
    struct forge_event event = {.device = device,
                                .kind = 4,
                                .recorded_ms = BEGIN_MS + (int64_t)n * 250,
                                .happened_ms = BEGIN_MS + (int64_t)n * 250 - 800,
                                .offset_minutes = 60,
                                .step = (unsigned)(2 + device->next % 7),
                                .recorder = people[n % 2]};

    if (device->next == 0) {
        event.kind = 1;
        event.holder = people[1];
        event.identity = "laptop|Dell|Latitude 7440|serial=8XK2LT3";
    } else if (n % 4 == 0) { /* whoever scans it at the next step has it then */
        event.holder = people[n / 4 % 3];
    }
    if (n % 5 == 0)
        event.public_note = note;
    if (n % 3 == 0)
        event.place = places[n / 3 % 2];
    if (*seed)
        sign(&event, n);
    forge_event(forge, &event);
}

int main(int argc, char **argv)
{
    uint64_t             count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, devices = count / 10 + 1;
    const char          *note = argc > 3 ? argv[3] : "The new screen is here; fitted on Monday.";
    struct forge_device *device;
    struct forge         forge;
    char                 key[NOTE_KEY_SIZE];

    if (count == 0 || sodium_init() < 0) {
        fprintf(stderr, "usage: %s FOLDER EVENTS [NOTE [signed]]\n", argv[0]);
        return 2;
    }
    if (argc > 4)
        scan_seed_make(seed);
    device = calloc(devices, sizeof *device);
    if (!device)
        abort();
    forge_begin(&forge, argv[1], BEGIN_MS);
    for (uint64_t n = 0; n < count; n++) {
        uint64_t which = (n * UINT64_C(2654435761)) % devices;

        crypto_generichash(device[which].id, 16, (const uint8_t *)&which, sizeof which, NULL, 0);
        one_event(&forge, &device[which], n, note);
    }
    forge_end(&forge);
    free(device);
    note_key_format(&forge.signer.key, key);
    puts(key);
    return 0;
}
