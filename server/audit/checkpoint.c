#include "audit/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "audit/base64.h"

void checkpoint_sign(const struct checkpoint *checkpoint, const struct note_signer *signer,
                     struct buffer *out)
{
    CLEANUP(buffer_free) struct buffer text = {.limit = 1024};

    buffer_format(&text, "%s\n%" PRIu64 "\n", checkpoint->origin, checkpoint->size);
    base64_add(&text, checkpoint->root, HASH_SIZE);
    buffer_text(&text, "\n");
    note_sign(signer, text.text, text.length, out);
}

/* A line of the text, without its newline; NULL when there is none. */
static const char *take_line(const char **at, const char *end, size_t *length)
{
    const char *line = *at, *newline = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;

    *length = 0;
    if (!newline)
        return NULL;
    *length = (size_t)(newline - line);
    *at = newline + 1;
    return line;
}

static bool read_size(const char *text, size_t length, uint64_t *size)
{
    if (length == 0 || length > 19 || (text[0] == '0' && length > 1))
        return false;
    *size = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *size = *size * 10 + (uint64_t)(text[i] - '0');
    }
    return *size <= INT64_MAX;
}

static bool read_lines(const char *text, size_t length, struct checkpoint *checkpoint)
{
    const char *at = text, *end = text + length, *line;
    size_t      count;

    *checkpoint = (struct checkpoint){0};
    line = take_line(&at, end, &count);
    if (!line || count == 0 || count >= sizeof checkpoint->origin)
        return false;
    memcpy(checkpoint->origin, line, count);
    line = take_line(&at, end, &count);
    if (!line || !read_size(line, count, &checkpoint->size))
        return false;
    line = take_line(&at, end, &count);
    return line && base64_decode_all(line, count, checkpoint->root, HASH_SIZE) && at == end;
}

bool checkpoint_parse(const char *note, size_t length, struct checkpoint *checkpoint, struct error *error)
{
    size_t text_length = 0;

    if (!note_split(note, length, &text_length, error))
        return false;
    return read_lines(note, text_length, checkpoint) ||
           error_set(error, ERROR_INVALID, "this is not a checkpoint: origin, size and root, a line each");
}

bool checkpoint_open(const char *note, size_t length, const struct note_key *keys, size_t count,
                     struct checkpoint *checkpoint, struct error *error)
{
    bool present = false, wrong = false;

    if (!checkpoint_parse(note, length, checkpoint, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].name, checkpoint->origin) == 0 && note_verify(note, length, &keys[i], &present))
            return true;
        wrong = wrong || present;
    }
    return error_set(
        error, ERROR_FORBIDDEN,
        wrong ? "the signature of the checkpoint of \"%.100s\" is wrong"
              : "the checkpoint of \"%.100s\" is not signed by a key that you gave; after a rotation "
                "of the log's key the newer one is needed, too",
        checkpoint->origin);
}
