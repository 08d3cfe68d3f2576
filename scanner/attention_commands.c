/* spoor-scan attention, settle: what the server refused, and what a person has seen to of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "shared/moment.h"
#include "station.h"

#define PAGE_MOST 500u /* scans that are in memory at once */

static void print_one(const struct queue_item *item)
{
    char at[MOMENT_SIZE];

    moment_format_utc(item->scanned_ms, at);
    printf("%" PRId64 "  %s  %s  %s\n    %s\n", item->scanner_seq, at, item->code, item->context,
           item->attention);
}

/* Without a name: all. */
static bool is_meant(const struct invocation *invocation, const struct queue_item *item)
{
    char number[24];

    snprintf(number, sizeof number, "%" PRId64, item->scanner_seq);
    for (size_t i = 0; i < operand_count(invocation); i++)
        if (strcmp(operand(invocation, i), number) == 0 ||
            strcmp(operand(invocation, i), item->event_id) == 0)
            return true;
    return operand_count(invocation) == 0;
}

typedef bool attention_function(struct queue *queue, const struct queue_item *item, struct error *error);

/* Calls it for each that is meant; *met: how many. A page at a time: there may be many. */
static bool each_meant(struct invocation *invocation, struct queue *queue, attention_function *each,
                       size_t *met, struct error *error)
{
    int64_t after = 0;
    size_t  count;

    do {
        ARENA             *arena = arena_new();
        struct queue_item *items;

        if (!queue_page(queue, arena, QUEUE_ATTENTION, after, PAGE_MOST, &items, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = items[i].scanner_seq;
            if (!is_meant(invocation, &items[i]))
                continue;
            if (!each(queue, &items[i], error))
                return false;
            ++*met;
        }
    } while (count == PAGE_MOST);
    return true;
}

static bool pass_by(struct queue *queue, const struct queue_item *item, struct error *error)
{
    (void)queue;
    (void)item;
    (void)error;
    return true;
}

static bool look_at(struct queue *queue, const struct queue_item *item, struct error *error)
{
    (void)queue;
    (void)error;
    print_one(item);
    return true;
}

static bool settle_one(struct queue *queue, const struct queue_item *item, struct error *error)
{
    if (!queue_put_by(queue, item->event_id, moment_now().ms, error))
        return false;
    print_one(item);
    return true;
}

static int attention_run(struct invocation *invocation, struct error *error)
{
    struct station station = {0};
    size_t         met = 0;

    if (!station_look(invocation, &station, error))
        return 0;
    if (each_meant(invocation, station.queue, look_at, &met, error))
        puts(met ? "Once it is put right: spoor-scan sync --again. Once somebody has seen to it: spoor-scan "
                   "settle NUMBER."
                 : "Nothing needs attention.");
    station_close(&station);
    return 0;
}

/* What is named and does not need attention is told, and then nothing is settled. */
static bool all_are_there(struct invocation *invocation, size_t met, struct error *error)
{
    if (met == 0 || met < operand_count(invocation))
        return error_set(error, ERROR_NOT_FOUND,
                         operand_count(invocation) == 1
                             ? "no scan %.40s needs attention: spoor-scan attention shows those that do"
                             : "not all of these need attention: spoor-scan attention shows those that do",
                         operand(invocation, 0));
    return true;
}

static void settle(struct invocation *invocation, const struct station *station, struct error *error)
{
    size_t met = 0, settled = 0;
    bool   sure = option_given(invocation, "yes");

    if (!each_meant(invocation, station->queue, sure ? pass_by : look_at, &met, error) ||
        !all_are_there(invocation, met, error))
        return;
    if (!sure)
        puts("Nothing was changed. With --yes these leave \"needs attention\": they are not offered to the "
             "server any more, and spoor-scan export still shows them.");
    else if (each_meant(invocation, station->queue, settle_one, &settled, error))
        printf("%zu settled; spoor-scan export still shows %s.\n", settled, settled == 1 ? "it" : "them");
}

static int settle_run(struct invocation *invocation, struct error *error)
{
    struct station station = {0};

    if ((operand_count(invocation) > 0) == option_given(invocation, "all"))
        error_set(error, ERROR_INVALID, "say which: numbers that spoor-scan attention shows, or --all");
    else if (station_open(invocation, &station, error)) {
        settle(invocation, &station, error);
        station_close(&station);
    }
    return 0;
}

static const struct option_row  attention_options[] = {STATION_OPTION, {0}};
static const struct option_row  settle_options[] = {{"all", NULL, "all that need attention"},
                                                    {"yes", NULL, "does it; without it they are only shown"},
                                                    STATION_OPTION,
                                                    {0}};
static const struct example_row attention_examples[] = {
    {"spoor-scan attention", "number, time, code and meaning of each, and why the server refused it"}, {0}};
static const struct example_row settle_examples[] = {
    {"spoor-scan settle 17 --yes", "number 17 was seen to: it was scanned again under its right step"},
    {"spoor-scan settle --all", "shows what would be settled"},
    {0}};

const struct command attention_command = {.name = "attention",
                                          .operands = "",
                                          .summary = "Lists what the server refused, and why",
                                          .run = attention_run,
                                          .options = attention_options,
                                          .examples = attention_examples};
const struct command settle_command = {
    .name = "settle",
    .operands = "[NUMBER ...]",
    .operands_most = 10000,
    .summary = "Puts by what needed attention and was seen to",
    .text = "It is not offered to the server any more and does not count as needing attention. It is never "
            "thrown "
            "away: spoor-scan export shows it with the day on which it was settled.",
    .run = settle_run,
    .options = settle_options,
    .examples = settle_examples};
