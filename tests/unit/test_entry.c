#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/commitment.h"
#include "audit/entry.h"
#include "audit/merkle.h"

static const uint8_t thing[16] = {1, 2, 3}, hash[HASH_SIZE] = {9};

static void write_event(struct entry_writer *writer, uint64_t device_seq)
{
    entry_begin(writer, ENTRY_EVENT);
    entry_put(writer, TAG_EVENT_ID, thing, 16);
    entry_put(writer, TAG_DEVICE, thing, 16);
    entry_put_number(writer, TAG_DEVICE_SEQ, device_seq);
    entry_put(writer, TAG_PREVIOUS, hash, HASH_SIZE);
    entry_put_number(writer, TAG_KIND, 4);
    entry_put_number(writer, TAG_RECORDED_AT, 1767225600123);
    entry_put_number(writer, TAG_HAPPENED_AT, 1767225599000);
    entry_put_number(writer, TAG_OFFSET, (uint64_t)-210);
    entry_put_number(writer, TAG_FLAGS, 5);
    entry_put(writer, TAG_HOLDER, hash, HASH_SIZE);
    entry_put(writer, TAG_RECORDER, hash, HASH_SIZE);
}

static void reads_back_what_it_wrote(void **state)
{
    struct entry_writer writer;
    struct entry        entry;
    struct error        error = {0};

    (void)state;
    write_event(&writer, 70000);
    assert_true(entry_finish(&writer, &error));
    assert_true(entry_parse(writer.bytes, writer.length, &entry, &error));
    assert_int_equal(entry.type, ENTRY_EVENT);
    assert_int_equal(entry_number(&entry, TAG_DEVICE_SEQ), 70000);
    assert_true(entry_number(&entry, TAG_RECORDED_AT) == 1767225600123);
    assert_int_equal(entry_signed(&entry, TAG_OFFSET), -210);
    assert_int_equal(entry_number(&entry, TAG_FLAGS), 5);
    assert_null(entry.field[TAG_STEP].value);
    assert_int_equal(entry_number(&entry, TAG_STEP), 0);
    assert_memory_equal(entry.field[TAG_DEVICE].value, thing, 16);
    assert_int_equal(entry.body_length + ENTRY_HEAD, writer.length);
}

static void refuses_every_shortened_entry(void **state)
{
    struct entry_writer writer;
    struct entry        entry;
    struct error        error = {0};

    (void)state;
    write_event(&writer, 1);
    for (size_t length = 0; length < writer.length; length++)
        assert_false(entry_parse(writer.bytes, length, &entry, &error));
    writer.bytes[writer.length] = 0;
    assert_false(entry_parse(writer.bytes, writer.length + 1, &entry, &error));
}

static void put(struct entry_writer *writer, unsigned tag, size_t length)
{
    static const uint8_t filling[512] = {1};

    entry_put(writer, (enum entry_tag)tag, filling, length);
}

static void refuses_fields_that_do_not_belong(void **state)
{
    static const struct {
        unsigned tag;
        size_t   length;
    } wrong[] = {{0, 1},                 /* no such tag */
                 {TAG_EVENT_ID, 16},     /* again */
                 {TAG_DEVICE, 16},       /* out of order */
                 {TAG_ATTACHMENTS, 31},  /* one byte short */
                 {TAG_ATTACHMENTS, 33},  /* one too many */
                 {TAG_ATTACHMENTS, 0},   /* empty */
                 {0x19, 32},             /* unknown */
                 {TAG_ORIGIN, 4},        /* of another type */
                 {TAG_VERIFIER_KEY, 10}, /* of another type */
                 {TAG_ERASED, 1},        /* of another type */
                 {0x50, 1},              /* beyond the table */
                 {0xFF, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct entry_writer writer;
        struct error        error = {0};

        write_event(&writer, 1);
        put(&writer, wrong[i].tag, wrong[i].length);
        assert_false(entry_finish(&writer, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
        assert_true(error.message[0]);
    }
}

static void refuses_an_event_that_lacks_a_required_field(void **state)
{
    struct entry_writer whole;
    struct entry        entry;
    struct error        error = {0};

    (void)state;
    write_event(&whole, 1);
    for (size_t at = ENTRY_HEAD; at < whole.length;) {
        size_t  length = 3 + ((size_t)whole.bytes[at + 1] << 8 | whole.bytes[at + 2]);
        uint8_t bytes[ENTRY_MOST];

        memcpy(bytes, whole.bytes, at);
        memcpy(bytes + at, whole.bytes + at + length, whole.length - at - length);
        assert_int_equal(entry_parse(bytes, whole.length - length, &entry, &error),
                         whole.bytes[at] == TAG_FLAGS);
        at += length;
    }
}

static void refuses_other_beginnings_and_types(void **state)
{
    struct entry_writer writer;
    struct entry        entry;
    struct error        error = {0};

    (void)state;
    write_event(&writer, 1);
    for (size_t at = 0; at < 4; at++) {
        writer.bytes[at] ^= 0x20;
        assert_false(entry_parse(writer.bytes, writer.length, &entry, &error));
        writer.bytes[at] ^= 0x20;
    }
    for (unsigned type = 0; type < 256; type++) {
        writer.bytes[4] = (uint8_t)type;
        assert_int_equal(entry_parse(writer.bytes, writer.length, &entry, &error), type == ENTRY_EVENT);
    }
}

static void refuses_flags_that_are_zero(void **state)
{
    struct entry_writer writer;
    struct error        error = {0};

    (void)state;
    entry_begin(&writer, ENTRY_GENESIS);
    entry_put_number(&writer, TAG_RECORDED_AT, 1);
    entry_put(&writer, TAG_ORIGIN, "desk.example.org/log", 20);
    entry_put(&writer, TAG_FORMAT, ENTRY_FORMAT_NAME, 12);
    assert_true(entry_finish(&writer, &error));
    writer.bytes[writer.length - 1] = '2';
    assert_false(entry_finish(&writer, &error)); /* another format */
    write_event(&writer, 1);
    writer.bytes[writer.length - 2 * 35 - 1] = 0; /* the byte of the flags */
    assert_false(entry_finish(&writer, &error));
    assert_non_null(strstr(error.message, "flags"));
}

static void refuses_erased_fields_out_of_order(void **state)
{
    static const struct {
        const char *tags;
        bool        right;
    } lists[] = {{"\x11", true}, {"\x11\x15", true}, {"\x15\x11", false}, {"\x11\x11", false}, {"", false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct entry_writer writer;
        struct error        error = {0};

        entry_begin(&writer, ENTRY_ERASURE);
        entry_put(&writer, TAG_EVENT_ID, thing, 16);
        entry_put_number(&writer, TAG_RECORDED_AT, 1);
        entry_put(&writer, TAG_RECORDER, hash, HASH_SIZE);
        entry_put(&writer, TAG_TARGET, thing, 16);
        entry_put(&writer, TAG_ERASED, lists[i].tags, strlen(lists[i].tags));
        assert_int_equal(entry_finish(&writer, &error), lists[i].right);
    }
}

static void holds_at_most_4096_bytes(void **state)
{
    struct entry_writer writer;
    struct error        error = {0};

    (void)state;
    write_event(&writer, 1);
    for (int i = 0; i < 9; i++)
        put(&writer, TAG_VERIFIER_KEY, 500);
    assert_false(entry_finish(&writer, &error));
    assert_int_equal(error.kind, ERROR_TOO_LARGE);
    assert_true(writer.length <= ENTRY_MOST);
}

static void opens_a_commitment_with_its_value_and_salt_only(void **state)
{
    struct entry_writer writer;
    struct entry        entry;
    struct error        error = {0};
    uint8_t             salt[SALT_SIZE] = {7}, made[HASH_SIZE];

    (void)state;
    write_event(&writer, 1);
    commitment_make(COMMIT_NOTE, "screen broken", 13, salt, made);
    entry_put(&writer, TAG_PUBLIC_NOTE, made, HASH_SIZE);
    assert_true(entry_parse(writer.bytes, writer.length, &entry, &error));
    assert_true(commitment_opens(&entry, TAG_PUBLIC_NOTE, "screen broken", 13, salt));
    assert_false(commitment_opens(&entry, TAG_PUBLIC_NOTE, "screen broke", 12, salt));
    assert_false(commitment_opens(&entry, TAG_PUBLIC_NOTE, "Screen broken", 13, salt));
    assert_false(commitment_opens(&entry, TAG_PRIVATE_NOTE, "screen broken", 13, salt));
    assert_false(commitment_opens(&entry, TAG_HOLDER, "screen broken", 13, salt)); /* another kind of thing */
    assert_false(commitment_opens(&entry, TAG_KIND, "screen broken", 13, salt));
    assert_false(commitment_opens(&entry, 4000, "screen broken", 13, salt));
    salt[31] ^= 1;
    assert_false(commitment_opens(&entry, TAG_PUBLIC_NOTE, "screen broken", 13, salt));
}

/* One line of the vectors: "entry 1: 53505231…"; gives the number of bytes, 0 when there is none. */
static size_t vector(const char *all, const char *name, uint8_t *bytes, size_t size)
{
    char        head[64];
    const char *at;
    size_t      got = 0;

    snprintf(head, sizeof head, "%s: ", name);
    at = strstr(all, head);
    if (at && sodium_hex2bin(bytes, size, at + strlen(head), strcspn(at + strlen(head), "\n"), NULL, &got,
                             NULL) != 0)
        return 0;
    return got;
}

static void expect(const char *all, const char *name, const uint8_t *bytes, size_t length)
{
    uint8_t given[ENTRY_MOST];

    assert_int_equal(vector(all, name, given, sizeof given), length);
    assert_memory_equal(given, bytes, length);
}

static void put_commitment(struct entry_writer *writer, enum entry_tag tag, uint8_t salt_byte,
                           const char *value)
{
    uint8_t salt[SALT_SIZE], made[HASH_SIZE];

    memset(salt, salt_byte, sizeof salt);
    commitment_make(commitment_of_tag(tag), value, strlen(value), salt, made);
    entry_put(writer, tag, made, HASH_SIZE);
}

struct sample {
    uint8_t     id_from, device_seq, kind, step, before_salt, after_salt, place_salt, recorder_salt;
    uint64_t    recorded_ms, happened_ms;
    const char *before, *after, *place, *identity, *recorder;
};

/* An entry of the vectors, made with our own writer. */
static void write_sample(struct entry_writer *writer, const struct sample *sample, const uint8_t *previous)
{
    uint8_t id[16], device[16];

    for (uint8_t i = 0; i < 16; i++) {
        id[i] = (uint8_t)(sample->id_from + i);
        device[i] = (uint8_t)(0x10 + i);
    }
    entry_begin(writer, ENTRY_EVENT);
    entry_put(writer, TAG_EVENT_ID, id, 16);
    entry_put(writer, TAG_DEVICE, device, 16);
    entry_put_number(writer, TAG_DEVICE_SEQ, sample->device_seq);
    entry_put(writer, TAG_PREVIOUS, previous, HASH_SIZE);
    entry_put_number(writer, TAG_KIND, sample->kind);
    entry_put_number(writer, TAG_RECORDED_AT, sample->recorded_ms);
    entry_put_number(writer, TAG_HAPPENED_AT, sample->happened_ms);
    entry_put_number(writer, TAG_OFFSET, 60);
    entry_put_number(writer, TAG_STEP, sample->step);
    put_commitment(writer, TAG_HOLDER_BEFORE, sample->before_salt, sample->before);
    put_commitment(writer, TAG_HOLDER, sample->after_salt, sample->after);
    put_commitment(writer, TAG_PLACE, sample->place_salt, sample->place);
    if (sample->identity)
        put_commitment(writer, TAG_IDENTITY, 0x61, sample->identity);
    put_commitment(writer, TAG_RECORDER, sample->recorder_salt, sample->recorder);
}

static const struct sample samples[] = {
    {0x00, 0, 1, 20, 0x41, 0x42, 0x51, 0x71, 1767225600000, 1767225599000, "party:alice",
     "party:intake-clerk-2", "place:intake-desk", "serial:5CG1234XYZ", "scanner:till-7"},
    {0xA0, 1, 2, 30, 0x42, 0x43, 0x52, 0x72, 1767229200000, 1767229199500, "party:intake-clerk-2",
     "party:bench-3", "place:bench-3", NULL, "scanner:phone-12"}};

/* What ../shared/vectors/entry_vectors.py prints; false when it or Python is not there. */
static bool read_vectors(char *all, size_t size)
{
    size_t length = 0;
    FILE  *vectors;

    if (access("../shared/vectors/entry_vectors.py", R_OK) != 0)
        return false;
    vectors = popen("python3 ../shared/vectors/entry_vectors.py 2> /dev/null", "r");
    if (vectors) {
        length = fread(all, 1, size - 1, vectors);
        pclose(vectors);
    }
    all[length] = '\0';
    return length > 0;
}

static void makes_the_reference_vectors_to_the_byte(void **state)
{
    static char         all[16384];
    struct entry_writer writers[3];
    struct merkle       tree = {0};
    struct error        error = {0};
    uint8_t             digest[HASH_SIZE] = {0}, leaf[HASH_SIZE], root[HASH_SIZE];
    char                name[32];

    (void)state;
    if (!read_vectors(all, sizeof all))
        skip();
    entry_begin(&writers[0], ENTRY_GENESIS);
    entry_put_number(&writers[0], TAG_RECORDED_AT, 1767225000000);
    entry_put(&writers[0], TAG_ORIGIN, "spoor.example.org/log1", 22);
    entry_put(&writers[0], TAG_FORMAT, ENTRY_FORMAT_NAME, 12);
    for (unsigned i = 0; i < 3; i++) {
        struct entry entry;

        if (i > 0)
            write_sample(&writers[i], &samples[i - 1], digest);
        assert_true(entry_parse(writers[i].bytes, writers[i].length, &entry, &error));
        snprintf(name, sizeof name, i == 0 ? "entry 0 (genesis)" : "entry %u", i);
        expect(all, name, writers[i].bytes, writers[i].length);
        merkle_leaf(writers[i].bytes, writers[i].length, leaf);
        snprintf(name, sizeof name, "leaf %u", i);
        expect(all, name, leaf, HASH_SIZE);
        merkle_append(&tree, leaf);
        if (i == 1) {
            entry_digest(&entry, digest);
            expect(all, "digest(body 1) = tag 04 of entry 2", digest, HASH_SIZE);
            merkle_root(&tree, root);
            expect(all, "root of size 2", root, HASH_SIZE);
        }
    }
    merkle_root(&tree, root);
    expect(all, "root of size 3", root, HASH_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(refuses_every_shortened_entry),
        cmocka_unit_test(refuses_fields_that_do_not_belong),
        cmocka_unit_test(refuses_an_event_that_lacks_a_required_field),
        cmocka_unit_test(refuses_other_beginnings_and_types),
        cmocka_unit_test(refuses_flags_that_are_zero),
        cmocka_unit_test(refuses_erased_fields_out_of_order),
        cmocka_unit_test(holds_at_most_4096_bytes),
        cmocka_unit_test(opens_a_commitment_with_its_value_and_salt_only),
        cmocka_unit_test(makes_the_reference_vectors_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
