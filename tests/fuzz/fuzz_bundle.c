/* A bundle one of whose files is the input (its first byte says which): never intact, unless it is the honest
 * file. */
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "forge/forge.h"
#include "verify/bundle_check.h"

#define NOON      INT64_C(1767268800000)
#define FILE_MOST 65536u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static struct honest_file {
    const char *name;
    uint8_t     bytes[FILE_MOST];
    size_t      length;
} files[] = {{.name = "entries"},    {.name = "events.jsonl"}, {.name = "openings.jsonl"},
             {.name = "checkpoint"}, {.name = "scope"},        {.name = "tile/0/000.p/5"}};

static char         folder[64];
static struct forge forge;

static void put(const struct honest_file *file, const uint8_t *bytes, size_t length)
{
    char path[128];
    int  handle;

    snprintf(path, sizeof path, "%s/%s", folder, file->name);
    handle = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (handle < 0 || write(handle, bytes, length) != (ssize_t)length || close(handle) != 0)
        abort();
}

static void take_honest(struct honest_file *file)
{
    char path[128];
    int  handle;

    snprintf(path, sizeof path, "%s/%s", folder, file->name);
    handle = open(path, O_RDONLY | O_CLOEXEC);
    if (handle < 0)
        abort();
    file->length = (size_t)read(handle, file->bytes, FILE_MOST);
    close(handle);
}

static void make_bundle(void)
{
    struct forge_device device = {.id = {7}};
    struct forge_event  first = {.device = &device,
                                 .kind = 1,
                                 .recorded_ms = NOON,
                                 .happened_ms = NOON,
                                 .holder = "3488a348-3ce9-462c-a9c4-d124ab9dcb44 Noor",
                                 .identity = "laptop",
                                 .recorder = "3488a348-3ce9-462c-a9c4-d124ab9dcb44 Noor"},
                       later = {.device = &device,
                                .kind = 4,
                                .step = 3,
                                .recorded_ms = NOON,
                                .happened_ms = NOON,
                                .place = "d6b6140f-eb63-4b4b-b8ec-23032df75152 Shelf",
                                .recorder = first.recorder,
                                .public_note = "a \"b\"\n\xC3\xA9"};

    snprintf(folder, sizeof folder, "%s/spoor-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (sodium_init() < 0 || !mkdtemp(folder))
        abort();
    forge_begin(&forge, folder, NOON);
    forge_event(&forge, &first);
    forge_event(&forge, &later);
    later.corrects = first.event_id;
    later.place = NULL;
    memset(later.event_id, 0, sizeof later.event_id);
    forge_event(&forge, &later);
    forge_configuration(&forge, &forge.signer.key, NOON);
    forge_end(&forge);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        take_honest(&files[i]);
}

static void remove_bundle(void)
{
    static const char *const folders[] = {"tile/0/000.p", "tile/0", "tile"};
    char                     path[128];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        unlink(path);
    }
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        rmdir(path);
    }
    rmdir(folder);
}

static bool is_intact(void)
{
    struct findings     findings = {0};
    struct error        error = {0};
    struct bundle_check check = {
        .folder = folder, .keys = &forge.signer.key, .key_count = 1, .findings = &findings};

    return bundle_check_run(&check, &error) && finding_total(&findings) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct honest_file *file;
    bool                honest;

    if (!folder[0]) {
        make_bundle();
        atexit(remove_bundle);
    }
    if (length == 0 || length > FILE_MOST)
        return 0;
    file = &files[bytes[0] % (sizeof files / sizeof *files)];
    honest = length - 1 == file->length && memcmp(bytes + 1, file->bytes, file->length) == 0;
    put(file, bytes + 1, length - 1);
    if (is_intact() != honest)
        abort();
    put(file, file->bytes, file->length);
    return 0;
}
