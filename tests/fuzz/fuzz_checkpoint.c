/* Signed notes, checkpoints and verifier keys: nothing that is not signed opens, and a key writes back as it
 * was read. */
#include <stdlib.h>
#include <string.h>

#include "audit/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void try_key(const uint8_t *bytes, size_t length)
{
    char            text[NOTE_KEY_SIZE + 1], again[NOTE_KEY_SIZE];
    struct note_key key;
    struct error    error = {0};

    if (length >= sizeof text)
        return;
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (!note_key_parse(text, &key, &error))
        return;
    note_key_format(&key, again);
    if (strcasecmp(text, again) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const uint8_t secret[NOTE_SECRET_SIZE] = {7};
    struct note_signer   signer;
    struct checkpoint    checkpoint;
    struct error         error = {0};
    size_t               text_length;
    const char          *note = (const char *)bytes;

    if (!note_signer_from("fuzz.example/log", secret, &signer, &error))
        abort();
    try_key(bytes, length);
    if (note_split(note, length, &text_length, &error) &&
        (text_length >= length || note[text_length - 1] != '\n'))
        abort();
    if (checkpoint_parse(note, length, &checkpoint, &error) && checkpoint.size > INT64_MAX)
        abort();
    /* the corpus holds notes of this key; their texts are the only ones that may open */
    if (checkpoint_open(note, length, &signer.key, 1, &checkpoint, &error) &&
        (checkpoint.size > 3 || strcmp(checkpoint.origin, "fuzz.example/log") != 0))
        abort();
    return 0;
}
