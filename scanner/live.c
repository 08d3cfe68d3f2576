#include "live.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "face.h"
#include "shared/moment.h"
#include "station.h"
#include "wedge.h"

#define TICK_MS 1000

static volatile sig_atomic_t stopped;

struct source {
    struct hand_scanner *scanner; /* NULL: standard input */
    struct wedge         wedge;
    bool                 open, bursts; /* bursts: silence ends a code */
};

struct loop {
    struct live  *live;
    struct source sources[LIVE_SCANNERS_MOST + 1];
    size_t        count;
    int           code;
};

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

void live_catch_signals(void)
{
    struct sigaction action = {.sa_handler = stop};

    stopped = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool live_is_stopped(void)
{
    return stopped;
}

static int64_t ticks_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take_code(struct loop *loop, struct source *source)
{
    int code;

    if (source->wedge.too_long) {
        scan_problem(loop->live->scan, source->wedge.text, "not a label", "this is too long for a code");
        return;
    }
    code = scan_take(loop->live->scan, source->wedge.text, true);
    loop->code = code > loop->code ? code : loop->code;
}

static void take_bytes(struct loop *loop, struct source *source, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && !stopped; i++)
        if (wedge_take(&source->wedge, bytes[i], ticks_ms()))
            take_code(loop, source);
}

static void close_source(struct loop *loop, struct source *source)
{
    source->open = false;
    if (wedge_end(&source->wedge))
        take_code(loop, source);
}

static void read_input(struct loop *loop, struct source *source)
{
    char    bytes[4096];
    ssize_t got;

    if (loop->live->scan->show.face) {
        while (face_read(loop->live->scan->show.face, bytes))
            take_bytes(loop, source, bytes, 1);
        return;
    }
    got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0)
        take_bytes(loop, source, bytes, (size_t)got);
    else if (got == 0 || errno != EINTR)
        close_source(loop, source);
}

static void read_scanner(struct loop *loop, struct source *source, struct error *error)
{
    char   bytes[512];
    size_t count = 0;

    if (hand_scanner_read(source->scanner, bytes, sizeof bytes, &count, error))
        take_bytes(loop, source, bytes, count);
    else
        close_source(loop, source);
}

/* Everything that the face shows beside the last result. */
static void draw(const struct loop *loop)
{
    ARENA               *arena = arena_new();
    const struct scan   *scan = loop->live->scan;
    struct queue_summary summary = {0};
    struct queue_item   *items = NULL;
    struct error         why = {0}, ignored = {0};
    size_t               count = 0;
    char                 context[400], clock[200];
    struct face_state    state = {.title = loop->live->title, .context = context, .trouble = ""};

    if (!scan->show.face || !queue_summarise(scan->queue, &summary, &ignored) ||
        !queue_recent(scan->queue, arena, FACE_LINES_MOST, &items, &count, &ignored))
        return;
    context_describe(&scan->context, context, sizeof context);
    state.waiting = arena_format(arena, "%" PRId64 " waiting to be sent, %" PRId64 " need attention",
                                 summary.waiting, summary.attention);
    if (sender_failing(scan->sender, &why))
        state.trouble = arena_copy(arena, why.message);
    else
        state.trouble = station_clock(&summary, clock);
    for (size_t i = 0; i < count; i++) {
        char      at[20];
        time_t    seconds = (time_t)(items[i].scanned_ms / 1000);
        struct tm parts;

        localtime_r(&seconds, &parts);
        strftime(at, sizeof at, "%H:%M:%S", &parts);
        state.lines[state.line_count++] =
            arena_format(arena, "%s  %-12s %-28s %s %s", at, items[i].code, items[i].context,
                         *items[i].outcome ? items[i].outcome : "waiting", items[i].said);
    }
    face_draw(scan->show.face, &state);
}

static int patience_ms(const struct loop *loop)
{
    int least = TICK_MS;

    for (size_t i = 0; i < loop->count; i++) {
        int one = loop->sources[i].bursts ? wedge_patience_ms(&loop->sources[i].wedge, ticks_ms()) : -1;

        if (one >= 0 && one < least)
            least = one;
    }
    return least;
}

static void note_code(struct loop *loop, int code)
{
    loop->code = code > loop->code ? code : loop->code;
}

/* Waits once for any of the sources, the sender, or silence. False: no source is left. */
static bool turn(struct loop *loop, struct error *error)
{
    struct pollfd files[LIVE_SCANNERS_MOST + 2] = {
        {.fd = sender_descriptor(loop->live->scan->sender), .events = POLLIN}};
    bool any = false;

    for (size_t i = 0; i < loop->count; i++) {
        struct source *source = &loop->sources[i];

        files[i + 1].events = POLLIN;
        files[i + 1].fd = !source->open     ? -1
                          : source->scanner ? hand_scanner_descriptor(source->scanner)
                                            : STDIN_FILENO;
        any = any || source->open;
    }
    if (!any)
        return false;
    if (poll(files, loop->count + 1, patience_ms(loop)) < 0 && errno != EINTR)
        return error_set(error, ERROR_INTERNAL, "poll: %s", strerror(errno));
    for (size_t i = 0; i < loop->count; i++) {
        if (files[i + 1].revents && loop->sources[i].scanner)
            read_scanner(loop, &loop->sources[i], error);
        else if (files[i + 1].revents || loop->live->scan->show.face)
            read_input(loop, &loop->sources[i]);
        if (loop->sources[i].bursts && wedge_silence(&loop->sources[i].wedge, ticks_ms()))
            take_code(loop, &loop->sources[i]);
    }
    if (!loop->live->scan->wait)
        note_code(loop, scan_hear(loop->live->scan));
    scan_tick(loop->live->scan);
    return true;
}

int live_run(struct live *live, struct error *error)
{
    struct loop loop = {.live = live};

    live_catch_signals();
    if (live->input)
        loop.sources[loop.count++] = (struct source){.open = true, .bursts = isatty(STDIN_FILENO)};
    for (size_t i = 0; i < live->scanner_count; i++)
        loop.sources[loop.count++] =
            (struct source){.open = true, .bursts = true, .scanner = live->scanners[i]};
    do
        draw(&loop);
    while (turn(&loop, error) && !stopped);
    return loop.code;
}
