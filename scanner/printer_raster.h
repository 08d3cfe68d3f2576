/* printer_raster.h: the two languages whose printers take one row of dots after the other. */
#ifndef SCANNER_PRINTER_RASTER_H
#define SCANNER_PRINTER_RASTER_H

#include "printer_languages.h"

/* Brother QL-500 to QL-820NWB (720 pins, 300 dots an inch), uncompressed. */
bool printer_raster_brother(const struct label_picture *picture, const struct printer_media *media,
                            struct buffer *out, struct error *error) MUST_USE;

/* DYMO LabelWriter 300, 400 and 450 series (672 dots, 300 an inch). */
bool printer_raster_dymo(const struct label_picture *picture, const struct printer_media *media,
                         struct buffer *out, struct error *error) MUST_USE;

#endif
