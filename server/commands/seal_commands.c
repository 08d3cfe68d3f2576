/* The log's key, sealing by itself, and adopting a log whose sealer lost its folder. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/receipt.h"
#include "commands/commands.h"
#include "commands/database.h"
#include "db/cluster.h"
#include "ledger/log_store.h"
#include "ledger/seal_log.h"
#include "ledger/sealer.h"

#define FILE_MOST 65536u

/* Keys belong to whoever the service runs as. */
static bool read_as_service(struct config *config, struct arena *arena, struct error *error)
{
    return config_read(config, arena, error) &&
           cluster_drop_privileges(
               &(struct cluster_options){.state = config->state, .user = config->database_user}, error);
}

static void print_key(const struct note_key *key)
{
    char text[NOTE_KEY_SIZE];

    note_key_format(key, text);
    puts(text);
}

static int key_show(struct invocation *invocation, struct error *error)
{
    ARENA          *arena = arena_new();
    struct config   config;
    struct note_key key;

    (void)invocation;
    if (read_as_service(&config, arena, error) &&
        seal_log_read_key(config.seal_folder, config.log_name, false, &key, error))
        print_key(&key);
    return 0;
}

static int key_new(struct invocation *invocation, struct error *error)
{
    ARENA          *arena = arena_new();
    struct config   config;
    struct note_key key;
    struct error    missing = {0};

    if (!read_as_service(&config, arena, error))
        return 0;
    if (seal_log_read_key(config.seal_folder, "", false, &key, &missing)) {
        error_set(error, ERROR_CONFLICT, "there is a key in %s already; to replace it: spoord key rotate",
                  config.seal_folder);
        return 0;
    }
    if (seal_log_read_key(config.seal_folder,
                          option_given(invocation, "name") ? option_text(invocation, "name")
                                                           : config.log_name,
                          true, &key, error))
        print_key(&key);
    return 0;
}

static int key_rotate(struct invocation *invocation, struct error *error)
{
    DATABASE        database = {0};
    struct note_key key;
    char            text[NOTE_KEY_SIZE];

    if (!command_confirmed(invocation, "Make a new signing key? The old one signs once more, to announce it.",
                           error) ||
        !database_open(&database, "spoor_seal", error) ||
        !cluster_drop_privileges(
            &(struct cluster_options){.state = database.config.state, .user = database.config.database_user},
            error) ||
        !seal_log_make_next_key(database.config.seal_folder, &key, error))
        return 0;
    note_key_format(&key, text);
    if (WRITE(database.session, database.arena, SQL_SEAL_NOTICE_ADD, error, "5", text, NULL, NULL, NULL)) {
        print_key(&key);
        fprintf(stderr,
                "Keep the old key, too: the new one signs from the next record on, and who checks this log "
                "needs both (--key @FILE, one a line).\n");
    }
    return 0;
}

static bool read_file(const char *path, struct arena *arena, const char **text, size_t *length,
                      struct error *error)
{
    FILE *file = fopen(path, "re");
    char *bytes = arena_take(arena, FILE_MOST + 1);

    if (!file)
        return error_set(error, ERROR_INVALID, "cannot read %s", path);
    *length = fread(bytes, 1, FILE_MOST, file);
    fclose(file);
    *text = bytes;
    return true;
}

/* A checkpoint, or a receipt that holds one. */
static bool adopt(struct database *database, const char *path, const char *key_text, struct error *error)
{
    struct receipt  receipt;
    struct error    other = {0};
    struct note_key key;
    const char     *text = "";
    size_t          length = 0;
    uint64_t        size;

    if (!read_file(path, database->arena, &text, &length, error))
        return false;
    if (key_text && !note_key_parse(key_text, &key, error))
        return error_field(error, "key",
                           "--key takes the log's verifier key, as `spoord key show` printed it");
    if (receipt_parse(text, length, database->arena, &receipt, &other)) {
        text = receipt.checkpoint;
        length = receipt.checkpoint_length;
    }
    if (!seal_log_adopt(database->config.seal_folder, database->session, text, length, key_text ? &key : NULL,
                        &size, error))
        return error_while(error, path);
    printf("Adopted %" PRIu64 " entries; they give the root of this checkpoint.\n", size);
    return true;
}

static void wait_for_signal(void)
{
    sigset_t signals;
    int      number;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigwait(&signals, &number);
}

static void hold_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static void run_sealer(struct sealer *sealer, bool once, struct error *error)
{
    if (once) {
        if (sealer_catch_up(sealer, error))
            printf("%llu entries are sealed.\n", (unsigned long long)sealer_size(sealer));
        return;
    }
    sealer_start(sealer);
    puts("Sealing. Ctrl-C stops.");
    fflush(stdout);
    wait_for_signal();
}

static int seal(struct invocation *invocation, struct error *error)
{
    DATABASE       database = {0};
    struct sealer *sealer;

    hold_signals();
    if (!database_open(&database, "spoor_seal", error) ||
        !cluster_drop_privileges(
            &(struct cluster_options){.state = database.config.state, .user = database.config.database_user},
            error))
        return 0;
    if (option_given(invocation, "adopt")) {
        (void)adopt(&database, option_text(invocation, "adopt"), option_text(invocation, "key"), error);
        return 0;
    }
    pool_give_back(&database.session);
    sealer = sealer_new(&(struct sealer_options){.pool = database.pool,
                                                 .folder = database.config.seal_folder,
                                                 .name = database.config.log_name,
                                                 .service_key = database.secret});
    run_sealer(sealer, option_given(invocation, "once"), error);
    sealer_free(sealer);
    return 0;
}

static const struct option_row new_options[] = {
    {"name", "NAME", "name of the log, such as fix.example.nl/spoor"}, {0}};
static const struct example_row new_examples[] = {
    {"spoord key new --name fix.example.nl/spoor",
     "makes the key before the first start, and prints the verifier key"},
    {0}};
static const struct example_row show_examples[] = {
    {"spoord key show", "prints the verifier key that auditors give to spoor-verify --key"}, {0}};
static const struct option_row  rotate_options[] = {{"yes", NULL, "do not ask"}, {0}};
static const struct example_row rotate_examples[] = {
    {"spoord key rotate --yes", "announces a new key under the old one, then seals with it"}, {0}};
static const struct option_row seal_options[] = {
    {"once", NULL, "seal what is there now, then stop"},
    {"adopt", "FILE",
     "the sealer's folder was lost: take over the entries in the database up to this checkpoint or "
     "receipt, kept outside, whose root they must give"},
    {"key", "KEY", "with --adopt: the verifier key that must have signed it, where the folder's key is lost"},
    {0}};
static const struct example_row seal_examples[] = {
    {"SPOOR_SEAL_STATE=/srv/seal spoord seal",
     "seals as a user of its own, beside a service with SPOOR_SEAL=0"},
    {"spoord seal --once", "seals what is there now"},
    {"spoord seal --adopt receipt.tlog-proof --key fix.example.nl/spoor+aa0f5a44+AVND6z5W…",
     "after the folder was lost"},
    {0}};

const struct command key_new_command = {.name = "key new",
                                        .operands = "",
                                        .summary = "Makes the log's signing key",
                                        .text =
                                            "The first start of the service or of `spoord seal` does it too.",
                                        .run = key_new,
                                        .options = new_options,
                                        .examples = new_examples};
const struct command key_show_command = {.name = "key show",
                                         .operands = "",
                                         .summary = "Prints the log's verifier key",
                                         .run = key_show,
                                         .examples = show_examples};
const struct command key_rotate_command = {
    .name = "key rotate",
    .operands = "",
    .summary = "Announces a new signing key and puts it in force",
    .text = "The new key stands in the ledger as a configuration entry, sealed under the old key. Give the "
            "key that is\n"
            "printed to your auditors; checkpoints of before stay valid under the old one.",
    .run = key_rotate,
    .options = rotate_options,
    .examples = rotate_examples};
const struct command seal_command = {
    .name = "seal",
    .operands = "",
    .summary = "Seals the ledger, apart from the service",
    .text = "`spoord serve` seals by itself. Where the database's administrator also rules the service's "
            "host, run this\n"
            "elsewhere, with a folder of its own (SPOOR_SEAL_STATE), the service's secret.key in its "
            "SPOOR_STATE, and\n"
            "SPOOR_SEAL=0 for the service. One sealer works at a time; others wait for their turn.",
    .run = seal,
    .options = seal_options,
    .examples = seal_examples};
