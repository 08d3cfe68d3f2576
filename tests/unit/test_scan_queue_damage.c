/* test_scan_queue_damage.c: what the queue saves, and says, when its files are damaged or the disk is full.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "shared/buffer.h"
#include "unit/queue_helpers.h"

static void read_file(const char *from, const char *name, struct buffer *bytes)
{
    char  path[200], piece[8192];
    FILE *file;

    bytes->limit = FILE_END;
    snprintf(path, sizeof path, "%s/%s", from, name);
    file = fopen(path, "re");
    for (size_t got; file && (got = fread(piece, 1, sizeof piece, file)) > 0;)
        buffer_add(bytes, piece, got);
    if (file)
        fclose(file);
}

static void write_file(const char *to, const char *name, const char *bytes, size_t count)
{
    char  path[200];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", to, name);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

struct snapshot {
    struct buffer database, log, counter;
};

/* The files of a queue of SCANS scans: as after a clean end, or as after a kill -9. */
static void take_snapshot(bool killed, struct snapshot *snapshot)
{
    struct queue *queue = open_in(folder);

    store_all(queue, 1, SCANS);
    if (!killed)
        queue_close(queue);
    read_file(folder, "queue.db", &snapshot->database);
    read_file(folder, "queue.db-wal", &snapshot->log);
    read_file(folder, "counter", &snapshot->counter);
    if (killed)
        queue_close(queue);
}

static void lay_out(const struct snapshot *snapshot)
{
    empty(copy);
    write_file(copy, "queue.db", snapshot->database.text, snapshot->database.length);
    if (snapshot->log.length)
        write_file(copy, "queue.db-wal", snapshot->log.text, snapshot->log.length);
    write_file(copy, "counter", snapshot->counter.text, snapshot->counter.length);
}

static void free_snapshot(struct snapshot *snapshot)
{
    buffer_free(&snapshot->database);
    buffer_free(&snapshot->log);
    buffer_free(&snapshot->counter);
}

/* Opens the damaged copy: what is not there any more is told, no number is given twice, it goes on working.
 */
static size_t check_copy(void)
{
    struct queue *queue = open_in(copy);
    struct error  error = {0};
    size_t        told = 0, sound = check_items(queue, &told);

    if (sound + told < SCANS && !*queue_notice(queue))
        fail_msg("%zu of %d scans are left, and nothing is said", sound, SCANS);
    assert_true(queue_next_seq(queue) > SCANS);
    assert_true(store(queue, queue_next_seq(queue), &error));
    queue_close(queue);
    return sound;
}

static void survives_flipped_bits(void **state)
{
    uint64_t seed = 7;

    (void)state;
    for (int killed = 0; killed < 2; killed++) {
        struct snapshot snapshot = {0};
        struct buffer  *target = &snapshot.database;

        empty(folder);
        take_snapshot(killed, &snapshot);
        if (killed)
            target = &snapshot.log;
        assert_true(target->length > 4096);
        for (int i = 0; i < 400; i++) {
            size_t at;

            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            at = (size_t)(seed >> 33) % target->length;
            target->text[at] = (char)(target->text[at] ^ 1 << (seed >> 29 & 7));
            lay_out(&snapshot);
            target->text[at] = (char)(target->text[at] ^ 1 << (seed >> 29 & 7));
            if (check_copy() + 1 < SCANS)
                fail_msg("one flipped bit at %zu (killed: %d) took more than one scan", at, killed);
        }
        free_snapshot(&snapshot);
    }
}

static void survives_cuts_holes_and_noise(void **state)
{
    (void)state;
    for (int killed = 0; killed < 2; killed++) {
        struct snapshot snapshot = {0};
        struct buffer  *target = &snapshot.database;
        size_t          whole;

        empty(folder);
        take_snapshot(killed, &snapshot);
        if (killed)
            target = &snapshot.log;
        whole = target->length;
        for (size_t length = 0; length < whole; length += 211) {
            target->length = length;
            lay_out(&snapshot);
            check_copy();
        }
        target->length = whole;
        for (size_t hole = 0; hole + 4096 <= whole; hole += 4096) {
            char kept[4096];

            memcpy(kept, target->text + hole, sizeof kept);
            memset(target->text + hole, 0, sizeof kept);
            lay_out(&snapshot);
            memcpy(target->text + hole, kept, sizeof kept);
            check_copy();
        }
        for (int i = 0; i < 1000; i++)
            buffer_add(target, "\xA5\x5A\x00", 3);
        lay_out(&snapshot);
        assert_int_equal(check_copy(), SCANS);
        free_snapshot(&snapshot);
    }
}

static bool has_file(const char *begin)
{
    DIR           *directory = opendir(copy);
    struct dirent *entry;
    bool           found = false;

    while ((entry = readdir(directory)))
        found = found || strncmp(entry->d_name, begin, strlen(begin)) == 0;
    closedir(directory);
    return found;
}

static void keeps_a_file_that_is_no_queue_aside(void **state)
{
    static const char noise[] =
        "this is certainly not a queue, and it is longer than a hundred bytes, because "
        "what is shorter could pass for an empty file of SQLite itself";
    struct snapshot snapshot = {0};
    struct queue   *queue;

    (void)state;
    take_snapshot(false, &snapshot);
    lay_out(&snapshot);
    write_file(copy, "queue.db", noise, sizeof noise);
    queue = open_in(copy);
    assert_non_null(strstr(queue_notice(queue), "damaged"));
    assert_non_null(strstr(queue_notice(queue), "1 to 12"));
    assert_int_equal(queue_next_seq(queue), SCANS + 1);
    queue_close(queue);
    assert_true(has_file("queue.db.damaged-"));
    queue = open_in(copy);
    assert_string_equal(queue_notice(queue), "");
    assert_int_equal(queue_next_seq(queue), SCANS + 1);
    queue_close(queue);
    free_snapshot(&snapshot);
}

static void notices_that_the_queue_is_gone_or_an_older_copy(void **state)
{
    struct snapshot old = {0}, new = {0};
    size_t          told = 0;
    struct queue   *queue;

    (void)state;
    take_snapshot(false, &old);
    queue = open_in(folder);
    store_all(queue, SCANS + 1, SCANS + 5);
    queue_close(queue);
    read_file(folder, "counter", &new.counter);
    new.database.limit = FILE_END;
    buffer_add(&new.database, old.database.text, old.database.length);
    lay_out(&new);
    queue = open_in(copy);
    assert_non_null(strstr(queue_notice(queue), "numbers 13 to 17"));
    assert_int_equal(queue_next_seq(queue), SCANS + 6);
    assert_int_equal(check_items(queue, &told), SCANS);
    queue_close(queue);
    new.database.length = 0;
    lay_out(&new);
    queue = open_in(copy);
    assert_non_null(strstr(queue_notice(queue), "numbers 1 to 17"));
    queue_close(queue);
    free_snapshot(&old);
    free_snapshot(&new);
}

static void leaves_the_queue_of_a_newer_version_alone(void **state)
{
    struct snapshot snapshot = {0};
    struct buffer   after = {0};
    struct error    error = {0};

    (void)state;
    take_snapshot(false, &snapshot);
    snapshot.database.text[63] = 9; /* user_version, big-endian at 60 */
    lay_out(&snapshot);
    assert_null(queue_open(copy, NOW_MS, &error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
    assert_non_null(strstr(error.message, "newer"));
    read_file(copy, "queue.db", &after);
    assert_int_equal(after.length, snapshot.database.length);
    assert_memory_equal(after.text, snapshot.database.text, after.length);
    buffer_free(&after);
    free_snapshot(&snapshot);
}

/* A disk of 1 MiB, which only root can make. */
static void refuses_to_scan_on_a_full_disk_and_keeps_what_it_has(void **state)
{
    struct queue *queue;
    struct error  error = {0};
    char          path[120], block[4096] = {0};
    int64_t       stored = 0;
    size_t        told = 0;
    FILE         *filler;

    (void)state;
    if (geteuid() != 0 || mount("none", copy, "tmpfs", 0, "size=1m") != 0)
        skip();
    queue = open_in(copy);
    store_all(queue, 1, 3);
    snprintf(path, sizeof path, "%s/filler", copy);
    filler = fopen(path, "we");
    assert_non_null(filler);
    while (fwrite(block, 1, sizeof block, filler) == sizeof block && fflush(filler) == 0)
        continue;
    fclose(filler);
    for (stored = 3; stored < 2000 && store(queue, stored + 1, &error); stored++)
        assert_int_equal(queue_next_seq(queue), stored + 2);
    assert_true(stored < 2000);
    assert_int_equal(error.kind, ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.message, "NOT recorded"));
    assert_int_equal(queue_next_seq(queue), stored + 1);
    assert_int_equal(summary_of(queue).waiting, stored);
    unlink(path);
    store_all(queue, stored + 1, stored + 2);
    queue_close(queue);
    queue = open_in(copy);
    assert_int_equal(check_items(queue, &told), (size_t)stored + 2);
    queue_close(queue);
    assert_int_equal(umount(copy), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(survives_flipped_bits, clean_folder),
        cmocka_unit_test_setup(survives_cuts_holes_and_noise, clean_folder),
        cmocka_unit_test_setup(keeps_a_file_that_is_no_queue_aside, clean_folder),
        cmocka_unit_test_setup(notices_that_the_queue_is_gone_or_an_older_copy, clean_folder),
        cmocka_unit_test_setup(leaves_the_queue_of_a_newer_version_alone, clean_folder),
        cmocka_unit_test_setup(refuses_to_scan_on_a_full_disk_and_keeps_what_it_has, clean_folder),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
