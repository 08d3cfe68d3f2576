/*
 * error.h: why an operation failed.
 *
 * A function that can fail takes `struct error *error` last and returns false (or NULL)
 * after filling it in. On success it leaves the error untouched. Nothing below the edge
 * logs: the edge turns the kind into an HTTP status or an exit code, once.
 */
#ifndef SHARED_ERROR_H
#define SHARED_ERROR_H

#include <stdbool.h>

#include "shared/compiler.h"

enum error_kind {
    ERROR_NONE,
    ERROR_INVALID,         /* the caller sent something malformed */
    ERROR_UNAUTHENTICATED, /* who are you? */
    ERROR_FORBIDDEN,       /* known, but not allowed to do this */
    ERROR_NOT_FOUND,       /* well formed, but names nothing we know */
    ERROR_METHOD,          /* this address exists, but not for this method */
    ERROR_CONFLICT,        /* known, but not possible in its present state */
    ERROR_TOO_LARGE,       /* more bytes, items or pixels than we take */
    ERROR_UNSUPPORTED,     /* a format we do not read */
    ERROR_TOO_MANY,        /* too often; see retry_after_s */
    ERROR_NO_ROOM,         /* certainly not done: the disk is full */
    ERROR_UNAVAILABLE,     /* certainly not done; may work if tried again later */
    ERROR_UNKNOWN_OUTCOME, /* perhaps done, perhaps not: try the same key again */
    ERROR_INTERNAL,        /* a bug, or a machine without resources */
    ERROR_KIND_COUNT
};

struct error {
    enum error_kind kind;
    unsigned        retry_after_s; /* seconds; 0: not said */
    char            field[48];     /* the name of the field at fault, or "" */
    char            message[400];  /* one sentence for people, no newline, valid UTF-8 */
};

/* Fills in the error. Always returns false, so that a function can end with `return error_set(...)`. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* As error_set(error, ERROR_INVALID, ...) and names the field at fault. Always returns false. */
bool error_field(struct error *error, const char *field, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "<doing>: " before the message. Always returns false. */
bool error_while(struct error *error, const char *doing);

/* A lower-case word for the kind, for logs and JSON: "not_found". */
const char *error_word(enum error_kind kind);

#endif
