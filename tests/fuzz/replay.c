/* Feeds a fuzz target the files of a folder, and changed copies of each from a fixed seed: replay FOLDER
 * [ROUNDS]. Works with any compiler; libFuzzer takes this file's place in `make fuzz`. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MOST 65536u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static uint64_t seed = 0x9E3779B97F4A7C15u;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* An input of exactly its own size, so that a sanitizer sees a byte read behind it. */
static void feed(const uint8_t *bytes, size_t length)
{
    uint8_t *own = malloc(length ? length : 1);

    if (!own)
        abort();
    memcpy(own, bytes, length);
    LLVMFuzzerTestOneInput(own, length);
    free(own);
}

static void feed_changed(const uint8_t *bytes, size_t length, unsigned rounds)
{
    static uint8_t changed[INPUT_MOST];

    for (unsigned i = 0; i < rounds && length > 0; i++) {
        memcpy(changed, bytes, length);
        for (uint64_t edits = next_random() % 4 + 1; edits > 0; edits--)
            changed[next_random() % length] = (uint8_t)next_random();
        feed(changed, next_random() % 4 ? length : next_random() % length);
    }
}

static size_t feed_file(const char *folder, const char *name, unsigned rounds)
{
    static uint8_t bytes[INPUT_MOST];
    char           path[4096];
    FILE          *file;
    size_t         length;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rbe");
    if (!file) {
        fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
        exit(2);
    }
    length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    feed(bytes, length);
    feed_changed(bytes, length, rounds);
    return 1;
}

int main(int argc, char **argv)
{
    DIR           *folder = argc > 1 ? opendir(argv[1]) : NULL;
    unsigned       rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 200;
    size_t         files = 0;
    struct dirent *item;

    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER [ROUNDS]\n", argv[0]);
        return 2;
    }
    while ((item = readdir(folder)))
        if (item->d_name[0] != '.')
            files += feed_file(argv[1], item->d_name, rounds);
    closedir(folder);
    printf("%zu inputs, %u changed copies of each\n", files, rounds);
    return files > 0 ? 0 : 1;
}
