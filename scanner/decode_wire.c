#include "decode_wire.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "shared/utf8.h"

#define CORNER_MOST 1e7F /* pixels */

/* A head; `length` bytes of text follow it. */
struct wire_head {
    uint32_t     kind;
    uint32_t     which; /* symbology of a code, kind of an error */
    uint32_t     pass;
    uint32_t     quality;
    uint32_t     length;
    struct point corners[4];
    double       milliseconds;
};

bool wire_write(int file, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t written = write(file, at, length);

        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static int milliseconds_left(const struct budget *deadline)
{
    int64_t left_ms = (deadline->deadline_ns - budget_clock_ns()) / 1000000;

    return left_ms < 0 ? 0 : left_ms > 3600000 ? 3600000 : (int)left_ms;
}

bool wire_read(int file, const struct budget *deadline, void *bytes, size_t length)
{
    char *at = bytes;

    while (length > 0) {
        struct pollfd entry = {.fd = file, .events = POLLIN};
        int           ready = poll(&entry, 1, milliseconds_left(deadline));
        ssize_t       got;

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        got = read(file, at, length);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        at += got > 0 ? got : 0;
        length -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

static bool say(int file, const struct wire_head *head, const char *text)
{
    return wire_write(file, head, sizeof *head) && wire_write(file, text, head->length);
}

bool wire_say_code(int file, const struct decode_result *result)
{
    struct wire_head head = {.kind = WIRE_CODE,
                             .which = (uint32_t)result->code.symbology,
                             .pass = (uint32_t)(result->pass - passes),
                             .quality = result->code.quality,
                             .length = (uint32_t)result->code.length,
                             .milliseconds = result->milliseconds};

    memcpy(head.corners, result->code.corners, sizeof head.corners);
    return say(file, &head, result->code.text);
}

bool wire_say_failed(int file, const struct error *error)
{
    struct wire_head head = {
        .kind = WIRE_FAILED, .which = (uint32_t)error->kind, .length = (uint32_t)strlen(error->message)};

    return say(file, &head, error->message);
}

bool wire_say_done(int file, enum decode_rest rest)
{
    struct wire_head head = {.kind = WIRE_DONE, .which = (uint32_t)rest};

    return say(file, &head, "");
}

static const struct pass *pass_of(uint32_t number)
{
    for (const struct pass *pass = passes; pass->name; pass++)
        if (number-- == 0)
            return pass;
    return NULL;
}

static bool take_code(const struct wire_head *head, struct decode_result *result)
{
    struct decoded *code = &result->code;

    result->pass = pass_of(head->pass);
    if (!result->pass || head->which >= SYMBOLOGY_COUNT || head->length == 0 ||
        !utf8_is_valid(code->text, head->length))
        return false;
    code->symbology = (enum symbology)head->which;
    code->length = head->length;
    code->quality = head->quality;
    result->milliseconds = isfinite(head->milliseconds) ? head->milliseconds : 0;
    for (size_t i = 0; i < COUNT_OF(code->corners); i++) {
        struct point at = head->corners[i];

        code->corners[i] = fabsf(at.x) < CORNER_MOST && fabsf(at.y) < CORNER_MOST ? at : (struct point){0, 0};
    }
    return true;
}

/* Only what can be printed: the message may hold bytes of the picture. */
static bool take_error(const struct wire_head *head, const char *text, struct error *error)
{
    if (head->which == ERROR_NONE || head->which >= ERROR_KIND_COUNT || strlen(text) != head->length ||
        !utf8_is_valid(text, head->length))
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return false;
    error_set(error, (enum error_kind)head->which, "%s", text);
    return true;
}

static bool take_rest(const struct wire_head *head, enum decode_rest *rest)
{
    if (head->length != 0 || head->which > DECODE_REST_TIME)
        return false;
    *rest = (enum decode_rest)head->which;
    return true;
}

enum wire_kind wire_hear(int file, const struct budget *deadline, struct decode_result *result,
                         enum decode_rest *rest, struct error *error)
{
    struct wire_head head;
    char            *text = result->code.text;

    if (!wire_read(file, deadline, &head, sizeof head) || head.length >= DECODED_TEXT_MOST ||
        !wire_read(file, deadline, text, head.length))
        return WIRE_SILENT;
    text[head.length] = '\0';
    if (head.kind == WIRE_CODE)
        return take_code(&head, result) ? WIRE_CODE : WIRE_SILENT;
    if (head.kind == WIRE_FAILED)
        return take_error(&head, text, error) ? WIRE_FAILED : WIRE_SILENT;
    return head.kind == WIRE_DONE && take_rest(&head, rest) ? WIRE_DONE : WIRE_SILENT;
}
