/* stoppable.h: work that other programs do for us, which ends as a whole when we are told to stop: SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT end the program that runs and all that it started, and then it is for us to
 * clear up. Killed so that we cannot (-9), the program ends as well. */
#ifndef DB_STOPPABLE_H
#define DB_STOPPABLE_H

#include <signal.h>
#include <stdbool.h>

#include "db/cluster_files.h"

struct stoppable {
    const struct cluster_files *files;
    sigset_t                    before;
    bool                        stopped;
};

/* From here to stoppable_end the signals are held back; in a process with one thread only. */
void stoppable_begin(struct stoppable *work, const struct cluster_files *files);
void stoppable_end(struct stoppable *work);

/* Runs words[0] as the user of the cluster and waits for it; true when it ended with 0. False at once when we
 * were told to stop. */
bool stoppable_run(struct stoppable *work, char *const words[]);

/* The same, whatever we are told: for clearing up. */
bool stoppable_run_anyway(struct stoppable *work, char *const words[]);

/* Whether we were told to stop. */
bool stoppable_is_stopped(struct stoppable *work);

#endif
