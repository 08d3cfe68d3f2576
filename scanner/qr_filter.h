/* qr_filter.h: pictures made softer or sharper. */
#ifndef SCANNER_QR_FILTER_H
#define SCANNER_QR_FILTER_H

#include "picture.h"

/* Each makes a new picture, which the caller frees. false: no memory. `sigma` is in pixels, above 0. */
bool qr_blur(const struct picture *from, double sigma, struct picture *to) MUST_USE;
/* Adds `amount` times what a blur would take away. */
bool qr_sharpen(const struct picture *from, double sigma, int amount, struct picture *to) MUST_USE;
bool qr_invert(const struct picture *from, struct picture *to) MUST_USE;
/* Part of the picture; what lies outside of it is left out. false also when nothing is left. */
bool qr_crop(const struct picture *from, int left, int top, int right, int bottom,
             struct picture *to) MUST_USE;

#endif
