/* spoor-scan without a command's name: scans pictures, standard input, hand scanners, a camera. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "camera.h"
#include "commands.h"
#include "decode.h"
#include "face.h"
#include "live.h"
#include "shared/label.h"
#include "shared/utf8.h"
#include "station.h"
#include "watch.h"
#include "words.h"

static int worse(int one, int other)
{
    return one > other ? one : other;
}

static int scan_picture(struct scan *scan, const char *path)
{
    static struct decode_result codes[DECODED_MOST];
    enum decode_rest            rest = DECODE_REST_NONE;
    struct decode_settings      settings = {
             .effort = EFFORT_THOROUGH, .budget_ms = DECODE_BUDGET_MS, .rest = &rest};
    struct error error = {0};
    size_t       count;
    int          code = 0;

    if (!decode_file(path, &settings, codes, DECODED_MOST, &count, &error)) {
        scan_problem(scan, path, "not readable", error.message);
        return EXIT_NOT_READABLE;
    }
    if (decode_rest_text(rest))
        fprintf(stderr, "%s: %s\n", path, decode_rest_text(rest));
    for (size_t i = 0; i < count; i++)
        code = worse(code, scan_take(scan, codes[i].code.text, false));
    return code;
}

static int scan_camera(struct scan *scan, const char *path, struct error *error)
{
    struct frame_source source;

    if (!camera_open(path, &source, error))
        return 0;
    scan->wait = false;
    return watch_frames(scan, &source, error);
}

static bool is_live(const struct invocation *invocation)
{
    return option_given(invocation, "stdin") || option_given(invocation, "evdev") ||
           option_given(invocation, "serial");
}

/* What is no UTF-8 no server takes, and would be left out without a word. */
static bool is_text(const char *name, const char *text, struct error *error)
{
    return utf8_is_valid(text, strlen(text)) ||
           error_set(error, ERROR_INVALID,
                     "--%s is not UTF-8 text; set the terminal to UTF-8, or write it without accents", name);
}

static bool read_word(const struct invocation *invocation, const char *name, char *word, size_t size,
                      struct error *error)
{
    const char *text = option_text(invocation, name);

    if (!text)
        return true;
    if (strlen(text) >= size)
        return error_set(error, ERROR_INVALID, "--%s is too long", name);
    if (!is_text(name, text, error))
        return false;
    snprintf(word, size, "%s", text);
    return true;
}

static bool read_label(const struct invocation *invocation, const char *name, char code[LABEL_SYMBOLS + 1],
                       struct error *error)
{
    struct label label;
    char         doing[40];

    if (!option_given(invocation, name))
        return true;
    snprintf(doing, sizeof doing, "--%s", name);
    if (!label_parse(option_text(invocation, name), &label, error))
        return error_while(error, doing);
    snprintf(code, LABEL_SYMBOLS + 1, "%s", label.code);
    return true;
}

static bool read_context(const struct invocation *invocation, struct context *context, struct error *error)
{
    struct context_words *first = &context->first;

    if (!read_word(invocation, "step", first->step, sizeof first->step, error) ||
        !read_word(invocation, "reason", first->reason, sizeof first->reason, error) ||
        !read_label(invocation, "place", first->place, error) ||
        !read_label(invocation, "person", first->person, error))
        return false;
    first->note = option_text(invocation, "note");
    if (first->note && strlen(first->note) > 2000)
        return error_set(error, ERROR_INVALID, "--note is too long: at most 2000 characters");
    if (first->note && !is_text("note", first->note, error))
        return false;
    context->now = *first;
    if (operand_count(invocation) == 0 && !is_live(invocation) && !option_given(invocation, "camera"))
        return error_set(
            error, ERROR_INVALID,
            "say what to scan: pictures, --stdin, --evdev, --serial or --camera /dev/video0; see --help");
    if (!context_kind(context) && operand_count(invocation) > 0)
        return error_set(error, ERROR_INVALID,
                         "say what the scan means: --step diagnosis, --place CODE, or both; see --help");
    return true;
}

static bool open_scanners(const struct invocation *invocation, struct live *live, struct error *error)
{
    static const struct {
        const char *option;
        struct hand_scanner *(*open)(const char *path, struct error *error);
    } rows[] = {{"evdev", hand_scanner_open_keys}, {"serial", hand_scanner_open_serial}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct hand_scanner *scanner;

        if (!option_given(invocation, rows[i].option))
            continue;
        scanner = rows[i].open(option_text(invocation, rows[i].option), error);
        if (!scanner)
            return false;
        live->scanners[live->scanner_count++] = scanner;
    }
    return true;
}

static int scan_live(const struct invocation *invocation, struct scan *scan, const struct station *station,
                     struct error *error)
{
    char        title[500];
    struct live live = {.scan = scan, .title = title, .input = option_given(invocation, "stdin")};
    int         code = 0;

    snprintf(title, sizeof title, "Spoor scanner %s of %s. Ctrl-C ends.", station->enrolment.name,
             station->enrolment.url);
    if (open_scanners(invocation, &live, error)) {
        if (!scan->show.json && !option_given(invocation, "plain"))
            scan->show.face = face_start();
        live.input = live.input || scan->show.face;
        scan->wait = live.scanner_count == 0 && !isatty(STDIN_FILENO);
        code = live_run(&live, error);
        face_stop(scan->show.face);
        scan->show.face = NULL;
    }
    for (size_t i = 0; i < live.scanner_count; i++)
        hand_scanner_close(live.scanners[i]);
    return code;
}

static int scan_all(struct invocation *invocation, struct scan *scan, const struct station *station,
                    struct error *error)
{
    struct error undelivered = {0};
    int          code = 0;

    scan->wait = true;
    for (size_t i = 0; i < operand_count(invocation); i++)
        code = worse(code, scan_picture(scan, operand(invocation, i)));
    if (is_live(invocation))
        code = worse(code, scan_live(invocation, scan, station, error));
    if (option_given(invocation, "camera"))
        code = worse(code, scan_camera(scan, option_text(invocation, "camera"), error));
    if (!sender_drain(scan->sender, &undelivered))
        code = worse(code, EXIT_WAITING);
    return worse(code, scan_hear(scan));
}

static int scan_run(struct invocation *invocation, struct error *error)
{
    struct station station = {0};
    struct scan    scan = {.show = {.json = option_given(invocation, "json"),
                                    .colour = isatty(STDOUT_FILENO) && !option_given(invocation, "json")}};
    int            code;

    if (!read_context(invocation, &scan.context, error) || !station_open(invocation, &station, error))
        return 0;
    if (!words_check(&station.enrolment, &scan.context.first, error)) {
        station_close(&station);
        return 0;
    }
    scan.queue = station.queue;
    scan.enrolment = &station.enrolment;
    scan.show.sound = sound_new(option_given(invocation, "quiet"));
    scan.sender = sender_start(station.queue, &station.enrolment);
    code = scan_all(invocation, &scan, &station, error);
    sender_stop(scan.sender);
    sound_free(scan.show.sound);
    station_close(&station);
    return code;
}

static const struct option_row scan_options[] = {
    {"step", "STEP",
     "the step that the devices are at now, such as diagnosis; return: each is given back to its owner"},
    {"place", "CODE", "label of the place where they are now"},
    {"person", "CODE", "badge (the code on it) of the person who is given the devices"},
    {"reason", "CODE",
     "code of a reason, such as PARTS_ORDERED: the devices wait for that; with --step it is why they went "
     "back"},
    {"note", "TEXT", "note for the owner"},
    {"stdin", NULL, "read codes from a pipe, or from a hand scanner that types into this terminal"},
    {"evdev", "DEVICE", "read a hand scanner at /dev/input/…, for this program alone"},
    {"serial", "DEVICE", "read a hand scanner at a serial port, such as /dev/ttyACM0"},
    {"camera", "DEVICE", "read labels with a camera, such as /dev/video0"},
    {"plain", NULL, "lines on a terminal too"},
    {"quiet", NULL, "no sounds"},
    {"json", NULL, "one JSON object for each scan"},
    STATION_OPTION,
    {0}};
static const struct example_row scan_examples[] = {
    {"spoor-scan --step diagnosis photo.jpg", "the device on the photograph is in diagnosis now, with you"},
    {"spoor-scan --stdin", "scan a card of the bench (a step, a place …), then devices, with a hand scanner"},
    {"spoor-scan --step repair --evdev /dev/input/by-id/usb-scanner-event-kbd",
     "each code from this hand scanner is in repair now"},
    {"spoor-scan --place 7K3M9-QXFDT --stdin --json", "everything that is scanned stands on that shelf"},
    {0}};

const struct command scan_command = {
    .name = "",
    .operands = "[PICTURE ...]",
    .operands_most = 10000,
    .summary = "Records a step, a place, a hand-over or a wait for each code that is read",
    .run = scan_run,
    .options = scan_options,
    .examples = scan_examples};
