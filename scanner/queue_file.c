#include "queue_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "checksum.h"

#define SUM_SIZE      9u /* bytes: '#' and eight digits */
#define COUNTER_SIZE  30u
#define NUMBER_MOST   (INT64_MAX / 2)
#define RECORD_BEGIN  "{\"event_id\":"
#define LOCK_TRIES    30 /* somebody who only looks is done within this time */
#define LOCK_PAUSE_NS 20000000
#define RECORD_MOST   16384u /* bytes */

int queue_file_lock(const char *folder, struct error *error)
{
    char path[600];
    int  file;

    snprintf(path, sizeof path, "%s/lock", folder);
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        error_set(error, ERROR_UNAVAILABLE, "cannot open %s: %s", path, strerror(errno));
        return -1;
    }
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0)
            return file;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
    }
    error_set(error, ERROR_CONFLICT, "in use: another spoor-scan works in %s", folder);
    close(file);
    return -1;
}

int64_t queue_file_counter(const char *folder)
{
    char     path[600], text[COUNTER_SIZE + 1] = "", *end;
    uint32_t sum;
    int64_t  number;
    FILE    *file;
    size_t   got;

    snprintf(path, sizeof path, "%s/counter", folder);
    file = fopen(path, "re");
    got = file ? fread(text, 1, COUNTER_SIZE, file) : 0;
    if (file)
        fclose(file);
    if (got != COUNTER_SIZE)
        return 0;
    sum = (uint32_t)strtoul(text + 21, &end, 16);
    number = strtoll(text, NULL, 10);
    return *end == '\n' && checksum_of(text, 20) == sum && number > 0 && number <= NUMBER_MOST ? number : 0;
}

void queue_file_count(const char *folder, int64_t number)
{
    char path[600], text[COUNTER_SIZE + 1];
    int  file;

    snprintf(path, sizeof path, "%s/counter", folder);
    snprintf(text, sizeof text, "%020" PRId64, number);
    snprintf(text + 20, sizeof text - 20, " %08x\n", checksum_of(text, 20));
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return;
    if (pwrite(file, text, COUNTER_SIZE, 0) != (ssize_t)COUNTER_SIZE)
        unlink(path);
    close(file);
}

/* Never in the place of another file. */
static bool move(const char *from, const char *to, const char *tail, struct error *error)
{
    char        old[640], new[640];
    struct stat about;

    snprintf(old, sizeof old, "%s%s", from, tail);
    snprintf(new, sizeof new, "%s%s", to, tail);
    return stat(new, &about) == 0 || rename(old, new) == 0 || errno == ENOENT ||
           error_set(error, ERROR_UNAVAILABLE, "the queue is damaged and cannot be moved aside: %s",
                     strerror(errno));
}

static void name_kept(const char *path, char *kept, size_t size)
{
    struct stat about;
    long long   now = (long long)time(NULL);

    do
        snprintf(kept, size, "%s.damaged-%lld", path, now++);
    while (stat(kept, &about) == 0);
}

/* A move that was cut off is finished: there is no database yet that the log could belong to. */
bool queue_file_awaits_rescue(const char *path)
{
    char         aside[600];
    struct stat  about;
    struct error expected = {0};

    snprintf(aside, sizeof aside, "%s" QUEUE_FILE_ASIDE, path);
    if (stat(aside, &about) != 0)
        return false;
    if (stat(path, &about) != 0 &&
        (!move(path, aside, "-wal", &expected) || !move(path, aside, "-shm", &expected)))
        expected.kind = ERROR_NONE; /* the database alone is rescued */
    return true;
}

/* The database first: see above. Where one awaits its rescue, this one is the beginning of what would have
 * taken its place, and holds nothing else. */
bool queue_file_set_aside(const char *path, struct error *error)
{
    char aside[600];

    if (queue_file_awaits_rescue(path))
        name_kept(path, aside, sizeof aside);
    else
        snprintf(aside, sizeof aside, "%s" QUEUE_FILE_ASIDE, path);
    return move(path, aside, "", error) && move(path, aside, "-wal", error) &&
           move(path, aside, "-shm", error);
}

/* The database last: while it is there, the rescue is done again. */
bool queue_file_rescued(const char *path, char *kept, size_t size, struct error *error)
{
    char aside[600];

    snprintf(aside, sizeof aside, "%s" QUEUE_FILE_ASIDE, path);
    name_kept(path, kept, size);
    return move(aside, kept, "-wal", error) && move(aside, kept, "-shm", error) &&
           move(aside, kept, "", error);
}

void queue_file_read(const char *path, struct buffer *bytes)
{
    char   piece[65536];
    size_t got;
    FILE  *file = fopen(path, "re");

    while (file && !bytes->overflowed && (got = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_add(bytes, piece, got);
    if (file)
        fclose(file);
}

char *queue_file_record(const char *body)
{
    size_t length = strlen(body);
    char  *record;

    if (length + SUM_SIZE >= RECORD_MOST)
        return NULL;
    record = malloc(length + SUM_SIZE + 1);
    if (!record)
        abort();
    memcpy(record, body, length);
    snprintf(record + length, SUM_SIZE + 1, "#%08x", checksum_of(body, length));
    return record;
}

/* Whether "#" and the sum of the bytes before it stand at `hash`. */
static bool sum_fits(const char *body, const char *hash)
{
    char digits[SUM_SIZE];

    snprintf(digits, sizeof digits, "%08x", checksum_of(body, (size_t)(hash - body)));
    return hash[0] == '#' && memcmp(hash + 1, digits, SUM_SIZE - 1) == 0;
}

size_t queue_file_body(const char *record)
{
    size_t length = strlen(record);

    return length > SUM_SIZE && sum_fits(record, record + length - SUM_SIZE) ? length - SUM_SIZE : 0;
}

static void carve_at(const char *begin, const char *end, queue_record_function *found, void *context)
{
    const char *most = end - begin > (ptrdiff_t)RECORD_MOST ? begin + RECORD_MOST : end;

    for (const char *at = begin; at + SUM_SIZE < most; at++) {
        at = memchr(at, '}', (size_t)(most - at) - SUM_SIZE);
        if (!at)
            return;
        if (at[1] == '#' && sum_fits(begin, at + 1)) {
            found(begin, (size_t)(at + 1 - begin), context);
            return;
        }
    }
}

void queue_file_carve(const struct buffer *bytes, queue_record_function *found, void *context)
{
    const char *at = bytes->text, *end = at ? at + bytes->length : NULL;

    while (at && at < end && (at = memmem(at, (size_t)(end - at), RECORD_BEGIN, strlen(RECORD_BEGIN)))) {
        carve_at(at, end, found, context);
        at++;
    }
}
