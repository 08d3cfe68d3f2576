/* spoor-scan print: one label on a label printer. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "enrolment.h"
#include "printer_languages.h"
#include "printer_send.h"
#include "station.h"

#define PRINT_BYTES  ((size_t)4 * 1024 * 1024)
#define SIZE_MM      20.0
#define ADDRESS_MOST 250u

static bool is_address(const char *text)
{
    size_t length = strlen(text);

    if (length > ADDRESS_MOST ||
        (strncasecmp(text, "https://", 8) != 0 && strncasecmp(text, "http://", 7) != 0))
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~' || strchr("?#\"<>\\", text[i]))
            return false;
    return strstr(text, "//")[2] != '\0';
}

/* "HTTPS://FIX.EXAMPLE.NL/D/7K3M9QXFDT": in capitals the symbol stays small. */
static const char *address_of(const struct invocation *invocation, struct arena *arena,
                              const struct label *label, struct error *error)
{
    struct enrolment enrolment = {0};
    const char      *server = option_text(invocation, "server");
    char             folder[512], *text;
    size_t           length;

    if (!server) {
        if (!enrolment_folder(option_text(invocation, "state"), folder, sizeof folder, error) ||
            !enrolment_load(folder, &enrolment, error))
            return NULL;
        server = enrolment.url;
    }
    if (!is_address(server)) {
        error_field(error, "server", "--server is an address such as https://fix.example.nl");
        return NULL;
    }
    length = strlen(server);
    while (server[length - 1] == '/')
        length--;
    text = arena_format(arena, "%.*s/D/%s", (int)length, server, label->code);
    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

static const struct printer_language *read_language(const struct invocation *invocation, unsigned *dpi,
                                                    struct error *error)
{
    const char                    *name = option_text(invocation, "language");
    const struct printer_language *language = name ? printer_language_find(name) : NULL;
    long                           asked;

    if (!language) {
        error_field(error, "language", "--language is zpl, escpos, brother-ql or dymo");
        return NULL;
    }
    if (!option_number(invocation, "dpi", language->dpis[0], 1, 10000, &asked, error))
        return NULL;
    *dpi = (unsigned)asked;
    if (printer_has_dpi(language, *dpi))
        return language;
    error_field(error, "dpi", "printers of %s do not have %ld dots an inch; %u are usual", name, asked,
                language->dpis[0]);
    return NULL;
}

/* "62" or "62x29" */
static bool read_media(const struct invocation *invocation, const struct printer_language *language,
                       struct printer_media *media, struct error *error)
{
    const char *text = option_text(invocation, "media");
    int         used = 0;

    *media = (struct printer_media){.width = 62};
    if (!text)
        return true;
    if (!language->wants_media)
        return error_field(error, "media",
                           "--media is for brother-ql only: the others find the label themselves");
    media->width = 0;
    if (strlen(text) > 7 || text[strspn(text, "0123456789x")] ||
        sscanf(text, "%3u%nx%3u%n", &media->width, &used, &media->length, &used) < 1 || text[used])
        return error_field(error, "media",
                           "--media is WIDTH or WIDTHxLENGTH in millimetres, such as 62 or 62x29");
    return true;
}

static bool compose(const struct invocation *invocation, struct arena *arena, struct buffer *bytes,
                    struct label *label, struct error *error)
{
    const struct printer_language *language;
    struct printer_media           media;
    struct label_picture           picture;
    const char                    *address;
    unsigned                       dpi;
    double                         size;

    if (!label_parse(operand(invocation, 0), label, error))
        return false;
    language = read_language(invocation, &dpi, error);
    if (!language || !read_media(invocation, language, &media, error) ||
        !option_decimal(invocation, "size", SIZE_MM, 1, language->head_mm, &size, error))
        return false;
    address = address_of(invocation, arena, label, error);
    return address && label_picture_make(arena, address, label, size, dpi, &picture, error) &&
           language->write(&picture, &media, bytes, error);
}

static bool write_file(const char *path, const struct buffer *bytes, struct error *error)
{
    FILE *file = fopen(path, "we");
    bool  written = file && fwrite(bytes->text, 1, bytes->length, file) == bytes->length;

    if (file && fclose(file) != 0)
        written = false;
    return written || error_set(error, ERROR_INVALID, "cannot write %s: %s", path, strerror(errno));
}

static int print_run(struct invocation *invocation, struct error *error)
{
    ARENA      *arena = arena_new();
    const char *file = option_text(invocation, "dry-run"), *printer = option_text(invocation, "printer"),
               *queue = option_text(invocation, "cups"),
               *where = file      ? file
                        : printer ? printer
                                  : queue;
    CLEANUP(buffer_free) struct buffer bytes = {.limit = PRINT_BYTES};
    struct label                       label;

    if (!where || (printer && queue))
        return error_set(error, ERROR_INVALID,
                         "say where to, once: --printer HOST, --cups QUEUE, or --dry-run FILE");
    if (!compose(invocation, arena, &bytes, &label, error))
        return 0;
    if (bytes.overflowed)
        return error_set(error, ERROR_TOO_LARGE, "this label is too large");
    if (file      ? write_file(file, &bytes, error)
        : printer ? printer_send_network(printer, &bytes, error)
                  : printer_send_cups(queue, &bytes, error))
        printf("%s  %s %s\n", label_format(&label).text, file ? "written to" : "sent to", where);
    return 0;
}

static const struct option_row print_options[] = {
    {"language", "LANGUAGE", "zpl, escpos, brother-ql or dymo: what the printer understands"},
    {"printer", "HOST[:PORT]", "a printer on the network (port 9100)"},
    {"cups", "QUEUE", "a queue of CUPS, through lp; the bytes are handed on as they are"},
    {"dry-run", "FILE", "writes what would be sent to a file, and sends nothing"},
    {"size", "MM", "how wide the QR may be with its white edge; on 58 mm paper 48 at most (20)"},
    {"dpi", "N", "dots an inch: zpl 203, 300 or 600 (203); escpos 203 or 180 (203); the others 300"},
    {"media", "MM[xMM]", "brother-ql: the roll, such as 62, 29x90 or 62x29 (62)"},
    {"server", "URL", "what the QR leads to (the server where this scanner is enrolled)"},
    STATION_OPTION,
    {0}};
static const struct example_row print_examples[] = {
    {"spoor-scan print 7K3M9-QXFDT --printer 192.0.2.7 --language zpl", "a Zebra with 203 dots an inch"},
    {"spoor-scan print 7K3M9-QXFDT --printer ql.desk --language brother-ql --media 62x29", "a Brother QL"},
    {"spoor-scan print 7K3M9-QXFDT --cups dymo --language dymo", "a LabelWriter on this machine"},
    {"spoor-scan print 7K3M9-QXFDT --language escpos --dry-run label.bin", "looks first"},
    {0}};
const struct command print_command = {
    .name = "print",
    .operands = "CODE",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Prints a label on a label printer",
    .text = "The QR and below it the code, in two lines. A module of the QR is a whole number of the "
            "printer's dots; what would "
            "be smaller than 0.33 mm is refused. zpl: Zebra and others that speak ZPL II; escpos: receipt "
            "printers with GS v 0; "
            "brother-ql: QL-500 to QL-820NWB; dymo: LabelWriter 300, 400 and 450 (not 550, not Wireless).",
    .run = print_run,
    .options = print_options,
    .examples = print_examples};
