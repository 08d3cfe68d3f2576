#include "decoded.h"

#include "shared/compiler.h"

/* Codes without a check symbol, or with so few bars that noise makes them, need two lines more,
 * and one more where a single line would do. */
static const struct {
    const char *name;
    bool        linear;
    unsigned    more;
} rows[SYMBOLOGY_COUNT] = {
    [SYMBOLOGY_QR] = {"QR-Code", false, 0},
    [SYMBOLOGY_CODE128] = {"CODE-128", true, 0},
    [SYMBOLOGY_CODE39] = {"CODE-39", true, 2},
    [SYMBOLOGY_CODE93] = {"CODE-93", true, 0},
    [SYMBOLOGY_CODABAR] = {"Codabar", true, 2},
    [SYMBOLOGY_I25] = {"I2/5", true, 2},
    [SYMBOLOGY_EAN13] = {"EAN-13", true, 0},
    [SYMBOLOGY_EAN8] = {"EAN-8", true, 2},
    [SYMBOLOGY_DATAMATRIX] = {"DataMatrix", false, 0},
};

const char *symbology_name(enum symbology symbology)
{
    return rows[symbology].name;
}

bool symbology_is_linear(enum symbology symbology)
{
    return rows[symbology].linear;
}

unsigned symbology_agreement(enum symbology symbology, unsigned agreement)
{
    return agreement + (agreement > 1 ? rows[symbology].more : rows[symbology].more / 2);
}
