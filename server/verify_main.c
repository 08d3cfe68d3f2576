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

#include "render/json.h"
#include "shared/command_line.h"
#include "shared/moment.h"
#include "verify/bundle_check.h"
#include "verify/compare.h"
#include "verify/held_files.h"
#include "verify/receipt_tell.h"
#include "verify/verdict.h"

#define VERSION       "0.1.0"
#define FINDINGS_MOST 25u /* on the page for people; --json gives all */
#define WARNINGS_MOST 5u  /* of each kind, also there */
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
           error_set(error, ERROR_INVALID, "at most %u --since, --receipt and --seal are taken",
                     BUNDLE_OLDER_MOST);
}

static bool read_seals(const struct invocation *invocation, struct held *held, struct error *error)
{
    const char *text;

    for (size_t i = 0; (text = option_nth(invocation, "seal", i)); i++) {
        struct older_checkpoint *older = &held->older[held->older_count];

        if (!has_room(held, error) || !held_files_seal(text, &older->checkpoint, error))
            return false;
        older->name = text;
        held->older_count++;
    }
    return true;
}

static bool read_held(const struct invocation *invocation, struct held *held, struct error *error)
{
    const char *path;

    if (!read_seals(invocation, held, error))
        return false;
    for (size_t i = 0; (path = option_nth(invocation, "since", i)); i++) {
        struct held_checkpoint kept;

        if (!has_room(held, error) ||
            !held_files_checkpoint(path, held->arena, held->keys, held->key_count, &kept, error))
            return false;
        held->older[held->older_count++] =
            (struct older_checkpoint){.name = path, .checkpoint = kept.checkpoint};
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
    *held = (struct held){.arena = arena_new(), .findings = {.json = option_given(invocation, "json")}};
    held->findings.most = held->findings.json ? UINT64_MAX : FINDINGS_MOST;
    held->findings.most_of_warning = held->findings.json ? 0 : WARNINGS_MOST;
    held->findings.warnings = option_given(invocation, "warnings");
    held->findings.out = held->findings.json ? stdout : tmpfile(); /* the verdict comes first for people */
}

/* What did not fit on the page. */
static void tell_rest(const struct findings *findings)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < FINDING_COUNT; i++)
        all += finding_is_warning(i) && !findings->warnings ? 0 : findings->count[i];
    if (all <= findings->told)
        return;
    printf("… and %" PRIu64 " more (%s lists all):", all - findings->told,
           findings->warnings ? "--warnings --json" : "--json");
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        if (findings->count[i] > 0 && (findings->warnings || !finding_is_warning(i)))
            printf(" %s %" PRIu64 "x", finding_code(i), findings->count[i]);
    putchar('\n');
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
        tell_rest(&held->findings);
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
        verdict_tell_json(&check, &held->findings, is_stale(check.newest_ms, hours));
    else
        verdict_tell(&check, &held->findings, option_given(invocation, "seal"));
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

static void tell_receipt(const struct receipt *receipt, const struct checkpoint *checkpoint,
                         struct arena *arena)
{
    printf("INTACT. Record %" PRIu64 " is sealed under \"%s\" (checkpoint of %" PRIu64 " entries).\n",
           receipt->index, checkpoint->origin, checkpoint->size);
    receipt_tell(receipt, arena, stdout);
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
        if (held.findings.json)
            printf("{\"intact\": false, \"findings\": %" PRIu64 "}\n", finding_total(&held.findings));
        else
            puts("NOT INTACT. This receipt proves nothing:");
    } else {
        code = 0;
        if (held.findings.json)
            printf("{\"intact\": true, \"seq\": %" PRIu64 ", \"size\": %" PRIu64 "}\n", read.index,
                   checkpoint.size);
        else
            tell_receipt(&read, &checkpoint, held.arena);
    }
    end(&held);
    return code;
}

static void tell_note(const char *path, const struct held_checkpoint *held, bool json)
{
    CLEANUP(buffer_free) struct buffer out = {.limit = 4 * RECEIPT_MOST};
    struct json                        line;

    if (!json) {
        printf("\n%s:\n%.*s", path, (int)held->note_length, held->note);
        return;
    }
    json_begin(&line, &out);
    json_object_begin(&line);
    json_member(&line, "file", path);
    json_member(&line, "note", held->note);
    json_object_end(&line);
    printf("%s\n", out.text);
}

static int tell_comparison(const struct held_checkpoint heads[2], const char *const paths[2],
                           enum comparison comparison, const struct findings *findings)
{
    static const char *const words[] = {[COMPARE_SAME] = "same",
                                        [COMPARE_BEGINNING] = "beginning",
                                        [COMPARE_UNKNOWN] = "unknown",
                                        [COMPARE_FORK] = "fork"};
    uint64_t                 one = heads[0].checkpoint.size, other = heads[1].checkpoint.size;

    if (findings->json)
        printf("{\"comparison\": \"%s\", \"sizes\": [%" PRIu64 ", %" PRIu64 "]}\n", words[comparison], one,
               other);
    else if (comparison == COMPARE_SAME)
        printf("The same history of %" PRIu64 " entries.\n", one);
    else if (comparison == COMPARE_BEGINNING)
        printf("One history: the %" PRIu64 " entries of the older are the beginning of the newer's %" PRIu64
               ".\n",
               one < other ? one : other, one < other ? other : one);
    else if (comparison == COMPARE_FORK)
        puts("NOT INTACT. Two histories were signed:");
    else if (finding_total(findings) == 0)
        printf("One is older (%" PRIu64 " and %" PRIu64
               " entries). Whether it is the beginning of the newer one, "
               "the newer one's bundle tells:\n  spoor-verify compare OLDER FOLDER --key KEY\n",
               one, other);
    else
        puts("NOT INTACT:");
    for (int i = 0; i < 2 && comparison == COMPARE_FORK; i++)
        tell_note(paths[i], &heads[i], findings->json);
    if (finding_total(findings) > 0)
        return EXIT_FINDING;
    return comparison == COMPARE_UNKNOWN ? EXIT_STALE : 0;
}

/* Two heads of one log, both signed: of one size they must be equal. */
static int compare(struct invocation *invocation, struct error *error)
{
    const char *const      paths[2] = {operand(invocation, 0), operand(invocation, 1)};
    struct held            held;
    struct held_checkpoint heads[2];
    enum comparison        comparison;
    int                    code;

    begin(invocation, &held);
    if (!read_keys(invocation, &held, error) ||
        !held_files_checkpoint(paths[0], held.arena, held.keys, held.key_count, &heads[0], error) ||
        !held_files_checkpoint(paths[1], held.arena, held.keys, held.key_count, &heads[1], error) ||
        !compare_heads(&heads[0], &heads[1], &held.findings, &comparison, error))
        code = usage(error);
    else
        code = tell_comparison(heads, paths, comparison, &held.findings);
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
    {"seal", "SIZE:ROOT", "what a receipt on paper says: the log must begin with it; may be repeated"},
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
    {"spoor-verify bundle audit-2026 --key @keys --seal 17:uLYhWyHC4nv4rGmQ3fFy0Xv6tIlQmYv2Yt9n8pQ0R3E=",
     "and what the paper says that somebody was given"},
    {0}};
static const struct example_row receipt_examples[] = {
    {"spoor-verify receipt spoor-12.tlog-proof --key @keys",
     "proves one record, and prints what, to which device and when"},
    {0}};
static const struct example_row compare_examples[] = {
    {"spoor-verify compare mine theirs --key @keys", "whether two people were shown the same history"},
    {"spoor-verify compare checkpoint-of-june audit-2026 --key @keys",
     "and whether June's is the beginning of this bundle's"},
    {0}};

static const struct command bundle_command = {
    .name = "bundle",
    .operands = "FOLDER",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Checks what `spoord export-bundle` wrote",
    .text = "Recomputes the tree from the entries and compares its root with the signed one; checks each "
            "entry's place in\n"
            "its device's chain, each value against its commitment, each row against its entry, and each "
            "signature of a\n"
            "scanner against its key, what it signed, and the row (F21; docs/ledger.md lists the findings).",
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
static const struct command compare_command = {
    .name = "compare",
    .operands = "FILE FILE",
    .operands_least = 2,
    .operands_most = 2,
    .summary = "Compares two checkpoints, receipts or bundles of one log",
    .text = "Each FILE is a checkpoint, a receipt, or the folder of a bundle. Two signed heads that\n"
            "contradict each other are printed: together they prove a fork to anyone.",
    .run = compare,
    .options = key_rows,
    .examples = compare_examples};

static const struct command *const commands[] = {&bundle_command, &receipt_command, &compare_command};
static const struct exit_row       exits[] = {
          {0, "intact"},
          {EXIT_FINDING, "not intact: at least one finding"},
          {EXIT_USAGE, "wrong usage, or a file cannot be read"},
          {EXIT_STALE, "intact, but older than --stale-after allows, or not enough to compare"},
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
