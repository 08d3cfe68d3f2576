#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit/base64.h"
#include "audit/checkpoint.h"
#include "audit/note.h"

#define DASH "\xE2\x80\x94"

static struct note_signer signer, other;

static int make_signers(void **state)
{
    uint8_t      secret[NOTE_SECRET_SIZE] = {1};
    struct error error = {0};

    (void)state;
    if (!note_signer_from("desk.example.org/log", secret, &signer, &error))
        return 1;
    secret[0] = 2;
    return note_signer_from("desk.example.org/log", secret, &other, &error) ? 0 : 1;
}

static void sign(const char *text, struct buffer *out)
{
    *out = (struct buffer){.limit = 10000};
    note_sign(&signer, text, strlen(text), out);
}

static bool verifies(const char *note, size_t length, const struct note_key *key)
{
    bool present;

    return note_verify(note, length, key, &present);
}

static void verifies_what_was_signed_and_nothing_else(void **state)
{
    struct buffer note;

    (void)state;
    sign("a text\nof two lines\n", &note);
    assert_true(verifies(note.text, note.length, &signer.key));
    assert_false(verifies(note.text, note.length, &other.key));
    for (size_t at = 0; at < note.length; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            note.text[at] = (char)(note.text[at] ^ 1 << bit);
            if (verifies(note.text, note.length, &signer.key))
                fail_msg("byte %zu, bit %u", at, bit);
            note.text[at] = (char)(note.text[at] ^ 1 << bit);
        }
    for (size_t length = 0; length < note.length; length++)
        assert_false(verifies(note.text, length, &signer.key));
    buffer_free(&note);
}

static void reads_each_base64_character_in_one_way(void **state)
{
    uint8_t  bytes[3], seen[3] = {0};
    unsigned read = 0;
    char     text[4];

    (void)state;
    for (unsigned place = 0; place < 4; place++)
        for (unsigned c = 0; c < 256; c++) {
            memcpy(text, "AAAA", 4);
            text[place] = (char)c;
            read += base64_decode_all(text, 4, bytes, 3);
        }
    assert_int_equal(read, 4 * 64);
    assert_false(base64_decode_all("AA==", 4, bytes, 3));
    assert_true(base64_decode_all("AAA=", 4, bytes, 2));
    assert_false(base64_decode_all("AAAAAAAA", 8, seen, 3));
}

static void splits_at_the_last_empty_line(void **state)
{
    struct buffer note;
    struct error  error = {0};
    size_t        length;

    (void)state;
    sign("first\n\nsecond\n", &note);
    assert_true(note_split(note.text, note.length, &length, &error));
    assert_int_equal(length, strlen("first\n\nsecond\n"));
    assert_true(verifies(note.text, note.length, &signer.key));
    buffer_free(&note);
}

static void tells_a_wrong_signature_from_a_missing_one(void **state)
{
    struct buffer note;
    bool          present;

    (void)state;
    sign("text\n", &note);
    assert_false(note_verify(note.text, note.length, &other.key, &present));
    assert_false(present);
    note.text[0] = 'T';
    assert_false(note_verify(note.text, note.length, &signer.key, &present));
    assert_true(present);
    buffer_free(&note);
}

static void passes_over_the_signatures_of_others(void **state)
{
    struct buffer note, second = {.limit = 10000};
    char          both[2000];

    (void)state;
    sign("text\n", &note);
    note_sign(&other, "text\n", 5, &second);
    snprintf(both, sizeof both, "%s%s", second.text, note.text + 6);
    assert_true(verifies(both, strlen(both), &signer.key));
    assert_true(verifies(both, strlen(both), &other.key));
    snprintf(both, sizeof both, "text\n\n" DASH " witness.example.org AAAAAAAAAAAA\n%s", note.text + 6);
    assert_true(verifies(both, strlen(both), &signer.key));
    buffer_free(&note);
    buffer_free(&second);
}

static void refuses_what_is_not_a_note(void **state)
{
    struct buffer note;
    char          line[300], text[2000];
    struct error  error = {0};
    size_t        length;

    static const char *const forms[] = {
        "text\n%s",                                             /* no empty line */
        "text\n\n",                                             /* no signature */
        "\n\n%s",                                               /* no text */
        "text\r\n\r\n%s",                                       /* other line ends */
        "text\n\n%s\n",                                         /* an empty line behind */
        "text\n\n%sx",                                          /* something behind */
        "text\n\n- desk.example.org/log AAAAAAAA\n",            /* a hyphen */
        "text\n\n\xE2\x80\x93 desk.example.org/log AAAAAAAA\n", /* U+2013 */
        "text\n\n" DASH "desk.example.org/log AAAAAAAA\n",
        "text\n\n" DASH "  AAAAAAAA\n",
        "text\n\n" DASH " desk.example.org/log\n",
        "text\n\n" DASH " desk.example.org/log AAAAAAA\n",  /* no padding */
        "text\n\n" DASH " desk.example.org/log AAAAAAB=\n", /* bits behind the end */
        "text\n\n" DASH " desk.example.org/log AAAA AAAA\n",
        "text\n\n" DASH " desk.example.org/log AAAA\n", /* shorter than a key id and a byte */
        "text\n\n" DASH " desk+log AAAAAAAA\n",
        "te\001xt\n\n%s",
    };
    (void)state;
    sign("text\n", &note);
    snprintf(line, sizeof line, "%s", note.text + 6);
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        const char *place = strstr(forms[i], "%s");

        if (place)
            snprintf(text, sizeof text, "%.*s%s%s", (int)(place - forms[i]), forms[i], line, place + 2);
        else
            snprintf(text, sizeof text, "%s", forms[i]);
        if (note_split(text, strlen(text), &length, &error))
            fail_msg("form %zu", i);
    }
    buffer_free(&note);
}

static void reads_the_key_that_it_wrote_and_refuses_others(void **state)
{
    char            text[NOTE_KEY_SIZE], wrong[NOTE_KEY_SIZE + 8];
    struct note_key key;
    struct error    error = {0};

    (void)state;
    note_key_format(&signer.key, text);
    assert_true(note_key_parse(text, &key, &error));
    assert_string_equal(key.name, signer.key.name);
    assert_int_equal(key.id, signer.key.id);
    assert_memory_equal(key.public_key, signer.key.public_key, 32);
    for (size_t at = 0; text[at]; at++) { /* the id is a hash over name and key: no byte can change alone */
        snprintf(wrong, sizeof wrong, "%s", text);
        wrong[at] = wrong[at] == 'Q' ? 'R' : 'Q';
        assert_false(note_key_parse(wrong, &key, &error));
    }
    snprintf(wrong, sizeof wrong, "%s ", text);
    assert_false(note_key_parse(wrong, &key, &error));
    assert_false(note_key_parse("", &key, &error));
    assert_false(note_key_parse("a+b", &key, &error));
}

/* The example of golang.org/x/mod/sumdb/note and of c2sp.org/signed-note. */
static void verifies_the_note_of_the_specification(void **state)
{
    static const char key_text[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    static const char note[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n" DASH " PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    struct note_key key;
    struct error    error = {0};

    (void)state;
    assert_true(note_key_parse(key_text, &key, &error));
    assert_int_equal(key.id, 0xc74f20a3);
    assert_true(verifies(note, strlen(note), &key));
}

static void names_of_logs_have_no_blanks_or_plus_signs(void **state)
{
    static const char *const names[] = {"", "a b", "a+b", "a\nb", "a\x7F"};
    struct note_signer       made;
    struct error             error = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_false(note_signer_from(names[i], signer.secret, &made, &error));
}

static void opens_the_checkpoint_that_it_signed(void **state)
{
    struct checkpoint written = {.origin = "desk.example.org/log", .size = 1234567, .root = {3}}, read;
    CLEANUP(buffer_free) struct buffer note = {.limit = 10000};
    const struct note_key              keys[] = {other.key, signer.key};
    struct error                       error = {0};

    (void)state;
    checkpoint_sign(&written, &signer, &note);
    assert_true(checkpoint_open(note.text, note.length, keys, 2, &read, &error));
    assert_string_equal(read.origin, written.origin);
    assert_true(read.size == written.size);
    assert_memory_equal(read.root, written.root, HASH_SIZE);
    assert_false(checkpoint_open(note.text, note.length, keys, 1, &read, &error));
    assert_int_equal(error.kind, ERROR_FORBIDDEN);
    assert_false(checkpoint_open(note.text, note.length, keys, 0, &read, &error));
}

static void refuses_a_checkpoint_of_another_log_by_the_same_key(void **state)
{
    struct checkpoint                  written = {.origin = "desk.example.org/other", .size = 1}, read;
    CLEANUP(buffer_free) struct buffer note = {.limit = 10000};
    struct error                       error = {0};

    (void)state;
    checkpoint_sign(&written, &signer, &note);
    assert_true(verifies(note.text, note.length, &signer.key));
    assert_false(checkpoint_open(note.text, note.length, &signer.key, 1, &read, &error));
}

static void reads_sizes_and_roots_strictly(void **state)
{
#define ROOT "AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    static const struct {
        const char *text;
        bool        right;
    } texts[] = {
        {"o\n0\n" ROOT "\n", true},
        {"o\n9\n" ROOT "\n", true},
        {"o\n9223372036854775807\n" ROOT "\n", true},
        {"o\n9223372036854775808\n" ROOT "\n", false},
        {"o\n18446744073709551617\n" ROOT "\n", false},
        {"o\n09\n" ROOT "\n", false},
        {"o\n00\n" ROOT "\n", false},
        {"o\n+9\n" ROOT "\n", false},
        {"o\n-9\n" ROOT "\n", false},
        {"o\n 9\n" ROOT "\n", false},
        {"o\n9 \n" ROOT "\n", false},
        {"o\n\n" ROOT "\n", false},
        {"\n9\n" ROOT "\n", false},
        {"o\n9\n" ROOT "\nmore\n", false},
        {"o\n9\n" ROOT "\n\n", false},
        {"o\n9\n", false},
        {"o\n9\nAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", false},
        {"o\n9\nAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", false},
        {"o\n9\nAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n", false},
        {"o\n9\nAw\n", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buffer     note;
        struct checkpoint read;
        struct error      error = {0};

        sign(texts[i].text, &note);
        if (checkpoint_parse(note.text, note.length, &read, &error) != texts[i].right)
            fail_msg("%s", texts[i].text);
        buffer_free(&note);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verifies_what_was_signed_and_nothing_else),
        cmocka_unit_test(reads_each_base64_character_in_one_way),
        cmocka_unit_test(splits_at_the_last_empty_line),
        cmocka_unit_test(tells_a_wrong_signature_from_a_missing_one),
        cmocka_unit_test(passes_over_the_signatures_of_others),
        cmocka_unit_test(refuses_what_is_not_a_note),
        cmocka_unit_test(reads_the_key_that_it_wrote_and_refuses_others),
        cmocka_unit_test(verifies_the_note_of_the_specification),
        cmocka_unit_test(names_of_logs_have_no_blanks_or_plus_signs),
        cmocka_unit_test(opens_the_checkpoint_that_it_signed),
        cmocka_unit_test(refuses_a_checkpoint_of_another_log_by_the_same_key),
        cmocka_unit_test(reads_sizes_and_roots_strictly),
    };
    return cmocka_run_group_tests(tests, make_signers, NULL);
}
