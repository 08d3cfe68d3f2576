#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "picture_formats.h"

static uint8_t *read_whole(FILE *file, size_t *length, struct error *error)
{
    struct stat what;
    uint8_t    *bytes;

    if (fstat(fileno(file), &what) != 0 || (uint64_t)what.st_size > PICTURE_BYTES_MOST) {
        error_set(error, ERROR_TOO_LARGE, "the picture has more than %zu MiB", PICTURE_BYTES_MOST >> 20);
        return NULL;
    }
    bytes = malloc((size_t)what.st_size + 1);
    if (!bytes) {
        error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
        return NULL;
    }
    *length = fread(bytes, 1, (size_t)what.st_size, file);
    return bytes;
}

static bool read_png(FILE *file, struct picture *picture, unsigned *orientation, struct error *error)
{
    return png_picture(file, picture, orientation, error);
}

static bool read_jpeg(FILE *file, struct picture *picture, unsigned *orientation, struct error *error)
{
    return jpeg_picture(file, NULL, 0, picture, orientation, error);
}

static bool read_webp(FILE *file, struct picture *picture, unsigned *orientation, struct error *error)
{
    size_t   length = 0;
    uint8_t *bytes = read_whole(file, &length, error);
    bool     done = bytes && webp_picture(bytes, length, picture, orientation, error);

    free(bytes);
    return done;
}

static bool read_heic(FILE *file, struct picture *picture, unsigned *orientation, struct error *error)
{
    size_t   length = 0;
    uint8_t *bytes = read_whole(file, &length, error);
    bool     done = bytes && heic_picture(bytes, length, picture, orientation, error);

    free(bytes);
    return done;
}

static const struct {
    size_t      offset;
    const char *mark;
    bool (*read)(FILE *file, struct picture *picture, unsigned *orientation, struct error *error);
} formats[] = {
    {0, "\x89PNG", read_png},   {0, "\xFF\xD8\xFF", read_jpeg}, {8, "WEBP", read_webp},
    {4, "ftyphei", read_heic},  {4, "ftyphev", read_heic},      {4, "ftypmif1", read_heic},
    {4, "ftypmsf1", read_heic},
};

static bool has_mark(const char head[16], size_t n)
{
    return memcmp(head + formats[n].offset, formats[n].mark, strlen(formats[n].mark)) == 0;
}

/* What cannot be loaded any more once the process is in the sandbox. A HEIC that comes too late is refused.
 */
static void prepare(int file)
{
    char head[16] = {0};

    if (pread(file, head, sizeof head, 0) <= 0)
        return;
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (formats[i].read == read_heic && has_mark(head, i) && !heic_prepare())
            return;
}

static bool read_by_mark(FILE *file, struct picture *picture, struct error *error)
{
    char     head[16] = {0};
    unsigned orientation = 1;

    if (fread(head, 1, sizeof head, file) == 0)
        return error_set(error, ERROR_UNSUPPORTED, "the file is empty");
    rewind(file);
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (has_mark(head, i))
            return formats[i].read(file, picture, &orientation, error) &&
                   picture_turn(picture, orientation, error);
    return error_set(error, ERROR_UNSUPPORTED, "this is neither PNG, JPEG, WebP nor HEIC");
}

int picture_open(const char *path, struct error *error)
{
    int         file = -1;
    struct stat what;

    if (stat(path, &what) == 0) {
        if (!S_ISREG(what.st_mode)) {
            error_set(error, ERROR_INVALID, "%.200s is not a file", path);
            return -1;
        }
        file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    if (file < 0) {
        error_set(error, ERROR_INVALID, "cannot open %.200s: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(file, &what) == 0 && S_ISREG(what.st_mode)) {
        prepare(file);
        return file;
    }
    close(file);
    error_set(error, ERROR_INVALID, "%.200s is not a file any more", path);
    return -1;
}

bool picture_read(int file, struct picture *picture, struct error *error)
{
    FILE *stream = fdopen(file, "rb");
    bool  done;

    *picture = (struct picture){0};
    if (!stream) {
        close(file);
        return error_set(error, ERROR_INTERNAL, "cannot read: %s", strerror(errno));
    }
    done = read_by_mark(stream, picture, error);
    fclose(stream);
    if (!done)
        picture_free(picture);
    return done;
}

bool picture_read_frame(const uint8_t *jpeg, size_t length, struct picture *picture, struct error *error)
{
    unsigned orientation = 1;

    *picture = (struct picture){0};
    if (jpeg_picture(NULL, jpeg, length, picture, &orientation, error))
        return true;
    picture_free(picture);
    return false;
}

void picture_free(struct picture *picture)
{
    free(picture->grey);
    *picture = (struct picture){0};
}
