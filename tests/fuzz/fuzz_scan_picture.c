/* Pictures: PNG, JPEG, WebP and HEIC. What is read has a size and its bytes; what is refused says why; what
 * is found in it is text. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode.h"
#include "picture.h"
#include "shared/utf8.h"

#define PIXELS_MOST 200000u /* larger ones are not looked through: the readers are what is tried here */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static uint32_t check_of(const uint8_t *bytes, size_t length)
{
    uint32_t check = 0xFFFFFFFF;

    for (size_t i = 0; i < length; i++) {
        check ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            check = check >> 1 ^ (check & 1 ? 0xEDB88320 : 0);
    }
    return ~check;
}

static uint32_t number_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* libpng throws away a chunk whose sum is wrong; with right sums the changed bytes get further. */
static void mend_png(uint8_t *bytes, size_t length)
{
    if (length < 8 || memcmp(bytes, "\x89PNG", 4) != 0)
        return;
    for (size_t at = 8; at + 12 <= length;) {
        size_t   size = number_at(bytes + at);
        uint32_t check;

        if (size > length - at - 12)
            return;
        check = check_of(bytes + at + 4, size + 4);
        for (size_t i = 0; i < 4; i++)
            bytes[at + 8 + size + i] = (uint8_t)(check >> (24 - 8 * i));
        at += size + 12;
    }
}

static void look(const struct picture *picture)
{
    static const struct decode_settings settings = {.effort = EFFORT_QUICK, .budget_ms = 20, .all = true};
    static struct decode_result         results[DECODED_MOST];
    size_t                              count = decode_picture(picture, &settings, results, DECODED_MOST);

    for (size_t i = 0; i < count; i++)
        if (results[i].code.length >= DECODED_TEXT_MOST || !results[i].pass ||
            !utf8_is_valid(results[i].code.text, results[i].code.length))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    int            file = memfd_create("picture", MFD_CLOEXEC);
    uint8_t       *own = malloc(length + 1);
    struct picture picture;
    struct error   error = {0};

    if (!own || file < 0)
        abort();
    memcpy(own, bytes, length);
    mend_png(own, length);
    if (write(file, own, length) != (ssize_t)length || lseek(file, 0, SEEK_SET) != 0)
        abort();
    free(own);
    if (!picture_read(file, &picture, &error)) {
        if (error.kind == ERROR_NONE || error.message[0] == '\0' || picture.grey)
            abort();
        return 0;
    }
    if (!picture.grey || picture.width == 0 || picture.height == 0 || picture.shrunk < 1)
        abort();
    if ((size_t)picture.width * picture.height <= PIXELS_MOST)
        look(&picture);
    picture_free(&picture);
    return 0;
}
