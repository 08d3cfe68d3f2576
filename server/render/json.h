/* json.h: writes JSON (RFC 8259) into a buffer; commas come by themselves. */
#ifndef RENDER_JSON_H
#define RENDER_JSON_H

#include <stdbool.h>

#include "shared/buffer.h"

struct json {
    struct buffer *out;
    bool           needs_comma;
};

void json_begin(struct json *json, struct buffer *out);
void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
void json_text(struct json *json, const char *text); /* valid UTF-8; control characters are escaped */
void json_number(struct json *json, long long number);
void json_flag(struct json *json, bool flag);
void json_null(struct json *json);
void json_raw(struct json *json, const char *text); /* JSON that somebody else wrote (the database) */

/* A member of an object; NULL or "" is left out. */
void json_member(struct json *json, const char *key, const char *text);

#endif
