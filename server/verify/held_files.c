#include "verify/held_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/base64.h"
#include "audit/merkle.h"
#include "verify/part_file.h"
#include "verify/scan_proof.h"

static bool read_file(const char *path, struct arena *arena, const char **text, size_t *length,
                      struct error *error)
{
    char *bytes = arena_take(arena, RECEIPT_MOST + 1);

    *text = bytes;
    if (part_file_small(AT_FDCWD, path, bytes, RECEIPT_MOST, length, error))
        return true;
    error->kind = ERROR_INVALID;
    return false;
}

static bool add_key(const char *text, struct note_key *keys, size_t *count, struct error *error)
{
    if (*count == HELD_KEYS_MOST)
        return error_set(error, ERROR_INVALID, "there are more than %u keys", HELD_KEYS_MOST);
    return note_key_parse(text, &keys[(*count)++], error);
}

bool held_files_key(const char *text, struct note_key *keys, size_t *count, struct error *error)
{
    ARENA      *arena = arena_new();
    const char *list;
    size_t      length;

    if (text[0] != '@')
        return add_key(text, keys, count, error);
    if (!read_file(text + 1, arena, &list, &length, error))
        return false;
    for (const char *line = list; *line; line += strspn(line, "\r\n")) {
        size_t end = strcspn(line, "\r\n");

        if (end > 0 && !add_key(arena_format(arena, "%.*s", (int)end, line), keys, count, error))
            return error_while(error, text + 1);
        line += end;
    }
    return true;
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool held_files_checkpoint(const char *path, struct arena *arena, const struct note_key *keys,
                           size_t key_count, struct held_checkpoint *held, struct error *error)
{
    struct receipt receipt;
    struct error   other = {0};
    const char    *file = path;

    *held = (struct held_checkpoint){.folder = is_folder(path) ? path : NULL};
    if (held->folder)
        file = arena_format(arena, "%s/checkpoint", path);
    if (!read_file(file, arena, &held->note, &held->note_length, error))
        return false;
    if (receipt_parse(held->note, held->note_length, arena, &receipt, &other)) {
        held->note = receipt.checkpoint;
        held->note_length = receipt.checkpoint_length;
    }
    return checkpoint_open(held->note, held->note_length, keys, key_count, &held->checkpoint, error) ||
           error_while(error, file);
}

/* What a scanner signed, against the values that came along. */
static void check_scan(const struct receipt *receipt, const struct entry *entry, const char *path,
                       struct findings *findings)
{
    struct scan_record record = {.entry = entry};
    struct scan_proof  proof;
    struct json_part   value;
    const char        *differs;
    uint8_t            holder[16];

    for (size_t i = 0; i < receipt->opening_count; i++)
        record.value[receipt->openings[i].tag] =
            (struct json_part){(const char *)receipt->openings[i].value, receipt->openings[i].length};
    value = record.value[TAG_SCANNER_SIGNATURE];
    if (!value.text)
        return;
    if (scan_proof_party(record.value[TAG_HOLDER], holder))
        record.holder = holder;
    if (!scan_proof_read(value.text, value.length, &proof) || !scan_proof_key_is_sound(&proof) ||
        !scan_proof_fits(&proof)) {
        finding_add(findings, FINDING_SCAN, receipt->index, "%s: it fits no key and nothing signed", path);
        return;
    }
    differs = scan_proof_differs(&proof, &record);
    if (differs)
        finding_add(findings, FINDING_SCAN, receipt->index, "%s: its scanner signed %s", path, differs);
}

static void check_values(const struct receipt *receipt, const char *path, struct findings *findings)
{
    uint64_t     wrong_values = findings->count[FINDING_VALUE];
    struct entry entry;
    struct error wrong = {0};

    if (!entry_parse(receipt->entry, receipt->entry_length, &entry, &wrong)) {
        finding_add(findings, FINDING_ENCODING, receipt->index, "%s: %s", path, wrong.message);
        return;
    }
    for (size_t i = 0; i < receipt->opening_count; i++)
        if (!commitment_opens(&entry, receipt->openings[i].tag, receipt->openings[i].value,
                              receipt->openings[i].length, receipt->openings[i].salt))
            finding_add(findings, FINDING_VALUE, receipt->index,
                        "%s: the value of field %02X does not open the entry", path,
                        receipt->openings[i].tag);
    if (findings->count[FINDING_VALUE] == wrong_values)
        check_scan(receipt, &entry, path, findings);
}

bool held_files_receipt(const char *path, struct arena *arena, const struct note_key *keys, size_t key_count,
                        struct receipt *receipt, struct checkpoint *checkpoint, struct findings *findings,
                        struct error *error)
{
    const char  *text;
    size_t       length;
    uint8_t      leaf[HASH_SIZE];
    struct error wrong = {0};

    if (!read_file(path, arena, &text, &length, error))
        return false;
    if (!receipt_parse(text, length, arena, receipt, error))
        return error_while(error, path);
    if (!checkpoint_open(receipt->checkpoint, receipt->checkpoint_length, keys, key_count, checkpoint,
                         &wrong)) {
        finding_add(findings, FINDING_SIGNATURE, FINDING_NOWHERE, "%s: %s", path, wrong.message);
        return true;
    }
    merkle_leaf(receipt->entry, receipt->entry_length, leaf);
    if (!merkle_included(receipt->index, checkpoint->size, leaf, (const uint8_t(*)[HASH_SIZE])receipt->path,
                         receipt->path_count, checkpoint->root))
        finding_add(findings, FINDING_RECEIPT, receipt->index,
                    "%s: its path does not lead to the signed root", path);
    check_values(receipt, path, findings);
    return true;
}

bool held_files_seal(const char *text, struct checkpoint *checkpoint, struct error *error)
{
    char    *end;
    uint64_t size = strtoull(text, &end, 10);

    if (*text < '1' || *text > '9' || *end != ':' || size > UINT32_MAX ||
        !base64_decode_all(end + 1, strlen(end + 1), checkpoint->root, sizeof checkpoint->root))
        return error_field(error, "seal",
                           "--seal takes SIZE:ROOT as the paper says it, such as 17:Kq…= with 44 characters "
                           "behind the colon; this is not: %.60s",
                           text);
    checkpoint->size = size;
    return true;
}
