#include "audit/base64.h"

#include <sodium.h>
#include <stdlib.h>

#define VARIANT sodium_base64_VARIANT_ORIGINAL

void base64_add(struct buffer *out, const uint8_t *bytes, size_t length)
{
    size_t size = sodium_base64_ENCODED_LEN(length, VARIANT);
    char  *text = malloc(size);

    if (!text)
        abort();
    sodium_bin2base64(text, size, bytes, length, VARIANT);
    buffer_text(out, text);
    free(text);
}

bool base64_decode(const char *text, size_t length, uint8_t *bytes, size_t size, size_t *got)
{
    const char *end;

    /* libsodium 1.0.18 takes some bytes above 0x7F for letters: two texts would say the same. */
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] > 0x7F)
            return false;
    return sodium_base642bin(bytes, size, text, length, NULL, got, &end, VARIANT) == 0 &&
           end == text + length;
}

bool base64_decode_all(const char *text, size_t length, uint8_t *bytes, size_t size)
{
    size_t got;

    return base64_decode(text, length, bytes, size, &got) && got == size;
}
