/* decode.h: finds codes in a picture. */
#ifndef SCANNER_DECODE_H
#define SCANNER_DECODE_H

#include "decoded.h"
#include "frame.h"
#include "passes.h"
#include "picture.h"

#define DECODE_BUDGET_MS     1500  /* of one picture, where nothing else was said */
#define DECODE_ALL_BUDGET_MS 10000 /* where all codes of it are wanted */

/* Whether the picture may hold more than was said of it. */
enum decode_rest {
    DECODE_REST_NONE,
    DECODE_REST_MANY, /* more than DECODED_MOST */
    DECODE_REST_TIME  /* all codes were wanted, and the time was over before all ways had been tried */
};

struct decode_settings {
    enum effort  effort;
    long         budget_ms;
    code_wanted *wanted; /* NULL: any code */
    bool         all;    /* every code of the picture, not only those that the first success gives */
    unsigned deeper; /* where the effort finds nothing, one of the dearer passes: the nth, in turn; 0: none */
    enum decode_rest *rest; /* filled in where a file or frame was read; NULL: nobody asks */
};

struct decode_result {
    struct decoded     code;         /* corners in the picture as it is shown */
    const struct pass *pass;         /* which found it */
    double             milliseconds; /* from the start of the picture */
};

typedef void decode_found(void *context, const struct decode_result *result);

/* Reads a picture that is in memory, and says each code as soon as it is known. */
enum decode_rest decode_each(const struct picture *picture, const struct decode_settings *settings,
                             decode_found *found, void *context);

/* That in words; NULL: there is nothing to say. */
const char *decode_rest_text(enum decode_rest rest);

/* The same into a list. Returns how many codes. */
size_t decode_picture(const struct picture *picture, const struct decode_settings *settings,
                      struct decode_result *results, size_t most);

/* The same of a file, in a child process without rights and with limits on time and memory: whatever a
 * hostile picture does to the libraries ends there. false with ERROR_NOT_FOUND: no code was found, or the
 * child died or was too slow; others as picture_open() and picture_read(). */
bool decode_file(const char *path, const struct decode_settings *settings, struct decode_result *results,
                 size_t most, size_t *count, struct error *error) MUST_USE;

/* The same of a frame of a camera. */
bool decode_frame(const struct frame *frame, const struct decode_settings *settings,
                  struct decode_result *results, size_t most, size_t *count, struct error *error) MUST_USE;

#endif
