#include "decode.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_SECONDS 10u
#define CHILD_MEMORY                                                                                         \
    ((rlim_t)700 * 1024 * 1024) /* bytes: 64 megapixels at double room, and the libraries                    \
                                 */

/* What the child writes into the pipe: a head, then the codes. */
struct head {
    struct error error; /* of kind ERROR_NONE when the picture could be read */
    size_t       count;
};

static void limit(int resource, rlim_t value)
{
    struct rlimit both = {.rlim_cur = value, .rlim_max = value};

    if (setrlimit(resource, &both) != 0)
        _exit(1);
}

static bool write_all(int file, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t written = write(file, at, length);

        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool read_all(int file, void *bytes, size_t length)
{
    char *at = bytes;

    while (length > 0) {
        ssize_t got = read(file, at, length);

        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        at += got > 0 ? got : 0;
        length -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

static void work(const char *path, const struct decode_settings *settings, int pipe, size_t most)
{
    static struct decode_result codes[DECODED_MOST];
    struct head                 head = {0};
    struct picture              picture;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CPU, CHILD_SECONDS);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
#ifndef __SANITIZE_ADDRESS__ /* which reserves more addresses than any limit allows */
    limit(RLIMIT_AS, CHILD_MEMORY);
#endif
    if (picture_read(path, &picture, &head.error)) {
        head.count = decode_picture(&picture, settings, codes, most < DECODED_MOST ? most : DECODED_MOST);
        picture_free(&picture);
    }
    _exit(write_all(pipe, &head, sizeof head) && write_all(pipe, codes, sizeof codes[0] * head.count) ? 0
                                                                                                      : 1);
}

bool decode_file(const char *path, const struct decode_settings *settings, struct decode_result *codes,
                 size_t most, size_t *count, struct error *error)
{
    int         ends[2];
    pid_t       child;
    struct head head;
    bool        answered;

    *count = 0;
    if (pipe(ends) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot start the decoder: %s", strerror(errno));
    child = fork();
    if (child == 0) {
        close(ends[0]);
        work(path, settings, ends[1], most);
    }
    close(ends[1]);
    answered = child > 0 && read_all(ends[0], &head, sizeof head) && head.count <= most &&
               read_all(ends[0], codes, sizeof codes[0] * head.count);
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    if (!answered)
        return error_set(error, ERROR_NOT_FOUND, "not readable: the decoder did not survive this picture");
    if (head.error.kind != ERROR_NONE) {
        *error = head.error;
        return false;
    }
    *count = head.count;
    return *count > 0 || error_set(error, ERROR_NOT_FOUND, "not readable: no code was found in this picture");
}
