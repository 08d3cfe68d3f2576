#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "station.h"
#include "upload.h"

/* What the server gave in exchange for the one-time code. */
static bool keep_enrolment(const char *answer, struct enrolment *enrolment, const char *folder,
                           struct error *error)
{
    json_t     *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const char *key = json_string_value(json_object_get(root, "key"));
    const char *name = json_string_value(json_object_get(root, "name"));
    bool        kept = false;

    if (!key || !name || strlen(key) >= sizeof enrolment->key) {
        error_set(error, ERROR_UNAVAILABLE, "what answered is not Spoor; nothing was kept");
    } else {
        snprintf(enrolment->key, sizeof enrolment->key, "%s", key);
        snprintf(enrolment->name, sizeof enrolment->name, "%s", *name ? name : "scanner");
        kept = enrolment_save(folder, enrolment, error);
    }
    json_decref(root);
    return kept;
}

static int enroll_run(struct invocation *invocation, struct error *error)
{
    ARENA               *arena = arena_new();
    char                 folder[512];
    struct enrolment     enrolment = {0};
    json_t              *body = json_pack("{s:s}", "code", operand(invocation, 1));
    char                *text = json_dumps(body, JSON_COMPACT);
    struct upload       *upload = upload_new();
    struct upload_answer answer;

    json_decref(body);
    snprintf(enrolment.url, sizeof enrolment.url, "%s", operand(invocation, 0));
    while (strlen(enrolment.url) > 0 && enrolment.url[strlen(enrolment.url) - 1] == '/')
        enrolment.url[strlen(enrolment.url) - 1] = '\0';
    if (text && enrolment_folder(option_text(invocation, "state"), folder, sizeof folder, error) &&
        upload_post(upload, arena, enrolment.url, "/api/v1/scanners/enroll", NULL, text, &answer, error) &&
        keep_enrolment(answer.body, &enrolment, folder, error))
        printf("This is scanner \"%s\" of %s now.\n", enrolment.name, enrolment.url);
    free(text);
    upload_free(upload);
    return 0;
}

static const struct option_row  state_options[] = {STATION_OPTION, {0}};
static const struct example_row enroll_examples[] = {
    {"spoor-scan enroll https://fix.example.nl 4F7K-2QXM-9ABC", "with the code that the scanners page shows"},
    {0}};
const struct command enroll_command = {.name = "enroll",
                                       .operands = "URL CODE",
                                       .operands_least = 2,
                                       .operands_most = 2,
                                       .summary = "Makes this a scanner of a Spoor, with a one-time code",
                                       .run = enroll_run,
                                       .options = state_options,
                                       .examples = enroll_examples};
