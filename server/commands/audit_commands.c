/* What an auditor or a privacy officer asks of the ledger: a bundle to take home, the erasure of a person. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "ledger/bundle.h"
#include "ledger/erasing.h"
#include "shared/uuid.h"

static void show_progress(uint64_t done, uint64_t all)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%llu of %llu entries%s", (unsigned long long)done, (unsigned long long)all,
                done == all ? "\n" : "");
}

/* NULL: all devices. */
static bool device_exists(struct database *database, const char *id, struct error *error)
{
    const struct rows *facts =
        id ? QUERY(database->session, database->arena, SQL_DEVICE_FACTS, error, id) : NULL;

    if (!id || (facts && rows_count(facts) > 0))
        return true;
    return facts != NULL && error_set(error, ERROR_NOT_FOUND, "no device has the id %s", id);
}

static void tell_count(const char *before, uint64_t count, const char *one, const char *several)
{
    printf("%s%llu %s", before, (unsigned long long)count, count == 1 ? one : several);
}

static void tell_written(const struct bundle_report *report, const char *folder)
{
    printf("Written to %s: ", folder);
    tell_count("", report->entries, "sealed entry", "sealed entries");
    tell_count(", ", report->rows, "event", "events");
    tell_count(" and ", report->openings, "value (such as a name or a note) with its proof",
               "values (names, notes and others) with their proofs");
    printf(".\nCheck it at home with: spoor-verify bundle %s --key YOUR-KEY\n", folder);
}

static int export_bundle(struct invocation *invocation, struct error *error)
{
    DATABASE             database = {0};
    const char          *device = option_text(invocation, "device");
    char                 id[UUID_SIZE];
    struct bundle_report report;

    if (device && !uuid_parse_any(device, id)) {
        error_field(error, "device",
                    "--device takes the id of a device; `spoord device show CODE --json` tells it");
        return 0;
    }
    if (!database_open(&database, "spoor_audit", error) ||
        !device_exists(&database, device ? id : NULL, error) ||
        !bundle_write(database.session,
                      &(struct bundle_options){.folder = operand(invocation, 0),
                                               .device_id = device ? id : NULL,
                                               .progress = show_progress},
                      &report, error))
        return 0;
    tell_written(&report, operand(invocation, 0));
    return 0;
}

/* The one person who is called so. */
static const struct rows *find_person(struct database *database, const char *asked, struct error *error)
{
    const struct rows *people = QUERY(database->session, database->arena, SQL_PERSON_FIND, error, asked);

    if (people && rows_count(people) == 1)
        return people;
    if (people && rows_count(people) == 0)
        error_set(error, ERROR_NOT_FOUND, "nobody has this name, e-mail address or id: %.100s", asked);
    else if (people)
        error_set(error, ERROR_CONFLICT,
                  "%zu people are called %.100s; say which by e-mail address or id (%s, %s …)",
                  rows_count(people), asked, rows_text(people, 0, "id"), rows_text(people, 1, "id"));
    return NULL;
}

static const char *question_about(struct database *database, const struct rows *people)
{
    const char *email = rows_text(people, 0, "email");

    return arena_format(database->arena, "Destroy name, address and notes of %s%s%s%s (%s) for good?",
                        rows_text(people, 0, "name"), *email ? " <" : "", email, *email ? ">" : "",
                        rows_text(people, 0, "id"));
}

static int erase_person(struct invocation *invocation, struct error *error)
{
    DATABASE           database = {0};
    const char        *person, *reason = option_text(invocation, "reason");
    const struct rows *people, *actor, *erased;

    if (!database_open(&database, "spoor_app", error))
        return 0;
    people = find_person(&database, operand(invocation, 0), error);
    if (!people || !command_confirmed(invocation, question_about(&database, people), error))
        return 0;
    person = rows_text(people, 0, "id");
    actor = query_run(database.session, database.arena, SQL_ACTOR_SYSTEM, NULL, 0, error);
    erased = actor ? erasing_run(database.session, database.arena, database.secret,
                                 &(struct erasing){.person = person,
                                                   .actor = rows_text(actor, 0, "id"),
                                                   .reason = reason ? reason : "REQUEST"},
                                 error)
                   : NULL;
    if (actor && !erased &&
        error->kind == ERROR_NOT_FOUND) /* the id is somebody's: they were erased before */
        *error = (struct error){0};
    if (error->kind != ERROR_NONE || !database_sweep(&database, error))
        return 0;
    if (!erased)
        printf("Nothing was left of them in the ledger.\n");
    else
        printf("Erased: %s values of %s records, and how to reach the person. The proofs stay valid.\n",
               rows_text(erased, 0, "openings"), rows_text(erased, 0, "events"));
    return 0;
}

static const struct option_row bundle_options_table[] = {
    {"device", "ID", "the events and values of this device only; the sealed entries are always all there"},
    {0}};
static const struct example_row bundle_examples[] = {
    {"spoord export-bundle /tmp/audit-2026", "all devices"},
    {"spoord export-bundle /tmp/laptop --device 0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e",
     "one device's history"},
    {0}};
static const struct option_row erase_options[] = {
    {"reason", "CODE", "REQUEST (the person asked, the default), RETENTION or MISTAKE"},
    {"yes", NULL, "do not ask"},
    {0}};
static const struct example_row erase_examples[] = {
    {"spoord erase person emma@example.org --yes",
     "destroys what names Emma in records, repairs and accounts"},
    {0}};

const struct command export_bundle_command = {
    .name = "export-bundle",
    .operands = "FOLDER",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Writes the evidence that an auditor checks at home",
    .text = "The folder must be new or empty. It gets the signed "
            "checkpoint and every sealed entry (they hold no personal "
            "data),\n"
            "and the events with their values (names, notes and others): "
            "of all devices, or of one. spoor-verify\n"
            "checks them there, without a network or a database.",
    .run = export_bundle,
    .options = bundle_options_table,
    .examples = bundle_examples};
const struct command erase_person_command = {
    .name = "erase person",
    .operands = "PERSON",
    .operands_least = 1,
    .operands_most = 1,
    .summary = "Destroys what the ledger holds about a person",
    .text = "PERSON is a name, an e-mail address or an id. Names, addresses, sign-in, the notes and problems "
            "of their\n"
            "repairs, where details and signatures of scans name them, and what is kept for a lead of that "
            "are destroyed,\n"
            "and erasure entries say so in the ledger. The private PostgreSQL "
            "is swept, so that\n"
            "nothing of it stays on the disk; on a database of your own: VACUUM FULL spoor.event, "
            "spoor.opening, spoor.party,\n"
            "spoor.repair, spoor.review, spoor.account, spoor.actor, spoor.admin_action, and let old WAL and "
            "backups go.",
    .run = erase_person,
    .options = erase_options,
    .examples = erase_examples};
