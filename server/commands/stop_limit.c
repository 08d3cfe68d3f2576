#include "commands/stop_limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/clock.h"
#include "shared/command_line.h"
#include "shared/log.h"

#define STOP_LIMIT_S 80u   /* more than the parts take that have limits of their own */
#define SAME_MS      3000u /* signals within this are one wish: to a whole group, or by a shell and make */

static void end(const char *why)
{
    log_line(LOG_LEVEL_ERROR, "msg", "the service does not stop by itself; it is ended", "why", why, NULL);
    _exit(exit_code_of(ERROR_INTERNAL));
}

static void *work(void *context)
{
    const sigset_t *signals = context;
    uint64_t        begun = clock_now_ms(), passed = 0;

    while (passed < STOP_LIMIT_S * 1000u) {
        struct timespec left = {.tv_sec = (time_t)(STOP_LIMIT_S - passed / 1000u)};
        int             number = sigtimedwait(signals, NULL, &left);

        passed = clock_now_ms() - begun;
        if (number > 0 && passed > SAME_MS)
            end("it was asked again");
    }
    end("its time is over");
    return NULL;
}

void stop_limit_start(const sigset_t *signals)
{
    static sigset_t kept; /* the thread may outlive whoever started it */
    pthread_t       thread;

    kept = *signals;
    if (pthread_create(&thread, NULL, work, &kept) == 0)
        pthread_detach(thread);
}
