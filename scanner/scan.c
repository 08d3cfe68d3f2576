#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "commands.h"
#include "delivery.h"
#include "shared/label.h"
#include "shared/moment.h"
#include "shared/utf8.h"
#include "shared/uuid.h"

/* Control bytes of a scanned text must not move the terminal's cursor. */
static void print_clean(const char *text)
{
    for (; *text; text++)
        putchar((unsigned char)*text < ' ' || *text == 0x7F ? '?' : *text);
}

void scan_print(const struct scan *scan, const char *text, const char *word, const char *more)
{
    if (scan->json) {
        json_t *line = json_pack("{s:s?, s:s, s:s}", "code", utf8_is_valid(text, strlen(text)) ? text : "",
                                 "result", word, "detail", more);
        char   *dumped = json_dumps(line, JSON_COMPACT);

        puts(dumped ? dumped : "{}");
        free(dumped);
        json_decref(line);
    } else {
        print_clean(text);
        printf("  %s  ", word);
        print_clean(more);
        putchar('\n');
    }
    fflush(stdout);
}

static void put(json_t *event, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(event, name, json_string(text));
}

static bool store(const struct scan *scan, const char *code, char event_id[UUID_SIZE], struct error *error)
{
    struct moment now = moment_now();
    char          happened_at[MOMENT_SIZE], *body;
    json_t       *event = json_object();
    int64_t       seq = queue_next_seq(scan->queue);
    bool          stored;

    uuid_make(event_id);
    moment_format(&now, happened_at);
    put(event, "event_id", event_id);
    put(event, "code", code);
    put(event, "kind", scan->kind);
    put(event, "step", scan->step);
    put(event, "reason", scan->reason);
    put(event, "place", scan->place);
    put(event, "public_note", scan->note);
    put(event, "happened_at", happened_at);
    json_object_set_new(event, "scanner_seq", json_integer(seq));
    body = json_dumps(event, JSON_COMPACT);
    stored = body ? queue_store(scan->queue, event_id, seq, body, error)
                  : error_set(error, ERROR_INVALID, "this text cannot be sent");
    free(body);
    json_decref(event);
    return stored;
}

static int report(const struct scan *scan, const char *code, const struct delivered *said)
{
    char more[600];

    if (strcmp(said->outcome, "refused") == 0) {
        scan_print(scan, code, "refused", said->message);
        return EXIT_REFUSED;
    }
    snprintf(more, sizeof more, "%s%s%s%s%s", said->step, *said->step ? "  " : "", said->device,
             *said->message ? "  " : "", said->message);
    if (said->unknown_device) {
        scan_print(scan, code, "not known", "recorded on a device that somebody has to identify");
        return EXIT_NOT_KNOWN;
    }
    scan_print(scan, code, *said->outcome ? said->outcome : "recorded", more);
    return strcmp(said->outcome, "conflict") == 0 ? exit_code_of(ERROR_CONFLICT) : 0;
}

int scan_take(const struct scan *scan, const char *text)
{
    struct label      label;
    struct error      error = {0};
    struct delivered  said = {0};
    struct label_text shown;
    char              event_id[UUID_SIZE];
    bool              is_label = label_parse(text, &label, &error);
    const char       *code = is_label ? label.code : text;

    if (!is_label && (error.kind == ERROR_INVALID || strlen(text) > 120 ||
                      !utf8_is_valid(text, strlen(text)) || strstr(text, "://"))) {
        scan_print(scan, text, "not a label", error.message);
        return EXIT_NOT_A_LABEL;
    }
    if (is_label)
        shown = label_format(&label);
    if (!store(scan, code, event_id, &error)) {
        scan_print(scan, text, "NOT KEPT", error.message);
        return exit_code_of(error.kind);
    }
    if (!delivery_send(scan->queue, scan->enrolment, event_id, &said, &error) && !*said.outcome) {
        scan_print(scan, is_label ? shown.text : text, "waiting", error.message);
        return EXIT_WAITING;
    }
    return report(scan, is_label ? shown.text : text, &said);
}
