#include "printer_send.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECT_MS 5000
#define WRITE_MS   20000 /* without one byte taken: out of paper, perhaps */
#define END_MS     2000  /* some printers never close: what they took by then is theirs */
#define PORT       "9100"

extern char **environ;

static bool split(const char *printer, char host[256], char port[8], struct error *error)
{
    bool        bracketed = printer[0] == '[';
    const char *begin = printer + bracketed, *end = bracketed ? strchr(printer, ']') : strrchr(printer, ':');
    const char *rest = end ? end + bracketed : "";

    if (!end && bracketed)
        begin = "";
    else if (!end || (!bracketed && strchr(printer, ':') != end)) { /* a bare IPv6 address has no port */
        end = printer + strlen(printer);
        rest = "";
    }
    if (*begin == '\0' || end - begin < 1 || end - begin > 255 || (*rest && (*rest != ':' || !rest[1])) ||
        strspn(*rest ? rest + 1 : "", "0123456789") != strlen(*rest ? rest + 1 : "") || strlen(rest) > 6)
        return error_field(error, "printer", "--printer is HOST or HOST:PORT, such as 192.0.2.7:9100");
    snprintf(host, 256, "%.*s", (int)(end - begin), begin);
    snprintf(port, 8, "%s", *rest ? rest + 1 : PORT);
    return true;
}

static bool ready(int file, short events, int ms)
{
    struct pollfd wanted = {.fd = file, .events = events};
    int           count;

    do
        count = poll(&wanted, 1, ms);
    while (count < 0 && errno == EINTR);
    if (count == 0)
        errno = ETIMEDOUT;
    return count > 0;
}

static bool connected(int file, const struct addrinfo *address)
{
    int       problem = 0;
    socklen_t size = sizeof problem;

    if (connect(file, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS || !ready(file, POLLOUT, CONNECT_MS) ||
        getsockopt(file, SOL_SOCKET, SO_ERROR, &problem, &size) != 0)
        return false;
    errno = problem;
    return problem == 0;
}

/* An open connection, or -1. */
static int reach(const char *printer, struct error *error)
{
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char            host[256], port[8];
    int             file = -1, problem;

    if (!split(printer, host, port, error))
        return -1;
    problem = getaddrinfo(host, port, &wanted, &found);
    if (problem != 0) {
        error_set(error, ERROR_UNAVAILABLE, "the printer %.200s is not found: %s", host,
                  gai_strerror(problem));
        return -1;
    }
    for (const struct addrinfo *at = found; at && file < 0; at = at->ai_next) {
        file = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
        if (file >= 0 && !connected(file, at)) {
            problem = errno;
            close(file);
            file = -1;
            errno = problem;
        }
    }
    if (file < 0)
        error_set(error, ERROR_UNAVAILABLE, "the printer %.200s does not answer: %s", printer,
                  strerror(errno));
    freeaddrinfo(found);
    return file;
}

/* Returns how many bytes were taken. */
static size_t write_all(int file, const struct buffer *bytes)
{
    size_t done = 0;

    while (done < bytes->length) {
        ssize_t count = write(file, bytes->text + done, bytes->length - done);

        if (count > 0)
            done += (size_t)count;
        else if (count < 0 && errno == EAGAIN) {
            if (!ready(file, POLLOUT, WRITE_MS))
                break;
        } else if (errno != EINTR)
            break;
    }
    return done;
}

/* Until the printer closes, too: one that breaks off has not taken all that was sent. */
static bool ended(int file)
{
    char    answer[256];
    ssize_t count = 1;

    if (shutdown(file, SHUT_WR) != 0)
        return false;
    while (count > 0 && ready(file, POLLIN, END_MS))
        do
            count = read(file, answer, sizeof answer);
        while (count < 0 && errno == EINTR);
    return count >= 0;
}

bool printer_send_network(const char *printer, const struct buffer *bytes, struct error *error)
{
    int  file = reach(printer, error), problem;
    bool sent;

    if (file < 0)
        return false;
    sent = write_all(file, bytes) == bytes->length && ended(file);
    problem = errno;
    close(file);
    return sent ||
           error_set(error, ERROR_UNAVAILABLE, "the printer %.200s broke off, look at what it printed: %s",
                     printer, strerror(problem));
}

static bool start_lp(const char *queue, const int channel[2], pid_t *process, struct error *error)
{
    char *const                words[] = {(char[]){"lp"}, (char[]){"-d"},  (char *)(uintptr_t)queue,
                                          (char[]){"-o"}, (char[]){"raw"}, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t          attributes;
    sigset_t                   defaults;
    int                        problem;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, channel[0], STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    problem = posix_spawnp(process, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem == 0 ||
           error_set(error, ERROR_UNAVAILABLE,
                     "lp cannot be started (Debian's package cups-client has it): %s", strerror(problem));
}

bool printer_send_cups(const char *queue, const struct buffer *bytes, struct error *error)
{
    int    channel[2], status = 0;
    pid_t  process;
    bool   started;
    size_t done = 0;

    if (!*queue || queue[0] == '-')
        return error_field(error, "cups", "--cups is the name of a queue, as lpstat -e shows it");
    if (pipe2(channel, O_CLOEXEC) != 0)
        return error_set(error, ERROR_INTERNAL, "no pipe: %s", strerror(errno));
    started = start_lp(queue, channel, &process, error);
    close(channel[0]);
    if (started)
        done = write_all(channel[1], bytes);
    close(channel[1]);
    if (!started)
        return false;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0 && done == bytes->length) ||
           error_set(error, ERROR_UNAVAILABLE, "lp did not take the label for the queue %.100s", queue);
}
