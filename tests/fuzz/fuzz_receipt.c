/* Receipts: what is read writes back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "audit/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    ARENA                             *arena = arena_new();
    CLEANUP(buffer_free) struct buffer out = {.limit = 2 * RECEIPT_MOST};
    struct receipt                     receipt;
    struct error                       error = {0};
    uint8_t                            leaf[HASH_SIZE], root[HASH_SIZE] = {0};

    if (!receipt_parse((const char *)bytes, length, arena, &receipt, &error)) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    merkle_leaf(receipt.entry, receipt.entry_length, leaf);
    if (merkle_included(receipt.index, receipt.index + 1, leaf, (const uint8_t(*)[HASH_SIZE])receipt.path,
                        receipt.path_count, root))
        abort();
    receipt_format(&receipt, &out);
    if (out.length != length || memcmp(out.text, bytes, length) != 0)
        abort();
    return 0;
}
