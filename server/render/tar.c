#include "render/tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK     512u
#define SIZE_MOST ((uint64_t)077777777777)

/* POSIX.1-1988 "ustar"; numbers are octal texts. */
struct head {
    char name[100], mode[8], owner[8], group[8], size[12], modified[12], checksum[8], type, link[100],
        magic[6], version[2], owner_name[32], group_name[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct head) == BLOCK, "a head fills a block");

static unsigned sum(const struct head *head)
{
    const unsigned char *bytes = (const unsigned char *)head;
    unsigned             all = 0;

    for (size_t i = 0; i < sizeof *head; i++)
        all += bytes[i];
    return all;
}

bool tar_head(struct buffer *out, const char *path, uint64_t size, int64_t modified_s, struct error *error)
{
    struct head head = {.type = '0', .version = {'0', '0'}};

    if (strlen(path) > sizeof head.name || size > SIZE_MOST)
        return error_set(error, ERROR_TOO_LARGE, "%.120s does not fit into a tar archive", path);
    memcpy(head.name, path, strlen(path));
    memcpy(head.magic, "ustar", 6);
    snprintf(head.mode, sizeof head.mode, "%07o", 0644u);
    snprintf(head.owner, sizeof head.owner, "%07o", 0u);
    snprintf(head.group, sizeof head.group, "%07o", 0u);
    snprintf(head.size, sizeof head.size, "%011" PRIo64, size);
    snprintf(head.modified, sizeof head.modified, "%011" PRIo64, (uint64_t)modified_s & SIZE_MOST);
    memset(head.checksum, ' ', sizeof head.checksum);
    snprintf(head.checksum, sizeof head.checksum, "%06o", sum(&head));
    buffer_add(out, (const char *)&head, sizeof head);
    return true;
}

static void add_zeros(struct buffer *out, size_t count)
{
    static const char zeros[2 * BLOCK];

    buffer_add(out, zeros, count);
}

void tar_pad(struct buffer *out, uint64_t size)
{
    add_zeros(out, (size_t)((BLOCK - size % BLOCK) % BLOCK));
}

void tar_end(struct buffer *out)
{
    add_zeros(out, (size_t)2 * BLOCK);
}
