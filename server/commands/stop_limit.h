/* stop_limit.h: the service ends, also when something in it does not. */
#ifndef COMMANDS_STOP_LIMIT_H
#define COMMANDS_STOP_LIMIT_H

#include <signal.h>

/* From the first signal to stop on: after STOP_LIMIT_S, or at another of these signals that comes some
 * seconds later, the process ends at once, with the exit code of an internal error and a line in the log.
 * What was acknowledged is in the database; a private PostgreSQL is stopped by the process that watches over
 * it. The signals are blocked in all threads. */
void stop_limit_start(const sigset_t *signals);

#endif
