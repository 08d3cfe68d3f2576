/* spoor-scan enroll: makes this machine a scanner, with a key of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "claim.h"
#include "commands.h"
#include "shared/moment.h"
#include "station.h"
#include "upload.h"

static bool take_text(const json_t *object, const char *name, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(object, name));
    size_t      length = value ? strlen(value) : 0;

    if (length == 0 || length >= size || value[strcspn(value, "\n")])
        return false;
    memcpy(text, value, length + 1);
    return true;
}

/* What the server gave in exchange for the one-time code. */
static bool read_answer(const char *answer, struct enrolment *enrolment, struct error *error)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    bool    whole = take_text(root, "key", enrolment->key, sizeof enrolment->key) &&
                 take_text(root, "name", enrolment->name, sizeof enrolment->name) &&
                 take_text(root, "scanner_id", enrolment->scanner_id, sizeof enrolment->scanner_id);

    if (whole && !take_text(root, "server", enrolment->server, sizeof enrolment->server))
        error_set(
            error, ERROR_UNAVAILABLE,
            "this Spoor does not check signatures yet: it is older than this spoor-scan; nothing was kept");
    else if (!whole)
        error_set(error, ERROR_UNAVAILABLE, "what answered is not Spoor; nothing was kept");
    else
        error->kind = ERROR_NONE;
    json_decref(root);
    return error->kind == ERROR_NONE;
}

/* The code, the public key, proof that the secret half is here, and the number that is sent first. */
static char *compose(const char *code, const struct enrolment *enrolment, int64_t first)
{
    CLEANUP(buffer_free) struct buffer statement = {.limit = SCAN_STATEMENT_MOST};
    char                               key[SCAN_KEY_TEXT], proof[SCAN_SIGNATURE_TEXT];
    json_t                            *body;
    char                              *text;

    if (!scan_key_of(enrolment->seed, key))
        return NULL;
    scan_enrolment_statement(code, key, &statement);
    if (!scan_sign(enrolment->seed, &statement, proof))
        return NULL;
    body = json_pack("{s:s, s:s, s:s, s:I}", "code", code, "public_key", key, "proof", proof,
                     "first_scanner_seq", (json_int_t)first);
    text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

static bool exchange(struct enrolment *enrolment, const char *code, int64_t first, struct error *error)
{
    ARENA               *arena = arena_new();
    struct upload       *upload = upload_new();
    struct upload_answer answer;
    char                *text = compose(code, enrolment, first);
    bool done = text ? upload_post(upload, arena, enrolment->url, "/api/v1/scanners/enroll", NULL, text,
                                   &answer, error) &&
                           read_answer(answer.body, enrolment, error)
                     : error_set(error, ERROR_INVALID, "this is not an enrolment code");

    upload_free(upload);
    free(text);
    return done;
}

/* The queue is opened first: nothing changes while another spoor-scan works with it. */
static bool enroll(const char *folder, struct enrolment *enrolment, const char *code, struct error *error)
{
    struct enrolment     before = {0};
    struct error         none = {0};
    struct queue_summary summary;
    bool                 known = enrolment_load(folder, &before, &none), done;
    struct queue        *queue = queue_open(folder, moment_now().ms, error);

    if (!queue)
        return false;
    fputs(queue_notice(queue), stderr);
    done = (!known || claim_is_free(queue, &before, error)) && queue_summarise(queue, &summary, error) &&
           exchange(enrolment, code, summary.first_seq, error) && enrolment_save(folder, enrolment, error) &&
           claim_queue(queue, enrolment, error);
    queue_close(queue);
    return done;
}

static int enroll_run(struct invocation *invocation, struct error *error)
{
    char             folder[512];
    struct enrolment enrolment = {0};

    if (strlen(operand(invocation, 0)) >= sizeof enrolment.url - 1)
        return error_set(error, ERROR_INVALID, "this address is too long");
    snprintf(enrolment.url, sizeof enrolment.url, "%s", operand(invocation, 0));
    while (strlen(enrolment.url) > 0 && enrolment.url[strlen(enrolment.url) - 1] == '/')
        enrolment.url[strlen(enrolment.url) - 1] = '\0';
    scan_seed_make(enrolment.seed);
    if (enrolment_folder(option_text(invocation, "state"), folder, sizeof folder, error) &&
        enroll(folder, &enrolment, operand(invocation, 1), error))
        printf("This is scanner \"%s\" of %s now.\n", enrolment.name, enrolment.url);
    return 0;
}

static const struct option_row  enroll_options[] = {STATION_OPTION, {0}};
static const struct example_row enroll_examples[] = {
    {"spoor-scan enroll https://fix.example.nl 4F7K-2QXM-9ABC", "with the code that the scanners page shows"},
    {0}};

const struct command enroll_command = {.name = "enroll",
                                       .operands = "URL CODE",
                                       .operands_least = 2,
                                       .operands_most = 2,
                                       .summary = "Makes this a scanner of a Spoor, with a one-time code",
                                       .run = enroll_run,
                                       .options = enroll_options,
                                       .examples = enroll_examples};
