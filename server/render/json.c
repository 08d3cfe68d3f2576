#include "render/json.h"

void json_begin(struct json *json, struct buffer *out)
{
    *json = (struct json){.out = out};
}

static void separate(struct json *json)
{
    if (json->needs_comma)
        buffer_text(json->out, ", ");
    json->needs_comma = true;
}

static void open_with(struct json *json, const char *bracket)
{
    separate(json);
    buffer_text(json->out, bracket);
    json->needs_comma = false;
}

static void close_with(struct json *json, const char *bracket)
{
    buffer_text(json->out, bracket);
    json->needs_comma = true;
}

void json_object_begin(struct json *json)
{
    open_with(json, "{");
}

void json_object_end(struct json *json)
{
    close_with(json, "}");
}

void json_array_begin(struct json *json)
{
    open_with(json, "[");
}

void json_array_end(struct json *json)
{
    close_with(json, "]");
}

static void quoted(struct buffer *out, const char *text)
{
    const char *plain = text;

    buffer_text(out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= ' ' && c != '"' && c != '\\' && c != 0x7F)
            continue;
        buffer_add(out, plain, (size_t)(text - plain));
        if (c == '"' || c == '\\')
            buffer_format(out, "\\%c", c);
        else
            buffer_format(out, "\\u%04x", c);
        plain = text + 1;
    }
    buffer_add(out, plain, (size_t)(text - plain));
    buffer_text(out, "\"");
}

void json_key(struct json *json, const char *key)
{
    separate(json);
    quoted(json->out, key);
    buffer_text(json->out, ": ");
    json->needs_comma = false;
}

void json_text(struct json *json, const char *text)
{
    separate(json);
    quoted(json->out, text);
}

void json_number(struct json *json, long long number)
{
    separate(json);
    buffer_format(json->out, "%lld", number);
}

void json_raw(struct json *json, const char *text)
{
    separate(json);
    buffer_text(json->out, text);
}

void json_flag(struct json *json, bool flag)
{
    json_raw(json, flag ? "true" : "false");
}

void json_null(struct json *json)
{
    json_raw(json, "null");
}

void json_member(struct json *json, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    json_key(json, key);
    json_text(json, text);
}
