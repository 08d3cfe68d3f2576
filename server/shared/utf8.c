#include "shared/utf8.h"

struct form {
    size_t        length;     /* bytes */
    uint32_t      least;      /* smaller values have a shorter form */
    unsigned char mask, lead; /* a first byte of this form has byte & mask == lead */
};

static const struct form forms[] = {
    {1, 0, 0x80, 0x00},
    {2, 0x80, 0xE0, 0xC0},
    {3, 0x800, 0xF0, 0xE0},
    {4, 0x10000, 0xF8, 0xF0},
};

static const struct form *form_of(unsigned char lead)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if ((lead & forms[i].mask) == forms[i].lead)
            return &forms[i];
    return NULL;
}

size_t utf8_decode(const char *bytes, size_t count, uint32_t *code_point)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    const struct form   *form = count ? form_of(byte[0]) : NULL;
    uint32_t             value;

    if (!form || form->length > count)
        return 0;
    value = byte[0] & (uint32_t)(unsigned char)~form->mask;
    for (size_t i = 1; i < form->length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3Fu);
    }
    if (value < form->least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code_point = value;
    return form->length;
}

bool utf8_is_valid(const char *bytes, size_t count)
{
    uint32_t code_point;

    while (count > 0) {
        size_t taken = utf8_decode(bytes, count, &code_point);

        if (taken == 0)
            return false;
        bytes += taken;
        count -= taken;
    }
    return true;
}

size_t utf8_count(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            count++;
    return count;
}
