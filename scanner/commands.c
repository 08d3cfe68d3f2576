#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "camera.h"
#include "decode.h"
#include "delivery.h"
#include "scan.h"
#include "shared/label.h"
#include "upload.h"
#include "wedge.h"

#define REPEAT_FRAMES 90u /* a label that stays before the camera is scanned once */

static int worse(int one, int other)
{
    return one > other ? one : other;
}

static int scan_picture(const struct scan *scan, const char *path)
{
    static struct decoded codes[DECODE_CODES_MOST];
    struct error          error = {0};
    size_t                count;
    int                   code = 0;

    if (!decode_file(path, codes, DECODE_CODES_MOST, &count, &error)) {
        scan_print(scan, path, "not readable", error.message);
        return EXIT_NOT_READABLE;
    }
    for (size_t i = 0; i < count; i++)
        code = worse(code, scan_take(scan, codes[i].text));
    return code;
}

static int scan_input(const struct scan *scan)
{
    struct wedge wedge = {0};
    char         bytes[4096];
    ssize_t      got;
    int          code = 0;

    while ((got = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got; i++)
            if (wedge_take(&wedge, bytes[i]))
                code = worse(code, scan_take(scan, wedge.text));
    if (wedge_end(&wedge))
        code = worse(code, scan_take(scan, wedge.text));
    return code;
}

static int scan_camera(const struct scan *scan, const char *path, struct error *error)
{
    static struct decoded codes[DECODE_CODES_MOST];
    struct camera        *camera = camera_open(path, error);
    char                  latest[DECODE_TEXT_MOST] = "";
    unsigned              since = 0;
    int                   code = 0;
    struct picture        picture;

    while (camera && camera_frame(camera, &picture, error)) {
        size_t count = decode_picture(&picture, codes, 1);

        since++;
        if (count == 0 || (strcmp(codes[0].text, latest) == 0 && since < REPEAT_FRAMES))
            continue;
        since = 0;
        snprintf(latest, sizeof latest, "%s", codes[0].text);
        code = worse(code, scan_take(scan, codes[0].text));
    }
    camera_close(camera);
    return code;
}

static bool read_context(struct invocation *invocation, struct scan *scan, struct label *place,
                         struct error *error)
{
    scan->step = option_text(invocation, "step");
    scan->reason = option_text(invocation, "reason");
    scan->note = option_text(invocation, "note");
    scan->json = option_given(invocation, "json");
    scan->kind = scan->step ? "step" : "moved";
    if (option_given(invocation, "place")) {
        if (!label_parse(option_text(invocation, "place"), place, error))
            return error_while(error, "--place");
        scan->place = place->code;
    }
    if (!scan->step && !scan->place)
        return error_set(error, ERROR_INVALID,
                         "say what the scan means: --step diagnosis, --place CODE, or both; see --help");
    if (operand_count(invocation) == 0 && !option_given(invocation, "stdin") &&
        !option_given(invocation, "camera"))
        return error_set(error, ERROR_INVALID,
                         "say what to scan: pictures, --stdin or --camera /dev/video0; see --help");
    return true;
}

static struct queue *open_queue(struct invocation *invocation, struct enrolment *enrolment,
                                struct error *error)
{
    char          folder[512];
    struct queue *queue;

    if (!enrolment_folder(option_text(invocation, "state"), folder, sizeof folder, error) ||
        !enrolment_load(folder, enrolment, error))
        return NULL;
    queue = queue_open(folder, error);
    if (queue && queue_damaged(queue))
        fprintf(stderr,
                "spoor-scan: %zu damaged lines of the queue were kept in %s/queue.damaged; tell your lead\n",
                queue_damaged(queue), folder);
    return queue;
}

static int scan_run(struct invocation *invocation, struct error *error)
{
    struct enrolment enrolment;
    struct label     place;
    struct scan      scan = {.enrolment = &enrolment};
    int              code = 0;

    if (!read_context(invocation, &scan, &place, error))
        return 0;
    scan.queue = open_queue(invocation, &enrolment, error);
    if (!scan.queue)
        return 0;
    for (size_t i = 0; i < operand_count(invocation); i++)
        code = worse(code, scan_picture(&scan, operand(invocation, i)));
    if (option_given(invocation, "stdin"))
        code = worse(code, scan_input(&scan));
    if (option_given(invocation, "camera"))
        code = worse(code, scan_camera(&scan, option_text(invocation, "camera"), error));
    queue_close(scan.queue);
    return code;
}

static int enroll_run(struct invocation *invocation, struct error *error)
{
    ARENA           *arena = arena_new();
    char             folder[512];
    struct enrolment enrolment = {0};
    json_t          *body = json_pack("{s:s}", "code", operand(invocation, 1)), *root;
    char            *text = json_dumps(body, JSON_COMPACT);
    const char      *answer = NULL, *key, *name;

    json_decref(body);
    snprintf(enrolment.url, sizeof enrolment.url, "%s", operand(invocation, 0));
    while (strlen(enrolment.url) > 0 && enrolment.url[strlen(enrolment.url) - 1] == '/')
        enrolment.url[strlen(enrolment.url) - 1] = '\0';
    if (!text || !enrolment_folder(option_text(invocation, "state"), folder, sizeof folder, error) ||
        !upload_post(arena, enrolment.url, "/api/v1/scanners/enroll", NULL, text, &answer, error)) {
        free(text);
        return 0;
    }
    free(text);
    root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    key = json_string_value(json_object_get(root, "key"));
    name = json_string_value(json_object_get(root, "name"));
    if (!key || !name || strlen(key) >= sizeof enrolment.key) {
        error_set(error, ERROR_UNAVAILABLE, "what answered is not Spoor; nothing was kept");
    } else {
        snprintf(enrolment.key, sizeof enrolment.key, "%s", key);
        snprintf(enrolment.name, sizeof enrolment.name, "%s", *name ? name : "scanner");
        if (enrolment_save(folder, &enrolment, error))
            printf("This is scanner \"%s\" of %s now.\n", enrolment.name, enrolment.url);
    }
    json_decref(root);
    return 0;
}

static int decode_run(struct invocation *invocation, struct error *error)
{
    static struct decoded codes[DECODE_CODES_MOST];
    int                   code = 0;

    (void)error;
    for (size_t i = 0; i < operand_count(invocation); i++) {
        struct error problem = {0};
        size_t       count;

        if (!decode_file(operand(invocation, i), codes, DECODE_CODES_MOST, &count, &problem)) {
            fprintf(stderr, "%s: %s\n", operand(invocation, i), problem.message);
            code = EXIT_NOT_READABLE;
        }
        for (size_t n = 0; n < count; n++) {
            json_t *line = json_pack("{s:s, s:s, s:s}", "file", operand(invocation, i), "symbology",
                                     codes[n].symbology, "text", codes[n].text);
            char   *dumped = line ? json_dumps(line, JSON_COMPACT) : NULL;

            if (option_given(invocation, "json"))
                puts(dumped ? dumped : "{}");
            else
                printf("%s\t%s\t%s\n", operand(invocation, i), codes[n].symbology, codes[n].text);
            free(dumped);
            json_decref(line);
        }
    }
    return code;
}

static int status_run(struct invocation *invocation, struct error *error)
{
    struct enrolment enrolment;
    struct queue    *queue = open_queue(invocation, &enrolment, error);
    size_t           refused = 0;

    if (!queue)
        return 0;
    for (size_t i = 0; i < queue_count(queue); i++)
        refused += queue_item(queue, i)->refused != NULL;
    printf("Scanner \"%s\" of %s\n%zu waiting, %zu need attention, next number %lld\n", enrolment.name,
           enrolment.url, queue_count(queue) - refused, refused, (long long)queue_next_seq(queue));
    for (size_t i = 0; i < queue_count(queue); i++)
        if (queue_item(queue, i)->refused)
            printf("  %s\n    %s\n", queue_item(queue, i)->body, queue_item(queue, i)->refused);
    queue_close(queue);
    return 0;
}

static int sync_run(struct invocation *invocation, struct error *error)
{
    struct enrolment enrolment;
    struct delivered said = {0};
    struct queue    *queue = open_queue(invocation, &enrolment, error);

    if (!queue)
        return 0;
    if (delivery_send(queue, &enrolment, NULL, &said, error))
        puts("Everything was sent.");
    queue_close(queue);
    return 0;
}

#define STATE_ROW                                                                                            \
    {                                                                                                        \
        "state", "FOLDER", "where the key and the queue are kept"                                            \
    }

static const struct option_row scan_options[] = {
    {"step", "STEP", "the step that the devices are at now, such as diagnosis"},
    {"place", "CODE", "label of the place where they are now"},
    {"reason", "CODE", "reason, such as PARTS_ORDERED"},
    {"note", "TEXT", "note for the owner"},
    {"stdin", NULL, "read codes from a hand scanner or a pipe"},
    {"camera", "DEVICE", "read labels with a camera, such as /dev/video0"},
    {"json", NULL, "one JSON object for each scan"},
    STATE_ROW,
    {0}};
static const struct option_row  state_options[] = {STATE_ROW, {0}};
static const struct option_row  decode_options[] = {{"json", NULL, "one JSON object for each code"}, {0}};
static const struct example_row scan_examples[] = {
    {"spoor-scan --step diagnosis photo.jpg", "the device on the photograph is in diagnosis now, with you"},
    {"spoor-scan --step repair --stdin", "each code from the hand scanner is in repair now"},
    {"spoor-scan --place 7K3M9-QXFDT --stdin --json", "everything that is scanned stands on that shelf"},
    {0}};
static const struct example_row enroll_examples[] = {
    {"spoor-scan enroll https://fix.example.nl 4F7K-2QXM-9ABC", "with the code that the scanners page shows"},
    {0}};
static const struct example_row decode_examples[] = {
    {"spoor-scan decode *.png", "file, symbology and text, separated by tabs"}, {0}};
static const struct example_row status_examples[] = {
    {"spoor-scan status", "what waits, and what the server refused"}, {0}};
static const struct example_row sync_examples[] = {{"spoor-scan sync", "sends what waits"}, {0}};

const struct command scan_command = {.name = "",
                                     .operands = "[PICTURE ...]",
                                     .operands_most = 10000,
                                     .summary = "Records a step or a place for each code that is read",
                                     .run = scan_run,
                                     .options = scan_options,
                                     .examples = scan_examples};
const struct command enroll_command = {.name = "enroll",
                                       .operands = "URL CODE",
                                       .operands_least = 2,
                                       .operands_most = 2,
                                       .summary = "Makes this a scanner of a Spoor, with a one-time code",
                                       .run = enroll_run,
                                       .options = state_options,
                                       .examples = enroll_examples};
const struct command decode_command = {.name = "decode",
                                       .operands = "PICTURE...",
                                       .operands_least = 1,
                                       .operands_most = 100000,
                                       .summary = "Prints the codes in pictures; sends nothing",
                                       .run = decode_run,
                                       .options = decode_options,
                                       .examples = decode_examples};
const struct command status_command = {.name = "status",
                                       .operands = "",
                                       .summary = "Tells what waits and what needs attention",
                                       .run = status_run,
                                       .options = state_options,
                                       .examples = status_examples};
const struct command sync_command = {.name = "sync",
                                     .operands = "",
                                     .summary = "Sends what waits",
                                     .run = sync_run,
                                     .options = state_options,
                                     .examples = sync_examples};
