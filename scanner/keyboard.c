#include "keyboard.h"

#include <ctype.h>
#include <string.h>

#include "shared/compiler.h"
#include "shared/utf8.h"

#define US_PLAIN   "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
#define US_SHIFTED "~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"

#define FRENCH_PLAIN   "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"
#define FRENCH_SHIFTED "~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§"

/* As the layouts of Linux and Windows agree; dead keys stand for themselves. */
const struct keyboard_map keyboard_maps[] = {
    {"caps lock", US_PLAIN, US_SHIFTED, true},
    {"French (AZERTY)", FRENCH_PLAIN, FRENCH_SHIFTED, false},
    {"German (QWERTZ)", "^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-",
     "°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_", false},
    {"Belgian", "²&é\"'(§è!çà)-azertyuiop^$µqsdfghjklmùwxcvbn,;:=",
     "³1234567890°_AZERTYUIOP¨*£QSDFGHJKLM%WXCVBN?./+", false},
    {"Swiss German", "§1234567890'^qwertzuiopü¨$asdfghjklöäyxcvbnm,.-",
     "°+\"*ç%&/()=?`QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_", false},
    {"Swiss French", "§1234567890'^qwertzuiopè¨$asdfghjkléàyxcvbnm,.-",
     "°+\"*ç%&/()=?`QWERTZUIOPü!£ASDFGHJKLöäYXCVBNM;:_", false},
    {"French (AZERTY) with caps lock", FRENCH_PLAIN, FRENCH_SHIFTED, true},
};
const size_t keyboard_map_count = COUNT_OF(keyboard_maps);

/* Bytes that are not UTF-8 are Latin-1. */
static size_t next_character(const char *text, uint32_t *character)
{
    size_t length = utf8_decode(text, strlen(text), character);

    if (length == 0)
        *character = (unsigned char)*text;
    return length ? length : 1;
}

/* Which key gives this character; -1: none. */
static int key_of(const char *keys, uint32_t wanted)
{
    uint32_t character;

    for (int n = 0; *keys; n++) {
        keys += next_character(keys, &character);
        if (character == wanted)
            return n;
    }
    return -1;
}

/* The caps lock of a US keyboard turns letters only; French and Belgian ones turn every key. */
static bool is_turned(const struct keyboard_map *map, int key)
{
    return map->caps && (map->plain[0] != '`' || isalpha((unsigned char)US_PLAIN[key]));
}

bool keyboard_undo(const struct keyboard_map *map, const char *text, char *meant, size_t size)
{
    size_t length = 0;

    while (*text) {
        uint32_t character;
        bool     shifted;
        int      key;

        text += next_character(text, &character);
        key = key_of(map->plain, character);
        shifted = key < 0;
        if (shifted)
            key = key_of(map->shifted, character);
        if (key < 0 && character != ' ')
            return false;
        if (length + 1 >= size)
            return false;
        meant[length++] = character == ' '                 ? ' '
                          : shifted != is_turned(map, key) ? US_SHIFTED[key]
                                                           : US_PLAIN[key];
    }
    meant[length] = '\0';
    return true;
}

/* The nth character of a row of keys, as bytes. */
static size_t character_at(const char *keys, int n, const char **at)
{
    uint32_t character;

    while (n-- > 0)
        keys += next_character(keys, &character);
    *at = keys;
    return next_character(keys, &character);
}

bool keyboard_garble(const struct keyboard_map *map, const char *meant, char *text, size_t size)
{
    size_t length = 0;

    for (; *meant; meant++) {
        const char *shifted_at = strchr(US_SHIFTED, *meant), *plain_at = strchr(US_PLAIN, *meant),
                   *at = meant;
        int    key = (int)(plain_at ? plain_at - US_PLAIN : shifted_at ? shifted_at - US_SHIFTED : -1);
        size_t bytes = 1;

        if (key >= 0)
            bytes = character_at((shifted_at != NULL) != is_turned(map, key) ? map->shifted : map->plain, key,
                                 &at);
        if (length + bytes >= size)
            return false;
        memcpy(text + length, at, bytes);
        length += bytes;
    }
    text[length] = '\0';
    return true;
}
