/* assets.h: the files of site/static, embedded with a content hash and a gzip twin. */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include <stddef.h>

struct asset {
    const char *name; /* "app.css"; served as /static/app.css */
    const char *type; /* MIME type */
    const char *hash; /* 16 hexadecimal digits of its SHA-256; the ETag */
    const char *bytes;
    size_t      length;
    const char *gzip;
    size_t      gzip_length;
};

extern const struct asset assets[]; /* sorted by name */
extern const size_t       asset_count;

#endif
