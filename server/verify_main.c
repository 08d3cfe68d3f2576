/* verify_main.c: spoor-verify, the auditor's tool: no network, no database, nobody to trust but the key. */
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shared/command_line.h"
#include "shared/moment.h"
#include "verify/bundle_check.h"
#include "verify/held_files.h"

#define VERSION       "0.1.0"
#define FINDINGS_MOST 1000u
#define EXIT_FINDING  1
#define EXIT_USAGE    2
#define EXIT_STALE    3

struct held {
    struct arena           *arena;
    struct note_key         keys[HELD_KEYS_MOST];
    size_t                  key_count;
    struct older_checkpoint older[BUNDLE_OLDER_MOST];
    size_t                  older_count;
    struct findings         findings;
};

static int usage(struct error *error)
{
    error->kind = ERROR_INVALID; /* exit code 2, whatever it was */
    return EXIT_USAGE;
}

static bool read_keys(const struct invocation *invocation, struct held *held, struct error *error)
{
    for (size_t i = 0; option_nth(invocation, "key", i); i++)
        if (!held_files_key(option_nth(invocation, "key", i), held->keys, &held->key_count, error))
            return false;
    return held->key_count > 0 || error_field(error, "key",
                                              "--key is missing: the log's verifier key, which you got from "
                                              "the desk before, not with the bundle");
}

static bool has_room(const struct held *held, struct error *error)
{
    return held->older_count < BUNDLE_OLDER_MOST ||
           error_set(error, ERROR_INVALID, "at most %u --since and --receipt are taken", BUNDLE_OLDER_MOST);
}

static bool read_held(const struct invocation *invocation, struct held *held, struct error *error)
{
    const char *path;

    for (size_t i = 0; (path = option_nth(invocation, "since", i)); i++) {
        struct older_checkpoint *older = &held->older[held->older_count];

        if (!has_room(held, error) ||
            !held_files_checkpoint(path, held->arena, held->keys, held->key_count, &older->checkpoint, error))
            return false;
        older->name = path;
        held->older_count++;
    }
    for (size_t i = 0; (path = option_nth(invocation, "receipt", i)); i++) {
        struct older_checkpoint *older = &held->older[held->older_count];
        struct receipt           receipt;

        if (!has_room(held, error) ||
            !held_files_receipt(path, held->arena, held->keys, held->key_count, &receipt, &older->checkpoint,
                                &held->findings, error))
            return false;
        older->name = path;
        older->entry = receipt.entry;
        older->entry_length = receipt.entry_length;
        older->index = receipt.index;
        held->older_count++;
    }
    return true;
}

static void begin(const struct invocation *invocation, struct held *held)
{
    *held = (struct held){.arena = arena_new(),
                          .findings = {.json = option_given(invocation, "json"), .most = FINDINGS_MOST}};
    held->findings.warnings = option_given(invocation, "warnings");
    held->findings.out = held->findings.json ? stdout : tmpfile(); /* the verdict comes first for people */
}

/* What was found, beneath the verdict. */
static void end(struct held *held)
{
    char   part[4096];
    size_t got;

    if (!held->findings.json && held->findings.out) {
        rewind(held->findings.out);
        while ((got = fread(part, 1, sizeof part, held->findings.out)) > 0)
            fwrite(part, 1, got, stdout);
        fclose(held->findings.out);
    }
    arena_free(held->arena);
}

static void show_progress(uint64_t done, uint64_t all)
{
    static time_t shown, started;
    time_t        now = time(NULL);

    started = started ? started : now;
    if (!isatty(STDERR_FILENO) || now == started || (now == shown && done < all))
        return;
    shown = now;
    fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " entries%s", done, all, done >= all ? "\n" : "");
}

static void tell_verdict(const struct bundle_check *check, const struct findings *findings)
{
    char moment[MOMENT_SIZE] = "";

    moment_format_utc(check->newest_ms, moment);
    if (finding_total(findings) == 0)
        printf("INTACT. %" PRIu64 " entries, %" PRIu64 " rows and %" PRIu64
               " values are what was sealed under \"%s\"; the newest was recorded on %s.\n",
               check->checkpoint.size, check->rows, check->openings, check->checkpoint.origin, moment);
    else
        printf("NOT INTACT. %" PRIu64
               " findings, below; do not rely on this history before they are explained.\n",
               finding_total(findings));
    if (findings->count[FINDING_LATE])
        printf(
            "%" PRIu64
            " events were recorded more than 10 minutes after they happened (F14); that alone is no fault.\n",
            findings->count[FINDING_LATE]);
    if (findings->count[FINDING_NAME])
        printf("%" PRIu64 " names are the desk's own; only their numbers are sealed (F20).\n",
               findings->count[FINDING_NAME]);
}

static void tell_json(const struct bundle_check *check, const struct findings *findings)
{
    printf("{\"intact\": %s, \"findings\": %" PRIu64 ", \"entries\": %" PRIu64 ", \"rows\": %" PRIu64
           ", \"values\": %" PRIu64 "}\n",
           finding_total(findings) ? "false" : "true", finding_total(findings), check->checkpoint.size,
           check->rows, check->openings);
}

static bool is_stale(int64_t newest_ms, long hours)
{
    return hours > 0 && (int64_t)time(NULL) * 1000 - newest_ms > hours * INT64_C(3600000);
}

static int check_bundle(struct invocation *invocation, struct held *held, struct error *error)
{
    struct bundle_check check = {.folder = operand(invocation, 0),
                                 .keys = held->keys,
                                 .key_count = held->key_count,
                                 .older = held->older,
                                 .older_count = held->older_count,
                                 .findings = &held->findings,
                                 .progress = show_progress};
    long                hours;

    if (!option_number(invocation, "stale-after", 0, 1, 1000000, &hours, error) ||
        !bundle_check_run(&check, error))
        return usage(error);
    if (held->findings.json)
        tell_json(&check, &held->findings);
    else
        tell_verdict(&check, &held->findings);
    if (finding_total(&held->findings) > 0)
        return EXIT_FINDING;
    if (!is_stale(check.newest_ms, hours))
        return 0;
    if (!held->findings.json)
        printf("STALE. Nothing was recorded in the last %ld hours; ask the desk for a newer bundle.\n",
               hours);
    return EXIT_STALE;
}

static int bundle(struct invocation *invocation, struct error *error)
{
    struct held held;
    int         code;

    begin(invocation, &held);
    code = read_keys(invocation, &held, error) && read_held(invocation, &held, error)
               ? check_bundle(invocation, &held, error)
               : usage(error);
    end(&held);
    return code;
}

static void tell_receipt(const struct receipt *receipt, const struct checkpoint *checkpoint)
{
    printf("INTACT. Record %" PRIu64 " is sealed under \"%s\" (checkpoint of %" PRIu64 " entries).\n",
           receipt->index, checkpoint->origin, checkpoint->size);
    for (size_t i = 0; i < receipt->opening_count; i++)
        printf("  %-14s %.*s\n", entry_tag_name(receipt->openings[i].tag), (int)receipt->openings[i].length,
               (const char *)receipt->openings[i].value);
}

static int receipt(struct invocation *invocation, struct error *error)
{
    struct held       held;
    struct receipt    read;
    struct checkpoint checkpoint;
    int               code = EXIT_FINDING;

    begin(invocation, &held);
    if (!read_keys(invocation, &held, error) ||
        !held_files_receipt(operand(invocation, 0), held.arena, held.keys, held.key_count, &read, &checkpoint,
                            &held.findings, error))
        code = usage(error);
    else if (finding_total(&held.findings) > 0) {
        if (!held.findings.json)
            puts("NOT INTACT. This receipt proves nothing:");
    } else {
        code = 0;
        if (held.findings.json)
            printf("{\"intact\": true, \"seq\": %" PRIu64 ", \"size\": %" PRIu64 "}\n", read.index,
                   checkpoint.size);
        else
            tell_receipt(&read, &checkpoint);
    }
    end(&held);
    return code;
}

/* Two heads of one log, both signed: of one size they must be equal. */
static int compare(struct invocation *invocation, struct error *error)
{
    struct held       held;
    struct checkpoint one, other;
    int               code = 0;

    begin(invocation, &held);
    if (!read_keys(invocation, &held, error) ||
        !held_files_checkpoint(operand(invocation, 0), held.arena, held.keys, held.key_count, &one, error) ||
        !held_files_checkpoint(operand(invocation, 1), held.arena, held.keys, held.key_count, &other,
                               error)) {
        code = usage(error);
    } else if (strcmp(one.origin, other.origin) != 0) {
        error_set(error, ERROR_INVALID, "they are of different logs: \"%.100s\" and \"%.100s\"", one.origin,
                  other.origin);
        code = usage(error);
    } else if (one.size == other.size && memcmp(one.root, other.root, HASH_SIZE) != 0) {
        finding_add(&held.findings, FINDING_PREFIX, FINDING_NOWHERE,
                    "a fork: \"%s\" signed two different histories of %" PRIu64
                    " entries; keep both files, they prove it to anyone",
                    one.origin, one.size);
        code = EXIT_FINDING;
    } else if (one.size == other.size) {
        printf("The same history of %" PRIu64 " entries.\n", one.size);
    } else {
        printf("One is older (%" PRIu64 " and %" PRIu64
               " entries). Whether it is the beginning of the newer one, a bundle "
               "tells:\n  spoor-verify bundle FOLDER --key KEY --since OLDER\n",
               one.size, other.size);
    }
    end(&held);
    return code;
}

#define KEY_ROW                                                                                              \
    {                                                                                                        \
        "key", "KEY", "verifier key of the log, or @FILE with one a line; after a rotation, each of them"    \
    }
#define JSON_ROW                                                                                             \
    {                                                                                                        \
        "json", NULL, "one JSON object a line"                                                               \
    }

static const struct option_row bundle_rows[] = {
    KEY_ROW,
    {"since", "FILE",
     "an older checkpoint or receipt that you kept: the log must begin with it; may be repeated"},
    {"receipt", "FILE", "a receipt that somebody was given: its entry must be in its place; may be repeated"},
    {"stale-after", "HOURS", "exit with 3 when nothing was recorded for so long"},
    {"warnings", NULL, "list what is worth a look but no fault, too"},
    JSON_ROW,
    {0}};
static const struct option_row key_rows[] = {
    KEY_ROW, {"warnings", NULL, "list what is worth a look, too"}, JSON_ROW, {0}};
static const struct example_row bundle_examples[] = {
    {"spoor-verify bundle audit-2026 --key desk.example.nl/spoor+0123abcd+AX…", "checks everything"},
    {"spoor-verify bundle audit-2026 --key @keys --since checkpoint-of-june",
     "and that June's history is still in it"},
    {0}};
static const struct example_row receipt_examples[] = {
    {"spoor-verify receipt spoor-12.tlog-proof --key @keys", "proves one record, and prints what it says"},
    {0}};
static const struct example_row compare_examples[] = {
    {"spoor-verify compare mine theirs --key @keys", "whether two people were shown the same history"}, {0}};

static const struct command bundle_command = {
    .name = "bundle",
    .operands = "FOLDER",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Checks what `spoord export-bundle` wrote",
    .text = "Recomputes the tree from the entries and compares its root with the signed one; checks each "
            "entry's place in\n"
            "its device's chain, each value against its commitment, and each row against its entry.",
    .run = bundle,
    .options = bundle_rows,
    .examples = bundle_examples};
static const struct command receipt_command = {.name = "receipt",
                                               .operands = "FILE",
                                               .operands_least = 1,
                                               .operands_most = 1,
                                               .summary = "Checks the proof of one record",
                                               .run = receipt,
                                               .options = key_rows,
                                               .examples = receipt_examples};
static const struct command compare_command = {.name = "compare",
                                               .operands = "FILE FILE",
                                               .operands_least = 2,
                                               .operands_most = 2,
                                               .summary = "Compares two checkpoints or receipts of one log",
                                               .run = compare,
                                               .options = key_rows,
                                               .examples = compare_examples};

static const struct command *const commands[] = {&bundle_command, &receipt_command, &compare_command};
static const struct exit_row       exits[] = {{0, "intact"},
                                              {EXIT_FINDING, "not intact: at least one finding"},
                                              {EXIT_USAGE, "wrong usage, or a file cannot be read"},
                                              {EXIT_STALE, "intact, but older than --stale-after allows"},
                                              {0, NULL}};

int main(int argc, char **argv)
{
    const struct program program = {
        .name = "spoor-verify",
        .version = VERSION,
        .summary = "proves that a history was not altered",
        .text = "Needs no network and no database. The key comes from you, never from what is checked.",
        .commands = commands,
        .command_count = COUNT_OF(commands),
        .exits = exits,
    };

    setlocale(LC_ALL, "C");
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    if (sodium_init() < 0)
        return EXIT_USAGE;
    return command_line_run(&program, argc, argv);
}
