#include "web/headers.h"

#include <strings.h>

const struct header headers_always[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'; object-src 'none'; manifest-src 'self'; worker-src 'self'; "
     "require-trusted-types-for 'script'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(self), geolocation=(), microphone=()"},
};
const size_t headers_always_count = COUNT_OF(headers_always);

const struct header headers_secure = {"Strict-Transport-Security", "max-age=63072000; includeSubDomains"};

bool headers_hide_from_robots(const char *path)
{
    return strncasecmp(path, "/d/", 3) == 0 || strncasecmp(path, "/t/", 3) == 0;
}
