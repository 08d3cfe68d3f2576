#include "db/stoppable.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* HUP: the terminal was closed. */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void add_stop_signals(sigset_t *signals)
{
    for (size_t i = 0; i < COUNT_OF(stop_signals); i++)
        sigaddset(signals, stop_signals[i]);
}

static bool is_stop_signal(int number)
{
    sigset_t signals;

    sigemptyset(&signals);
    add_stop_signals(&signals);
    return number > 0 && sigismember(&signals, number) == 1;
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

/* Ends all of the group when it is told to, or when we were killed so that we cannot (-9): what a program
 * started does not always end with it. */
_Noreturn static void watch(pid_t program)
{
    sigset_t signals;
    int      status = -1;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    while (waitpid(program, &status, WNOHANG) == 0)
        if (sigwaitinfo(&signals, NULL) == SIGTERM) {
            sigdelset(&signals, SIGTERM);
            kill(0, SIGTERM);
        }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 126);
}

static pid_t start_program(char *const words[])
{
    char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LC_ALL=C"}, NULL};
    sigset_t    none;
    pid_t       program = fork();

    if (program != 0)
        return program;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(words[0], words, environment);
    _exit(127);
}

/* A process group of its own: Ctrl-C on a terminal reaches us only, and we end all of it. A change of user
 * forgets whose end is to be told. */
static pid_t start(const struct stoppable *work, char *const words[])
{
    pid_t parent = getpid(), child = fork(), program;

    if (child != 0) {
        if (child > 0)
            setpgid(child, child);
        return child;
    }
    setpgid(0, 0);
    if (!cluster_files_become(work->files) || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
        _exit(127);
    program = start_program(words);
    if (program < 0)
        _exit(127);
    watch(program);
}

static int wait_for(struct stoppable *work, pid_t child, const sigset_t *signals)
{
    int status = -1;

    while (waitpid(child, &status, WNOHANG) == 0) {
        int number = sigwaitinfo(signals, NULL);

        if (!is_stop_signal(number))
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
