/* Entries: what is accepted has one encoding only, which the writer gives again. */
#include <stdlib.h>
#include <string.h>

#include "audit/commitment.h"
#include "audit/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct entry_writer writer;
    struct entry               entry;
    struct error               error = {0};
    uint8_t                    digest[HASH_SIZE], salt[SALT_SIZE] = {0};

    if (!entry_parse(bytes, length, &entry, &error)) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    entry_digest(&entry, digest);
    entry_begin(&writer, entry.type);
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++) {
        if (entry.field[tag].value)
            entry_put(&writer, (enum entry_tag)tag, entry.field[tag].value, entry.field[tag].length);
        (void)entry_number(&entry, (enum entry_tag)tag);
        (void)entry_signed(&entry, (enum entry_tag)tag);
        if (commitment_opens(&entry, tag, "", 0, salt) && !entry.field[tag].value)
            abort();
    }
    if (!entry_finish(&writer, &error) || writer.length != length || memcmp(writer.bytes, bytes, length) != 0)
        abort();
    return 0;
}
