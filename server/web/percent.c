#include "web/percent.h"

#include <string.h>

#include "shared/utf8.h"

static int digit_value(char symbol)
{
    if (symbol >= '0' && symbol <= '9')
        return symbol - '0';
    if (symbol >= 'a' && symbol <= 'f')
        return symbol - 'a' + 10;
    if (symbol >= 'A' && symbol <= 'F')
        return symbol - 'A' + 10;
    return -1;
}

/* The byte that an escape such as %2F stands for; 0 (which is refused too) where there is none. */
static unsigned char escaped_byte(const char *text, size_t left)
{
    int high = left > 2 ? digit_value(text[1]) : -1;
    int low = left > 2 ? digit_value(text[2]) : -1;

    return high < 0 || low < 0 ? 0 : (unsigned char)(high * 16 + low);
}

bool percent_decode(const char *text, size_t length, enum percent_plus plus, char *out, struct error *error)
{
    unsigned char *bytes = (unsigned char *)out;
    size_t         used = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == '%') {
            byte = escaped_byte(text + i, length - i);
            i += 2;
        } else if (byte == '+' && plus == PLUS_IS_BLANK) {
            byte = ' ';
        }
        if (byte == 0)
            return error_set(error, ERROR_INVALID,
                             "A percent sign must be followed by two hexadecimal digits, not by %%00.");
        bytes[used++] = byte;
    }
    out[used] = '\0';
    if (!utf8_is_valid(out, used))
        return error_set(error, ERROR_INVALID, "The text is not valid UTF-8.");
    return true;
}
