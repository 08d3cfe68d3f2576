#include "shared/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const words[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = "none",
    [ERROR_INVALID] = "invalid",
    [ERROR_UNAUTHENTICATED] = "unauthenticated",
    [ERROR_FORBIDDEN] = "forbidden",
    [ERROR_NOT_FOUND] = "not_found",
    [ERROR_METHOD] = "method_not_allowed",
    [ERROR_CONFLICT] = "conflict",
    [ERROR_TOO_LARGE] = "too_large",
    [ERROR_UNSUPPORTED] = "unsupported",
    [ERROR_TOO_MANY] = "too_many",
    [ERROR_NO_ROOM] = "no_room",
    [ERROR_UNAVAILABLE] = "unavailable",
    [ERROR_UNKNOWN_OUTCOME] = "unknown_outcome",
    [ERROR_INTERNAL] = "internal",
};

/* A sentence that was cut must not end in half a UTF-8 character. */
static void drop_half_character(char *text)
{
    size_t length = strlen(text), start = length;

    while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t        wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

    if (lead >= 0xC0 && length - (start - 1) < wanted)
        text[start - 1] = '\0';
}

static void fill_in(struct error *error, enum error_kind kind, const char *format, va_list args)
{
    error->kind = kind;
    error->field[0] = '\0';
    error->retry_after_s = kind == ERROR_UNAVAILABLE || kind == ERROR_UNKNOWN_OUTCOME ? 1
                           : kind == ERROR_NO_ROOM                                    ? 30
                                                                                      : 0;
    vsnprintf(error->message, sizeof error->message, format, args);
    drop_half_character(error->message);
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill_in(error, kind, format, args);
    va_end(args);
    return false;
}

bool error_field(struct error *error, const char *field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill_in(error, ERROR_INVALID, format, args);
    va_end(args);
    snprintf(error->field, sizeof error->field, "%s", field);
    return false;
}

bool error_while(struct error *error, const char *doing)
{
    struct error cause = *error;

    error_set(error, cause.kind, "%s: %s", doing, cause.message);
    error->retry_after_s = cause.retry_after_s;
    memcpy(error->field, cause.field, sizeof error->field);
    return false;
}

const char *error_word(enum error_kind kind)
{
    return kind < ERROR_KIND_COUNT ? words[kind] : "internal";
}
