// The only file in C++: Debian's libzxing reads DataMatrix and speaks no C. No exception leaves it.
#include "datamatrix.h"

#include <cstring>
#include <exception>
#include <string>

#define ZX_USE_UTF8 // text() gives UTF-8, now and in the next release
#include <ZXing/ReadBarcode.h>

static void take_corners(const ZXing::Position &position, float corners[8])
{
    for (int i = 0; i < 4; i++) {
        corners[2 * i] = static_cast<float>(position[i].x);
        corners[2 * i + 1] = static_cast<float>(position[i].y);
    }
}

static bool find(const ZXing::ImageView &view, char *text, size_t size, size_t *length, float corners[8])
{
    ZXing::DecodeHints hints;

    hints.setFormats(ZXing::BarcodeFormat::DataMatrix).setTryHarder(true).setTryRotate(true);
    const ZXing::Result result = ZXing::ReadBarcode(view, hints);
    if (!result.isValid())
        return false;
    const std::string found = result.text();
    if (found.empty() || found.size() >= size)
        return false;
    std::memcpy(text, found.data(), found.size());
    text[found.size()] = '\0';
    *length = found.size();
    take_corners(result.position(), corners);
    return true;
}

bool datamatrix_find(const uint8_t *grey, unsigned width, unsigned height, char *text, size_t size,
                     size_t *length, float corners[8])
{
    try {
        return find(ZXing::ImageView(grey, static_cast<int>(width), static_cast<int>(height),
                                     ZXing::ImageFormat::Lum),
                    text, size, length, corners);
    } catch (const std::exception &) {
        return false;
    }
}
