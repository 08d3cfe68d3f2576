/* WebP, by libwebp: its luminance, with alpha over white, made smaller while it is decoded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "picture_formats.h"

#define BLACK 16 /* of the luminance in video range */
#define RANGE 219

static uint8_t grey_of(unsigned luminance, unsigned alpha)
{
    int full = ((int)luminance - BLACK) * 255 / RANGE;

    full = full < 0 ? 0 : full > 255 ? 255 : full;
    return (uint8_t)(((unsigned)full * alpha + 255 * (255 - alpha)) / 255);
}

static bool take_rows(const struct WebPYUVABuffer *planes, unsigned width, unsigned height,
                      struct picture *picture, struct error *error)
{
    struct grey grey;
    uint8_t    *row = malloc(width);

    if (!row || !grey_begin(&grey, picture, width, height, error)) {
        free(row);
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    }
    for (unsigned y = 0; y < height; y++) {
        const uint8_t *luminance = planes->y + (size_t)y * (size_t)planes->y_stride;
        const uint8_t *alpha = planes->a ? planes->a + (size_t)y * (size_t)planes->a_stride : NULL;

        for (unsigned x = 0; x < width; x++)
            row[x] = grey_of(luminance[x], alpha ? alpha[x] : 255);
        grey_row(&grey, row);
    }
    grey_end(&grey);
    free(row);
    return true;
}

static unsigned orientation_of(const uint8_t *bytes, size_t length)
{
    WebPData          data = {.bytes = bytes, .size = length};
    WebPDemuxer      *demuxer = WebPDemux(&data);
    WebPChunkIterator chunk = {0};
    unsigned          orientation = 1;

    if (demuxer && WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
        bool marked = chunk.chunk.size > 6 && memcmp(chunk.chunk.bytes, "Exif\0", 6) == 0;

        orientation = exif_orientation(chunk.chunk.bytes, chunk.chunk.size, !marked);
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    WebPDemuxDelete(demuxer);
    return orientation;
}

static void choose_size(WebPDecoderConfig *config)
{
    double pixels = (double)config->input.width * config->input.height;
    double part = sqrt(PICTURE_PIXELS_KEPT / pixels);

    if (part >= 1)
        return;
    config->options.use_scaling = 1;
    config->options.scaled_width = (int)fmax(1, config->input.width * part);
    config->options.scaled_height = (int)fmax(1, config->input.height * part);
}

bool webp_picture(const uint8_t *bytes, size_t length, struct picture *picture, unsigned *orientation,
                  struct error *error)
{
    WebPDecoderConfig config;
    bool              done;

    if (!WebPInitDecoderConfig(&config) || WebPGetFeatures(bytes, length, &config.input) != VP8_STATUS_OK)
        return error_set(error, ERROR_INVALID, "the WebP is damaged");
    if (config.input.has_animation)
        return error_set(error, ERROR_UNSUPPORTED, "the WebP is a film, not a picture");
    if (!grey_check((unsigned long)config.input.width, (unsigned long)config.input.height, error))
        return false;
    choose_size(&config);
    config.output.colorspace = config.input.has_alpha ? MODE_YUVA : MODE_YUV;
    if (WebPDecode(bytes, length, &config) != VP8_STATUS_OK) {
        WebPFreeDecBuffer(&config.output);
        return error_set(error, ERROR_INVALID, "the WebP is damaged");
    }
    done = take_rows(&config.output.u.YUVA, (unsigned)config.output.width, (unsigned)config.output.height,
                     picture, error);
    if (done)
        picture->shrunk *= (float)config.input.width / (float)config.output.width;
    WebPFreeDecBuffer(&config.output);
    *orientation = orientation_of(bytes, length);
    return done;
}
