/* Codes on labels: what is read has one canonical form, which reads as itself. */
#include <stdlib.h>
#include <string.h>

#include "shared/label.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char         text[4096];
    struct label label, again;
    struct error error = {0};

    if (length >= sizeof text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (!label_parse(text, &label, &error)) {
        if (error.kind == ERROR_NONE || error.message[0] == '\0')
            abort();
        return 0;
    }
    if (strlen(label.code) != LABEL_SYMBOLS || !label_parse(label.code, &again, &error) ||
        strcmp(label.code, again.code) != 0 || !label_parse(label_format(&label).text, &again, &error) ||
        strcmp(label.code, again.code) != 0)
        abort();
    return 0;
}
