#include "db/stoppable.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void add_stop_signals(sigset_t *signals)
{
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
}

/* What a program of ours started becomes ours when that ends, so that we can wait for its end too. */
void stoppable_begin(struct stoppable *work, const struct cluster_files *files)
{
    sigset_t signals;

    *work = (struct stoppable){.files = files};
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    add_stop_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, &work->before);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void stoppable_end(struct stoppable *work)
{
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    sigprocmask(SIG_SETMASK, &work->before, NULL);
}

bool stoppable_is_stopped(struct stoppable *work)
{
    sigset_t signals;

    sigemptyset(&signals);
    add_stop_signals(&signals);
    while (sigtimedwait(&signals, NULL, &(struct timespec){0}) > 0)
        work->stopped = true;
    return work->stopped;
}

/* A process group of its own: Ctrl-C on a terminal reaches us only, and we end all of it. */
static pid_t start(const struct stoppable *work, char *const words[])
{
    char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LC_ALL=C"}, NULL};
    sigset_t    none;
    pid_t       child = fork();

    if (child != 0) {
        if (child > 0)
            setpgid(child, child);
        return child;
    }
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (cluster_files_become(work->files))
        execve(words[0], words, environment);
    _exit(127);
}

static int wait_for(struct stoppable *work, pid_t child, const sigset_t *signals)
{
    int status = -1;

    while (waitpid(child, &status, WNOHANG) == 0) {
        int number = sigwaitinfo(signals, NULL);

        if (number != SIGINT && number != SIGTERM)
            continue;
        work->stopped = true;
        kill(-child, SIGTERM);
    }
    while (waitpid(-child, NULL, 0) > 0)
        continue;
    return status;
}

static bool run(struct stoppable *work, char *const words[], const sigset_t *signals)
{
    pid_t child = start(work, words);
    int   status = child > 0 ? wait_for(work, child, signals) : -1;

    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool stoppable_run(struct stoppable *work, char *const words[])
{
    sigset_t signals;

    if (stoppable_is_stopped(work))
        return false;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    add_stop_signals(&signals);
    return run(work, words, &signals) && !work->stopped;
}

bool stoppable_run_anyway(struct stoppable *work, char *const words[])
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    return run(work, words, &signals);
}
