/* station.h: what a scanner works with: where its state is, whom it belongs to, what it keeps. */
#ifndef SCANNER_STATION_H
#define SCANNER_STATION_H

#include <stdbool.h>

#include "enrolment.h"
#include "queue.h"
#include "shared/command_line.h"

struct station {
    char             folder[512];
    struct enrolment enrolment;
    struct queue    *queue;
};

#define STATION_OPTION                                                                                       \
    {                                                                                                        \
        "state", "FOLDER", "where the key and the queue are kept"                                            \
    }

/* Opens the queue of an enrolled scanner and tells on stderr what its owner must know. */
bool station_open(const struct invocation *invocation, struct station *station, struct error *error) MUST_USE;

/* To look only, also while another process works. */
bool station_look(const struct invocation *invocation, struct station *station, struct error *error) MUST_USE;
void station_close(struct station *station);

/* "3 min 20 s", "2 h 5 min"; of any sign. */
const char *station_span(int64_t ms, char text[40]);

/* One sentence when the server has said that this scanner was revoked; otherwise "". */
const char *station_revoked(const struct station *station, const struct queue_state *state);

#define STATION_SKEW_MOST_MS ((int64_t)120000) /* a clock that is further off is told */

/* One sentence when the clock is too far off; otherwise "". */
const char *station_clock(const struct queue_summary *summary, char text[200]);

#endif
