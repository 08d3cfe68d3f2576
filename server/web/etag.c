#include "web/etag.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct etag etag_of(const void *bytes, size_t count)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char          digits[2 * sizeof hash + 1];
    struct etag   etag;

    crypto_generichash(hash, sizeof hash, bytes, count, NULL, 0);
    sodium_bin2hex(digits, sizeof digits, hash, sizeof hash);
    (void)snprintf(etag.text, sizeof etag.text, "\"%s\"", digits);
    return etag;
}

bool etag_matches(const struct etag *etag, const char *if_none_match)
{
    return if_none_match && strstr(if_none_match, etag->text);
}
