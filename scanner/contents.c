#include "contents.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "shared/compiler.h"

/* What the letters A to Z stand for after each shift character; a blank: nothing. */
static const struct {
    char        shift;
    const char *letters;
} shifts[] = {
    {'$', "\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030"
          "\031\032"},
    {'%', "\033\034\035\036\037;<=>?[\\]^_{|}~\177 @`   "},
    {'/', "!\"#$%&'()*+,  /          :"},
    {'+', "abcdefghijklmnopqrstuvwxyz"},
};

/* The character of a pair; '\0': it is none. */
static char of_pair(char shift, char letter)
{
    if (letter < 'A' || letter > 'Z')
        return '\0';
    for (size_t i = 0; i < COUNT_OF(shifts); i++)
        if (shifts[i].shift == shift && shifts[i].letters[letter - 'A'] != ' ')
            return shifts[i].letters[letter - 'A'];
    return '\0';
}

static bool is_shift(char character)
{
    return character && strchr("$%/+", character);
}

static void convert_full_ascii(struct decoded *code)
{
    char   text[256];
    size_t count = 0;
    bool   certain = false;

    if (code->length >= sizeof text)
        return;
    for (size_t i = 0; i < code->length; i++) {
        if (!is_shift(code->text[i])) {
            text[count++] = code->text[i];
            continue;
        }
        certain = certain || code->text[i] == '+' || code->text[i] == '%';
        text[count] = of_pair(code->text[i], code->text[i + 1]);
        if (text[count++] == '\0')
            return;
        i++;
    }
    if (!certain)
        return;
    memcpy(code->text, text, count);
    code->text[count] = '\0';
    code->length = count;
}

/* The sum of the digits, every second one doubled and its digits added. */
static unsigned check_of_digits(const char digits[9])
{
    unsigned sum = 0;

    for (size_t i = 0; i < 8; i++) {
        unsigned digit = (unsigned)(digits[i] - '0');

        sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
    }
    return sum % 10;
}

static void convert_code32(struct decoded *code)
{
    static const char alphabet[] = "0123456789BCDFGHJKLMNPQRSTUVWXYZ";
    uint64_t          value = 0;
    char              digits[16];

    if (code->length != 6)
        return;
    for (size_t i = 0; i < 6; i++) {
        const char *place = code->text[i] ? strchr(alphabet, code->text[i]) : NULL;

        if (!place)
            return;
        value = value * 32 + (uint64_t)(place - alphabet);
    }
    if (value > 999999999)
        return;
    snprintf(digits, sizeof digits, "%09u", (unsigned)value);
    if (check_of_digits(digits) != (unsigned)(digits[8] - '0'))
        return;
    code->length = (size_t)snprintf(code->text, sizeof code->text, "A%s", digits);
}

/* ISO 3779 and the check digit of North America, in the ninth place. -1: no such number. */
static int vehicle_value(char character)
{
    static const char letters[] = "ABCDEFGH.JKLMN.P.R.STUVWXYZ";
    static const char values[] = "12345678.12345.7.9.23456789";
    const char       *place;

    if (character >= '0' && character <= '9')
        return character - '0';
    place = character && character != '.' ? strchr(letters, character) : NULL;
    return place ? values[place - letters] - '0' : -1;
}

static bool is_vehicle(const char *text)
{
    static const int weights[17] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    int              sum = 0;

    for (size_t i = 0; i < COUNT_OF(weights); i++) {
        int value = vehicle_value(text[i]);

        if (value < 0)
            return false;
        sum += value * weights[i];
    }
    return text[8] == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
}

static void convert_vehicle(struct decoded *code)
{
    if (code->length != 18 || code->text[0] != 'I' || !is_vehicle(code->text + 1))
        return;
    memmove(code->text, code->text + 1, code->length);
    code->length--;
}

void contents_convert(struct decoded *code)
{
    if (code->symbology != SYMBOLOGY_CODE39)
        return;
    convert_vehicle(code);
    convert_code32(code);
    convert_full_ascii(code);
}
