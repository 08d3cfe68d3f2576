/* spoor-scan decode: prints the codes in pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "commands.h"
#include "contents.h"
#include "decode.h"
#include "meaning.h"

#define BUDGET_LEAST_MS 1
#define BUDGET_MOST_MS  600000

/* A label whose check symbols fit, or a card of the bench. Nothing else can become a device. */
static bool is_of_spoor(const struct decoded *code)
{
    struct meaning meaning;
    struct error   error = {0};

    return strlen(code->text) == code->length && meaning_read(code->text, false, &meaning, &error) &&
           meaning.kind != MEANING_NUMBER;
}

/* One code, one line: what would end the line or move the cursor is written as \t, \n, \r, \\ or \x1B. */
static void print_text(const char *text, size_t length)
{
    static const char named[] = "\t\n\r\\", letters[] = "tnr\\";

    for (size_t i = 0; i < length; i++) {
        unsigned char character = (unsigned char)text[i];
        const char   *place = character ? strchr(named, character) : NULL;
        bool          is_c1 = character == 0xC2 && i + 1 < length && (unsigned char)text[i + 1] < 0xA0;

        if (place)
            printf("\\%c", letters[place - named]);
        else if (character < 0x20 || character == 0x7F)
            printf("\\x%02X", character);
        else if (is_c1)
            printf("\\x%02X", (unsigned char)text[++i]);
        else
            putchar(character);
    }
}

static void print_line(const char *path, const struct decode_result *result)
{
    print_text(path, strlen(path));
    printf("\t%s\t", symbology_name(result->code.symbology));
    print_text(result->code.text, result->code.length);
    putchar('\n');
}

static double rounded(double value)
{
    return (double)(long)(value * 100 + (value < 0 ? -.5 : .5)) / 100;
}

static void print_json(const char *path, const struct decode_result *result)
{
    json_t *corners = json_array();
    json_t *file = json_string(path), *line;
    char   *dumped;

    for (size_t i = 0; i < COUNT_OF(result->code.corners); i++)
        json_array_append_new(corners, json_pack("[f, f]", rounded((double)result->code.corners[i].x),
                                                 rounded((double)result->code.corners[i].y)));
    line = json_pack("{s:o?, s:s, s:o, s:o, s:s, s:f}", "file", file, "symbology",
                     symbology_name(result->code.symbology), "text",
                     json_stringn(result->code.text, result->code.length), "corners", corners, "pass",
                     result->pass->name, "milliseconds", rounded(result->milliseconds));
    dumped = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    puts(dumped ? dumped : "{}");
    free(dumped);
    json_decref(line);
}

static bool read_effort(const struct invocation *invocation, enum effort *effort, struct error *error)
{
    static const char *const names[] = {"quick", "normal", "thorough"};
    const char              *text = option_text(invocation, "effort");

    *effort = EFFORT_THOROUGH;
    if (!text)
        return true;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *effort = (enum effort)i;
            return true;
        }
    return error_set(error, ERROR_INVALID, "--effort is quick, normal or thorough");
}

static bool read_settings(const struct invocation *invocation, struct decode_settings *settings,
                          struct error *error)
{
    const char *expected = option_text(invocation, "expect");

    settings->all = option_given(invocation, "all");
    if (expected && strcmp(expected, "spoor") != 0)
        return error_set(error, ERROR_INVALID, "--expect knows only spoor");
    settings->wanted = expected ? is_of_spoor : NULL;
    return read_effort(invocation, &settings->effort, error) &&
           option_number(invocation, "budget-ms", settings->all ? DECODE_ALL_BUDGET_MS : DECODE_BUDGET_MS,
                         BUDGET_LEAST_MS, BUDGET_MOST_MS, &settings->budget_ms, error);
}

static int decode_one(const char *path, const struct decode_settings *settings, bool json)
{
    static struct decode_result results[DECODED_MOST];
    struct error                problem = {0};
    enum decode_rest            rest = DECODE_REST_NONE;
    struct decode_settings      asking = *settings;
    size_t                      count;
    bool                        read;

    asking.rest = &rest;
    read = decode_file(path, &asking, results, DECODED_MOST, &count, &problem);
    if (decode_rest_text(rest))
        fprintf(stderr, "%s: %s\n", path, decode_rest_text(rest));
    if (!read)
        fprintf(stderr, "%s: %s%s\n", path, problem.kind == ERROR_NOT_FOUND ? "not readable: " : "",
                problem.message);
    for (size_t i = 0; i < count; i++) {
        contents_convert(&results[i].code);
        if (json)
            print_json(path, &results[i]);
        else
            print_line(path, &results[i]);
    }
    fflush(stdout);
    return read ? 0 : EXIT_NOT_READABLE;
}

static int decode_run(struct invocation *invocation, struct error *error)
{
    struct decode_settings settings = {0};
    int                    code = 0;

    if (!read_settings(invocation, &settings, error))
        return 0;
    for (size_t i = 0; i < operand_count(invocation); i++)
        if (decode_one(operand(invocation, i), &settings, option_given(invocation, "json")) != 0)
            code = EXIT_NOT_READABLE;
    return code;
}

static const struct option_row decode_options[] = {
    {"json", NULL, "one JSON object for each code, with corners, the pass that read it, and milliseconds"},
    {"effort", "EFFORT", "quick, normal or thorough (the default): how many ways are tried before giving up"},
    {"budget-ms", "N", "milliseconds for each picture (1500; with --all 10000)"},
    {"expect", "spoor", "only labels whose check symbols fit, and cards of the bench; else: not readable"},
    {"all", NULL,
     "every code in the picture (at most 128), such as a QR code and the serial number below it"},
    {0}};
static const struct example_row decode_examples[] = {
    {"spoor-scan decode *.png", "file, symbology and text, separated by tabs"},
    {"spoor-scan decode --all --json label.jpg", "every code of the label, and where it stands"},
    {"spoor-scan decode --expect spoor --effort quick shelf.jpg", "a label or nothing, fast"},
    {0}};
const struct command decode_command = {
    .name = "decode",
    .operands = "PICTURE...",
    .operands_least = 1,
    .operands_most = 100000,
    .summary = "Prints the codes in pictures; sends nothing",
    .text =
        "Reads PNG, JPEG, WebP and HEIC, by content. A line is file, symbology and text, with a tab between "
        "them; tabs, ends of line, backslashes and other control characters in them are written \\t, \\n, "
        "\\r, \\\\ and \\xHH. Corners are pixels of the picture as it is shown. Code 39 in full ASCII, Code "
        "32 and vehicle numbers with an import prefix are converted. Where a picture may hold more codes "
        "than "
        "were printed (too many, or the time was over), standard error says so. Ends with 12 when a picture "
        "had no "
        "code or could not be read; the codes of the others are printed.",
    .run = decode_run,
    .options = decode_options,
    .examples = decode_examples};
