#include "station.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "claim.h"
#include "shared/moment.h"

static bool find_state(const struct invocation *invocation, struct station *station, struct error *error)
{
    return enrolment_folder(option_text(invocation, "state"), station->folder, sizeof station->folder,
                            error) &&
           enrolment_load(station->folder, &station->enrolment, error);
}

/* What happened to the queue is told once; `status` tells it until then. */
static void tell(const struct station *station)
{
    struct queue_summary summary = {0};
    struct queue_state   state;
    struct error         ignored = {0};
    char                 text[200];

    fputs(queue_notice(station->queue), stderr);
    if (queue_is_new(station->queue))
        fprintf(
            stderr,
            "There was no queue in %s: a new one was begun. If scans had not been sent yet, they are lost "
            "with the old one. Tell your lead.\n",
            station->folder);
    if (!queue_state_read(station->queue, &state, &ignored))
        state = (struct queue_state){0};
    if (*state.warning) {
        fprintf(stderr, "%s\n", state.warning);
        if (!queue_warn(station->queue, "", &ignored))
            ignored.kind = ERROR_NONE; /* it is told again */
    }
    if (*station_revoked(station, &state))
        fprintf(stderr, "%s\n", station_revoked(station, &state));
    if (queue_summarise(station->queue, &summary, &ignored) && *station_clock(&summary, text))
        fprintf(stderr, "%s\n", text);
}

bool station_open(const struct invocation *invocation, struct station *station, struct error *error)
{
    if (!find_state(invocation, station, error) || !enrolment_can_sign(&station->enrolment, error))
        return false;
    station->queue = queue_open(station->folder, moment_now().ms, error);
    if (!station->queue)
        return false;
    if (!claim_queue(station->queue, &station->enrolment, error)) {
        station_close(station);
        return false;
    }
    tell(station);
    return true;
}

bool station_look(const struct invocation *invocation, struct station *station, struct error *error)
{
    struct error in_use = {0};

    if (!find_state(invocation, station, error))
        return false;
    station->queue = queue_open(station->folder, moment_now().ms, &in_use);
    if (station->queue)
        fputs(queue_notice(station->queue), stderr);
    else if (in_use.kind == ERROR_CONFLICT)
        station->queue = queue_look(station->folder, error);
    else
        *error = in_use;
    return station->queue != NULL;
}

void station_close(struct station *station)
{
    queue_close(station->queue);
    station->queue = NULL;
}

const char *station_revoked(const struct station *station, const struct queue_state *state)
{
    return *state->revoked && strcmp(state->revoked, station->enrolment.scanner_id) == 0
               ? "This scanner was revoked: what it scans is not recorded any more. Tell your lead; a new "
                 "code "
                 "for spoor-scan enroll makes it a scanner again."
               : "";
}

const char *station_span(int64_t ms, char text[40])
{
    int64_t s = (ms < 0 ? -ms : ms) / 1000;

    if (s < 60)
        snprintf(text, 40, "%" PRId64 " s", s);
    else if (s < 3600)
        snprintf(text, 40, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(text, 40, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
    else
        snprintf(text, 40, "%" PRId64 " days %" PRId64 " h", s / 86400, s / 3600 % 24);
    return text;
}

const char *station_clock(const struct queue_summary *summary, char text[200])
{
    char span[40];

    *text = '\0';
    if (summary->skew_known &&
        (summary->skew_ms > STATION_SKEW_MOST_MS || summary->skew_ms < -STATION_SKEW_MOST_MS))
        snprintf(text, 200,
                 "The clock of this machine is %s %s: set it right. Each scan keeps the difference.",
                 station_span(summary->skew_ms, span), summary->skew_ms > 0 ? "slow" : "fast");
    return text;
}
