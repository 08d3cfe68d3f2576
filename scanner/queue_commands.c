/* spoor-scan status, sync, export. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "commands.h"
#include "delivery.h"
#include "shared/moment.h"
#include "station.h"

#define TIGHT_LOOP_MOST 100000u /* requests of one sync */
#define PAGE_MOST       500u    /* scans that are in memory at once */

static void print_json(json_t *line)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

    puts(text ? text : "{}");
    free(text);
    json_decref(line);
}

static json_t *time_or_null(int64_t ms)
{
    char text[MOMENT_SIZE];

    if (ms == 0)
        return json_null();
    moment_format_utc(ms, text);
    return json_string(text);
}

static json_t *item_json(const struct queue_item *item)
{
    json_t *event = json_loads(item->body, 0, NULL);

    return json_pack("{s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "event_id", item->event_id,
                     "scanner_seq", (json_int_t)item->scanner_seq, "code", item->code, "context",
                     item->context, "scanned_at", time_or_null(item->scanned_ms), "skew_ms",
                     item->skew_known ? json_integer(item->skew_ms) : json_null(), "attention",
                     item->attention ? json_string(item->attention) : json_null(), "settled_at",
                     time_or_null(item->settled_ms), "event", event ? event : json_string(item->body));
}

static void print_summary(const struct station *station, const struct queue_summary *summary)
{
    char    at[MOMENT_SIZE], text[200], span[40];
    int64_t now_ms = moment_now().ms;

    printf("Scanner \"%s\" of %s\n%" PRId64 " waiting, %" PRId64 " need attention, next number %" PRId64 "\n",
           station->enrolment.name, station->enrolment.url, summary->waiting, summary->attention,
           summary->next_seq);
    if (summary->oldest_ms) {
        moment_format_utc(summary->oldest_ms, at);
        printf("The oldest waits since %s (%s)\n", at, station_span(now_ms - summary->oldest_ms, span));
    }
    if (summary->contact_ms) {
        moment_format_utc(summary->contact_ms, at);
        printf("The server answered last at %s\n", at);
    } else {
        puts("The server has not answered yet");
    }
    if (*station_clock(summary, text))
        puts(text);
}

typedef void item_function(const struct queue_item *item);

/* A page at a time: a queue may be long. */
static bool each_item(const struct station *station, enum queue_part part, item_function *print,
                      struct error *error)
{
    int64_t after = 0;
    size_t  count;

    do {
        ARENA             *arena = arena_new();
        struct queue_item *items;

        if (!queue_page(station->queue, arena, part, after, PAGE_MOST, &items, &count, error))
            return false;
        for (size_t i = 0; i < count; i++)
            print(&items[i]);
        if (count > 0)
            after = items[count - 1].scanner_seq;
    } while (count == PAGE_MOST);
    return true;
}

static void print_attention(const struct queue_item *item)
{
    printf("  %" PRId64 "  %s  %s\n    %s\n", item->scanner_seq, item->code, item->context, item->attention);
}

static void print_summary_json(const struct station *station, const struct queue_summary *summary,
                               const struct queue_state *state)
{
    print_json(json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:b, s:s}", "scanner",
                         station->enrolment.name, "server", station->enrolment.url, "waiting",
                         (json_int_t)summary->waiting, "needs_attention", (json_int_t)summary->attention,
                         "next_number", (json_int_t)summary->next_seq, "oldest_at",
                         time_or_null(summary->oldest_ms), "contact_at", time_or_null(summary->contact_ms),
                         "skew_ms", summary->skew_known ? json_integer(summary->skew_ms) : json_null(),
                         "revoked", *station_revoked(station, state) != '\0', "warning", state->warning));
}

static void print_status(const struct station *station, const struct queue_summary *summary,
                         const struct queue_state *state, struct error *error)
{
    struct error unsigned_key = {0};

    print_summary(station, summary);
    if (*station_revoked(station, state))
        puts(station_revoked(station, state));
    if (*state->warning)
        puts(state->warning);
    if (!enrolment_can_sign(&station->enrolment, &unsigned_key))
        puts(unsigned_key.message);
    if (!each_item(station, QUEUE_ATTENTION, print_attention, error))
        error_while(error, "reading the queue");
}

static int status_run(struct invocation *invocation, struct error *error)
{
    struct station       station = {0};
    struct queue_summary summary = {0};
    struct queue_state   state;

    if (!station_look(invocation, &station, error))
        return 0;
    if (queue_summarise(station.queue, &summary, error) && queue_state_read(station.queue, &state, error)) {
        if (option_given(invocation, "json"))
            print_summary_json(&station, &summary, &state);
        else
            print_status(&station, &summary, &state, error);
    }
    station_close(&station);
    return 0;
}

struct sent {
    size_t recorded, known;
};

static void count_sent(const struct delivered *said, void *context)
{
    struct sent *sent = context;

    sent->recorded += strcmp(said->outcome, "recorded") == 0;
    sent->known += strcmp(said->outcome, "replayed") == 0;
}

static bool send_all(const struct station *station, struct sent *sent, struct error *error)
{
    struct delivery delivery = {.queue = station->queue,
                                .enrolment = &station->enrolment,
                                .upload = upload_new(),
                                .heard = count_sent,
                                .context = sent};
    bool            more = true, done = true;

    for (unsigned i = 0; done && more && i < TIGHT_LOOP_MOST; i++)
        done = delivery_send(&delivery, &more, error);
    upload_free(delivery.upload);
    return done;
}

/* Returns the exit code. */
static int tell_sent(const struct station *station, const struct queue_summary *before,
                     const struct queue_summary *after, const struct queue_state *state, bool json)
{
    bool revoked = *station_revoked(station, state);

    if (json)
        print_summary_json(station, after, state);
    else if (after->attention > 0)
        printf("%" PRId64 " sent; %" PRId64 " need attention: see spoor-scan attention.\n",
               before->waiting - after->attention + before->attention, after->attention);
    else if (!revoked)
        puts("Everything was sent.");
    if (revoked && !json)
        puts(station_revoked(station, state));
    return revoked ? exit_code_of(ERROR_FORBIDDEN) : after->attention > 0 ? EXIT_REFUSED : 0;
}

static int sync_run(struct invocation *invocation, struct error *error)
{
    struct station       station = {0};
    struct queue_summary before = {0}, after = {0};
    struct queue_state   state;
    struct sent          sent = {0};
    bool                 json = option_given(invocation, "json"), again = option_given(invocation, "resend");
    int                  code = 0;

    if (!station_open(invocation, &station, error))
        return 0;
    if ((!option_given(invocation, "again") || queue_again(station.queue, error)) &&
        (!again || queue_resend(station.queue, error)) && queue_summarise(station.queue, &before, error) &&
        send_all(&station, &sent, error) && queue_summarise(station.queue, &after, error) &&
        queue_state_read(station.queue, &state, error)) {
        if (again && !json)
            printf("%zu recorded; %zu were known already.\n", sent.recorded, sent.known);
        code = tell_sent(&station, &before, &after, &state, json);
    }
    station_close(&station);
    return code;
}

static void print_item(const struct queue_item *item)
{
    char at[MOMENT_SIZE], settled[MOMENT_SIZE] = "";

    moment_format_utc(item->scanned_ms, at);
    if (item->settled_ms)
        moment_format_utc(item->settled_ms, settled);
    printf("%" PRId64 "\t%s\t%s\t%s\t%s\t%s%s%s%s\n", item->scanner_seq, at, item->event_id, item->code,
           item->context, *settled ? "settled " : "", settled, *settled ? ": " : "",
           item->attention ? item->attention : "waiting");
}

static void print_item_json(const struct queue_item *item)
{
    print_json(item_json(item));
}

static int export_run(struct invocation *invocation, struct error *error)
{
    struct station station = {0};
    item_function *print = option_given(invocation, "json") ? print_item_json : print_item;

    if (!station_look(invocation, &station, error))
        return 0;
    if (!each_item(&station, QUEUE_UNSETTLED, print, error) ||
        !each_item(&station, QUEUE_SETTLED, print, error))
        error_while(error, "reading the queue");
    station_close(&station);
    return 0;
}

static const struct option_row status_options[] = {{"json", NULL, "one JSON object"}, STATION_OPTION, {0}};
static const struct option_row sync_options[] = {
    {"again", NULL, "also what the server refused before"},
    {"resend", NULL,
     "also what it has acknowledged in the last 14 days: a service "
     "that was restored from a backup has lost some of it"},
    {"json", NULL, "one JSON object: the state afterwards"},
    STATION_OPTION,
    {0}};
static const struct option_row export_options[] = {
    {"json", NULL, "one JSON object for each scan"}, STATION_OPTION, {0}};
static const struct example_row status_examples[] = {
    {"spoor-scan status", "what waits, since when, and what the server refused"},
    {"spoor-scan status --json", "the same for scripts"},
    {0}};
static const struct example_row sync_examples[] = {
    {"spoor-scan sync", "sends what waits"},
    {"spoor-scan sync --again", "after somebody has put right why the server refused something"},
    {"spoor-scan sync --resend", "after the service was restored from a backup: what it still has, it knows "
                                 "again, and nothing is recorded twice"},
    {0}};
static const struct example_row export_examples[] = {
    {"spoor-scan export > scans.tsv",
     "number, time, event, code, meaning and state of all that is kept here, also of what was settled"},
    {"spoor-scan export --json", "the same with the whole events"},
    {0}};

const struct command status_command = {.name = "status",
                                       .operands = "",
                                       .summary = "Tells what waits and what needs attention",
                                       .run = status_run,
                                       .options = status_options,
                                       .examples = status_examples};
const struct command sync_command = {.name = "sync",
                                     .operands = "",
                                     .summary = "Sends what waits",
                                     .run = sync_run,
                                     .options = sync_options,
                                     .examples = sync_examples};
const struct command export_command = {.name = "export",
                                       .operands = "",
                                       .summary = "Writes every scan that is kept here",
                                       .run = export_run,
                                       .options = export_options,
                                       .examples = export_examples};
