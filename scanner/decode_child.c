/*
 * A child for each picture: a fork of so small a process takes less than a millisecond, and a picture that
 * takes the child over can then change the reading of no other.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "charset.h"
#include "decode.h"
#include "decode_wire.h"
#include "sandbox.h"

#define LOADING_MS                                                                                           \
    4000 /* beyond the budget: to open and unpack the file, and to end what a library has begun */

static void tell(void *context, const struct decode_result *result)
{
    if (!wire_say_code(*(int *)context, result))
        _exit(1);
}

/* What is read: a file or a frame. */
struct job {
    const char         *path; /* NULL: the frame */
    const struct frame *frame;
};

/* The queue, its lock and the network are none of the child's business. Errors may still be told. */
static void keep_only(int pipe, int file)
{
    int most = pipe > file ? pipe : file;

    for (int i = 0; i < most; i++)
        if (i != pipe && i != file && i != STDERR_FILENO)
            close(i);
    if (close_range((unsigned)most + 1, ~0U, 0) != 0 && errno != ENOSYS)
        _exit(1);
}

static void work(const struct job *job, const struct decode_settings *settings, int pipe)
{
    struct error     error = {0};
    struct picture   picture = {0};
    enum decode_rest rest;
    int              file = job->path ? picture_open(job->path, &error) : -1;
    bool             done;

    keep_only(pipe, file);
    sandbox_enter((unsigned)(settings->budget_ms + LOADING_MS) / 1000 + 1);
    if (job->path ? file >= 0 && picture_read(file, &picture, &error)
                  : frame_read(job->frame, &picture, &error)) {
        rest = decode_each(&picture, settings, tell, &pipe);
        done = wire_say_done(pipe, rest);
    } else {
        done = wire_say_failed(pipe, &error);
    }
    _exit(done ? 0 : 1);
}

/* Waits for the child at most until the deadline, then ends it. What it said until then counts. */
static enum wire_kind listen_to(int pipe, const struct budget *deadline, struct decode_result *results,
                                size_t most, size_t *count, enum decode_rest *rest, struct error *error)
{
    static struct decode_result heard;
    enum wire_kind              kind;

    while ((kind = wire_hear(pipe, deadline, &heard, rest, error)) == WIRE_CODE)
        if (*count < most)
            results[(*count)++] = heard;
    return kind;
}

static bool decode_apart(const struct job *job, const struct decode_settings *settings,
                         struct decode_result *results, size_t most, size_t *count, struct error *error)
{
    struct budget    deadline = budget_of_ms(settings->budget_ms + LOADING_MS);
    int              ends[2];
    pid_t            child;
    enum wire_kind   last;
    enum decode_rest rest = DECODE_REST_TIME; /* unless it says otherwise to its end */

    *count = 0;
    charset_prepare();
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot start the decoder: %s", strerror(errno));
    child = fork();
    if (child == 0) {
        close(ends[0]);
        work(job, settings, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return error_set(error, ERROR_INTERNAL, "cannot start the decoder: %s", strerror(errno));
    }
    last = listen_to(ends[0], &deadline, results, most, count, &rest, error);
    if (settings->rest)
        *settings->rest = *count > 0 ? rest : DECODE_REST_NONE;
    close(ends[0]);
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    if (last == WIRE_FAILED)
        return false;
    if (*count > 0)
        return true;
    return error_set(error, ERROR_NOT_FOUND,
                     last == WIRE_DONE ? "no code was found in this picture"
                                       : "the decoder did not survive this picture, or took too long");
}

bool decode_file(const char *path, const struct decode_settings *settings, struct decode_result *results,
                 size_t most, size_t *count, struct error *error)
{
    return decode_apart(&(struct job){.path = path}, settings, results, most, count, error);
}

bool decode_frame(const struct frame *frame, const struct decode_settings *settings,
                  struct decode_result *results, size_t most, size_t *count, struct error *error)
{
    return decode_apart(&(struct job){.frame = frame}, settings, results, most, count, error);
}
