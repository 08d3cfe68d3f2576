/*
 * Changes a bundle in every small way, one at a time, and asks the verifier each time:
 *
 *   change_bundle FOLDER KEYS BITS     BITS: how many of each byte's bits are flipped, 1 to 8
 *
 * The folder is left as it was. Prints what was changed without being found, then how many changes of each
 * sort there were. Ends with 1 when the honest bundle is not intact or a changed one is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/arena.h"
#include "verify/bundle_check.h"
#include "verify/held_files.h"

#define FILES_MOST 64u
#define PARTS_MOST 4096u

struct part {
    size_t from, length;
};

struct changed_file {
    char     path[512];
    uint8_t *bytes, *other;
    size_t   length;
};

static const char         *folder;
static struct note_key     keys[HELD_KEYS_MOST];
static size_t              key_count, file_count;
static struct changed_file files[FILES_MOST];
static unsigned long       tried, missed;

static void stop(const char *doing, const char *what)
{
    fprintf(stderr, "%s %s: %s\n", doing, what, strerror(errno));
    exit(2);
}

static bool is_intact(void)
{
    struct findings     findings = {0};
    struct error        error = {0};
    struct bundle_check check = {
        .folder = folder, .keys = keys, .key_count = key_count, .findings = &findings, .only_whether = true};

    return bundle_check_run(&check, &error) && finding_total(&findings) == 0;
}

static void ask(const struct changed_file *file, const char *how, size_t one, size_t other)
{
    tried++;
    if (!is_intact())
        return;
    missed++;
    printf("not found: %s: %s %zu %zu\n", file->path + strlen(folder) + 1, how, one, other);
}

static void write_file(const struct changed_file *file, const uint8_t *bytes, size_t length)
{
    int handle = open(file->path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    if (handle < 0 || write(handle, bytes, length) != (ssize_t)length || close(handle) != 0)
        stop("cannot write", file->path);
}

static void read_file(const char *path)
{
    struct changed_file *file = &files[file_count++];
    struct stat          about;
    int                  handle = open(path, O_RDONLY | O_CLOEXEC);

    if (handle < 0 || fstat(handle, &about) != 0)
        stop("cannot read", path);
    snprintf(file->path, sizeof file->path, "%s", path);
    file->length = (size_t)about.st_size;
    file->bytes = malloc(file->length + 1);
    file->other = malloc(2 * file->length + 2);
    if (!file->bytes || !file->other || read(handle, file->bytes, file->length) != (ssize_t)file->length)
        stop("cannot read", path);
    close(handle);
}

static void find_files(const char *in)
{
    DIR           *list = opendir(in);
    struct dirent *item;
    struct stat    about;
    char           path[512];

    if (!list)
        stop("cannot read", in);
    while ((item = readdir(list))) {
        if (item->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%.250s/%.250s", in, item->d_name);
        if (stat(path, &about) != 0 || file_count == FILES_MOST)
            stop("cannot take", path);
        if (S_ISDIR(about.st_mode))
            find_files(path);
        else
            read_file(path);
    }
    closedir(list);
}

/* One byte is written, nothing else: the quickest change there is. */
static void flip_bits(const struct changed_file *file, unsigned bits)
{
    int handle = open(file->path, O_WRONLY | O_CLOEXEC);

    for (size_t at = 0; handle >= 0 && at < file->length; at++) {
        for (unsigned n = 0; n < bits; n++) {
            unsigned bit = (unsigned)(at + n) % 8;
            uint8_t  byte = (uint8_t)(file->bytes[at] ^ 1u << bit);

            if (pwrite(handle, &byte, 1, (off_t)at) != 1)
                stop("cannot write", file->path);
            ask(file, "bit flipped at", at, bit);
        }
        if (pwrite(handle, &file->bytes[at], 1, (off_t)at) != 1)
            stop("cannot write", file->path);
    }
    if (handle < 0 || close(handle) != 0)
        stop("cannot write", file->path);
}

static void remove_file(const struct changed_file *file)
{
    char away[600];

    snprintf(away, sizeof away, "%s.away", folder);
    if (rename(file->path, away) != 0)
        stop("cannot move", file->path);
    ask(file, "removed", 0, 0);
    if (rename(away, file->path) != 0)
        stop("cannot move", away);
}

/* Lines, or the records of "entries". */
static size_t parts_of(const struct changed_file *file, struct part *parts)
{
    const char *name = strrchr(file->path, '/') + 1;
    bool        records = strcmp(name, "entries") == 0;
    size_t      count = 0;

    if (!records && !strstr(name, ".jsonl"))
        return 0;
    for (size_t at = 0; at < file->length && count < PARTS_MOST; at += parts[count++].length) {
        const uint8_t *end = memchr(file->bytes + at, '\n', file->length - at);

        parts[count].from = at;
        parts[count].length = records ? 2u + ((size_t)file->bytes[at] << 8 | file->bytes[at + 1])
                                      : (size_t)(end - (file->bytes + at)) + 1;
    }
    return count;
}

static size_t put(const struct changed_file *file, size_t at, struct part part)
{
    memcpy(file->other + at, file->bytes + part.from, part.length);
    return at + part.length;
}

/* The parts in a row, `one` and `other` in each other's place; `gone` left out, `twice` written twice. */
static void rearrange(const struct changed_file *file, const struct part *parts, size_t count, size_t one,
                      size_t other, size_t gone, size_t twice)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        size_t source = i == one ? other : i == other ? one : i;

        length = i == gone ? length : put(file, length, parts[source]);
        length = i == twice ? put(file, length, parts[source]) : length;
    }
    write_file(file, file->other, length);
}

static void rearrange_all(const struct changed_file *file)
{
    static struct part parts[PARTS_MOST];
    size_t             count = parts_of(file, parts);

    for (size_t one = 0; one < count; one++) {
        for (size_t other = one + 1; other < count; other++) {
            rearrange(file, parts, count, one, other, count, count);
            ask(file, "swapped", one, other);
        }
        rearrange(file, parts, count, count, count, one, count);
        ask(file, "left out", one, 0);
        rearrange(file, parts, count, count, count, count, one);
        ask(file, "doubled", one, 0);
    }
    write_file(file, file->bytes, file->length);
}

static void cut_and_add(const struct changed_file *file)
{
    for (size_t cut = 1; cut <= 64 && cut <= file->length; cut++) {
        write_file(file, file->bytes, file->length - cut);
        ask(file, "cut at", file->length - cut, 0);
    }
    memcpy(file->other, file->bytes, file->length);
    for (unsigned byte = 0; byte < 256; byte++) {
        file->other[file->length] = (uint8_t)byte;
        write_file(file, file->other, file->length + 1);
        ask(file, "byte added", byte, 0);
    }
    write_file(file, file->bytes, file->length);
}

static void change_all(unsigned bits)
{
    unsigned long before = tried;

    for (size_t i = 0; i < file_count; i++)
        flip_bits(&files[i], bits);
    printf("%lu bits flipped, ", tried - before);
    for (size_t i = 0; i < file_count; i++)
        remove_file(&files[i]);
    printf("%zu files removed, ", file_count);
    before = tried;
    for (size_t i = 0; i < file_count; i++)
        rearrange_all(&files[i]);
    printf("%lu lines and entries swapped, left out or doubled, ", tried - before);
    before = tried;
    for (size_t i = 0; i < file_count; i++)
        cut_and_add(&files[i]);
    printf("%lu ends cut or added to: %lu changes, %lu not found\n", tried - before, tried, missed);
}

int main(int argc, char **argv)
{
    struct error error = {0};
    unsigned     bits = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;

    if (argc < 3 || bits < 1 || bits > 8 || sodium_init() < 0) {
        fprintf(stderr, "usage: %s FOLDER KEYS [BITS]\n", argv[0]);
        return 2;
    }
    mallopt(M_MMAP_THRESHOLD,
            1 << 30); /* a check asks for the same again and again: the kernel need not know */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    folder = argv[1];
    if (!held_files_key(argv[2], keys, &key_count, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    find_files(folder);
    if (!is_intact()) {
        puts("the honest bundle is not intact");
        return 1;
    }
    change_all(bits);
    return missed > 0 || !is_intact();
}
