/*
 * keeper.c: runs a command and answers for every process that comes of it, also for those that left their
 * parent.
 *
 *   keeper [-t SECONDS] COMMAND [WORD ...]
 *
 * Orphans become its children. On TERM, INT or HUP it ends them all. What is still there some seconds after
 * the command ended by itself is named on standard output as a failed test, and ended; so is a command that
 * has not ended after SECONDS. The last line on standard error says what time all of it took.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_TURNS 50   /* of 100 ms: what ends by itself, such as a database whose service was killed */
#define STOP_TURNS  250  /* of 100 ms: longer than the service's own patience with PostgreSQL */
#define MOST        4096 /* processes */

struct process {
    pid_t id, parent;
    char  name[32];
    bool  ours;
};

static void pause_100_ms(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

/* "12 (a name) S 3 ...": the name may hold anything. */
static bool read_process(const char *id, struct process *process)
{
    char  path[300], text[512], *end;
    FILE *file;
    bool  read;

    snprintf(path, sizeof path, "/proc/%.20s/stat", id);
    file = fopen(path, "re");
    if (!file)
        return false;
    read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    end = read ? strrchr(text, ')') : NULL;
    if (!end || strlen(end) < 5)
        return false;
    *end = '\0';
    *process =
        (struct process){.id = (pid_t)strtol(id, NULL, 10), .parent = (pid_t)strtol(end + 4, NULL, 10)};
    snprintf(process->name, sizeof process->name, "%.31s", strchr(text, '(') + 1);
    return true;
}

static size_t read_all(struct process *processes)
{
    DIR           *folder = opendir("/proc");
    struct dirent *entry;
    size_t         count = 0;

    while (folder && count < MOST && (entry = readdir(folder)))
        if (isdigit((unsigned char)entry->d_name[0]) && read_process(entry->d_name, &processes[count]))
            count++;
    if (folder)
        closedir(folder);
    return count;
}

static bool is_ours(const struct process *process, const struct process *processes, size_t count)
{
    if (process->parent == getpid())
        return true;
    for (size_t i = 0; i < count; i++)
        if (processes[i].ours && processes[i].id == process->parent)
            return true;
    return false;
}

/* Marks all that come of this process; in the list a parent may stand behind its child. */
static void mark(struct process *processes, size_t count)
{
    bool found;

    do {
        found = false;
        for (size_t i = 0; i < count; i++)
            if (!processes[i].ours && is_ours(&processes[i], processes, count))
                found = processes[i].ours = true;
    } while (found);
}

/* Sends the signal to all that come of this process; names each of them after `test`, when that is not NULL.
 */
static void send_all(int number, const char *test)
{
    static struct process processes[MOST];
    size_t                count = read_all(processes);

    mark(processes, count);
    for (size_t i = 0; i < count; i++) {
        if (processes[i].ours && test)
            printf("not ok - %s: %s (%d)\n", test, processes[i].name, (int)processes[i].id);
        if (processes[i].ours)
            kill(processes[i].id, number);
    }
    fflush(stdout);
}

/* Takes in whoever ended; false when nobody is left. `command` becomes 0 and `*status` is set when it was
 * that. */
static bool reap(pid_t *command, int *status)
{
    int   how;
    pid_t ended;

    while ((ended = waitpid(-1, &how, WNOHANG)) > 0)
        if (ended == *command) {
            *command = 0;
            *status = how;
        }
    return ended == 0;
}

/* True when all ended in time. */
static bool wait_all(unsigned turns, pid_t *command, int *status)
{
    while (reap(command, status)) {
        if (turns-- == 0)
            return false;
        pause_100_ms();
    }
    return true;
}

static void end_all(pid_t *command, int *status, const char *test)
{
    send_all(SIGTERM, test);
    while (!wait_all(STOP_TURNS, command, status))
        send_all(SIGKILL, NULL);
}

static pid_t start(char *const words[], const sigset_t *held)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    sigprocmask(SIG_UNBLOCK, held, NULL);
    signal(SIGINT, SIG_DFL);
    execvp(words[0], words);
    fprintf(stderr, "keeper: %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

static double seconds(struct timeval used)
{
    return (double)used.tv_sec + (double)used.tv_usec / 1e6;
}

static void tell_time(const struct timespec *begun)
{
    struct timespec now;
    struct rusage   used;

    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_CHILDREN, &used);
    fprintf(stderr, "took %.0f s, %.0f s of processors\n",
            (double)(now.tv_sec - begun->tv_sec) + (double)(now.tv_nsec - begun->tv_nsec) / 1e9,
            seconds(used.ru_utime) + seconds(used.ru_stime));
}

/* Waits for the command's end, a signal to stop or the end of its time (0 is without end). Gives the signal
 * that came last, 0 at the end of its time. */
static int attend(const sigset_t *held, unsigned limit, pid_t *command, int *status)
{
    struct timespec now;
    int             number = SIGCHLD;

    clock_gettime(CLOCK_MONOTONIC, &now);
    for (time_t until = now.tv_sec + limit; *command != 0 && number == SIGCHLD;) {
        struct timespec left = {.tv_sec = limit ? until - now.tv_sec : 3600};

        if (left.tv_sec <= 0)
            return 0;
        number = sigtimedwait(held, NULL, &left);
        if (number < 0)
            number = SIGCHLD;
        reap(command, status);
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    return number;
}

/* Ends all when it must. Gives the exit code. */
static int conclude(int number, unsigned limit, const char *name, pid_t *command, int *status)
{
    char test[512];

    if (number > 0 && number != SIGCHLD) {
        end_all(command, status, NULL);
        return 128 + number;
    }
    if (number == 0)
        snprintf(test, sizeof test, "%s ends within %u s", name, limit);
    else if (wait_all(GRACE_TURNS, command, status))
        return WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    else
        snprintf(test, sizeof test, "no process is left behind");
    end_all(command, status, test);
    return 1;
}

/* Reads "-t SECONDS"; gives how many words that took, or -1. */
static int read_limit(int count, char **words, unsigned *limit)
{
    char *end;

    if (count < 2 || strcmp(words[1], "-t") != 0)
        return 0;
    if (count < 4)
        return -1;
    *limit = (unsigned)strtoul(words[2], &end, 10);
    return *end || *limit == 0 || *limit > 1000000 ? -1 : 2;
}

int main(int count, char **words)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t         held;
    unsigned         limit = 0;
    int              number, code, status = 0, options = read_limit(count, words, &limit);
    pid_t            command, parent = getppid();
    struct timespec  begun;

    if (options < 0 || count < options + 2)
        return fprintf(stderr, "usage: keeper [-t SECONDS] COMMAND [WORD ...]\n"), 2;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&held, signals[i]);
    sigprocmask(SIG_BLOCK, &held, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    command = start(words + options + 1, &held);
    if (command < 0)
        return perror("keeper"), 126;
    number = getppid() == parent ? attend(&held, limit, &command, &status) : SIGTERM;
    code = conclude(number, limit, words[count - 1], &command, &status);
    if (number == 0 || number == SIGCHLD)
        tell_time(&begun);
    return code;
}
