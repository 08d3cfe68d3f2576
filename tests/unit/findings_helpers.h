/* findings_helpers.h: a forged log of five events, and the findings that it gives. */
#ifndef TESTS_FINDINGS_HELPERS_H
#define TESTS_FINDINGS_HELPERS_H

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "forge/forge.h"
#include "verify/bundle_check.h"

#define NOON   INT64_C(1767268800000)
#define NOOR   "3488a348-3ce9-462c-a9c4-d124ab9dcb44 Noor de Wit"
#define DESK   "ac12e03d-76a2-49fa-b80b-8d45a06d763a IT desk"
#define SHELF  "d6b6140f-eb63-4b4b-b8ec-23032df75152 Shelf 4"
#define EVENTS 5
#define KEYS   2

static char                folder[64];
static struct forge        forge;
static struct forge_device device;
static struct forge_event  event[EVENTS];

/* Five events of one laptop; each test spoils one of them, or what is written. */
static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/spoor-findings-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    device = (struct forge_device){.id = {7}};
    for (int i = 0; i < EVENTS; i++)
        event[i] = (struct forge_event){.device = &device,
                                        .kind = 4,
                                        .recorded_ms = NOON + i * 1000,
                                        .happened_ms = NOON + i * 1000 - 500,
                                        .offset_minutes = 60,
                                        .step = 3,
                                        .recorder = NOOR};
    event[0].kind = 1;
    event[0].holder = DESK;
    event[0].identity = "laptop|Dell";
    event[1].public_note = "dark screen";
    event[2].holder = NOOR;
    event[3].place = SHELF;
    return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static int end(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_all(void)
{
    forge_begin(&forge, folder, NOON);
    for (int i = 0; i < EVENTS; i++)
        forge_event(&forge, &event[i]);
}

static void write_and_end(void)
{
    write_all();
    forge_end(&forge);
}

__attribute__((unused)) static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct findings check(struct older_checkpoint *older)
{
    struct findings     findings = {0};
    struct error        error = {0};
    struct note_key     keys[KEYS] = {forge.signer.key, forge.signer.key};
    struct bundle_check run = {.folder = folder,
                               .keys = keys,
                               .key_count = KEYS,
                               .older = older,
                               .older_count = older ? 1 : 0,
                               .findings = &findings};

    if (!bundle_check_run(&run, &error))
        fail_msg("%s", error.message);
    return findings;
}

/* That one is found, and no other. */
static void expect_of(const struct findings *findings, enum finding expected)
{
    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        if (i == expected && findings->count[i] == 0)
            fail_msg("%s was not found", finding_code(i));
        if (i != expected && findings->count[i] > 0)
            fail_msg("%s was found, for %s", finding_code(i), finding_code(expected));
    }
}

__attribute__((unused)) static void expect_only(enum finding expected)
{
    struct findings findings = check(NULL);

    expect_of(&findings, expected);
}

#define FOUND(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
