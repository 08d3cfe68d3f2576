/* Accounts, scanners, repairs: the administrator's command line. */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/find_row.h"
#include "commands/listing.h"
#include "commands/roles.h"
#include "db/query.h"
#include "render/when.h"
#include "store/secret.h"

#define CODE_SYMBOLS     12u
#define PASSWORD_SYMBOLS 16u

static bool check_login(const char *login, struct error *error)
{
    size_t length = strlen(login);

    if (length >= 1 && length <= 64 &&
        login[strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._@-")] == '\0' && !strchr("._@-", login[0]))
        return true;
    return error_field(
        error, "login",
        "a sign-in name has 1 to 64 small letters, digits and . _ @ -, and begins with a letter or digit");
}

static int account_add(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *login = operand(invocation, 0), *roles, *password, *hash;
    const char *name = option_given(invocation, "name") ? option_text(invocation, "name") : login;

    if (!check_login(login, error) || !database_open(&database, "spoor_app", error))
        return 0;
    roles = roles_of(invocation, database.arena, error);
    password = secret_new(database.arena, PASSWORD_SYMBOLS);
    if (roles && secret_password_hash(database.arena, password, &hash, error) &&
        WRITE(database.session, database.arena, SQL_ACCOUNT_ADD, error, login, name, roles, hash, NULL,
              "false"))
        printf("%s may sign in. Password, shown this once: %s\n", login, password);
    return 0;
}

static int account_switch(struct invocation *invocation, const char *enabled, const char *says,
                          struct error *error)
{
    DATABASE           database = {0};
    const struct rows *done = database_open(&database, "spoor_app", error)
                                  ? WRITE(database.session, database.arena, SQL_ACCOUNT_ENABLE, error,
                                          operand(invocation, 0), enabled, NULL)
                                  : NULL;

    if (!done)
        return 0;
    printf("%s %s\n", operand(invocation, 0), says);
    if (rows_integer(done, 0, "scanners") > 0)
        printf("Revoked: %s of the scanners, which acted for it; see: spoord scanner list\n",
               rows_text(done, 0, "scanners"));
    return 0;
}

static int account_disable(struct invocation *invocation, struct error *error)
{
    return account_switch(invocation, "false", "cannot sign in any more; its sessions are ended.", error);
}

static int account_enable(struct invocation *invocation, struct error *error)
{
    return account_switch(invocation, "true", "may sign in again.", error);
}

static int account_password(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *password, *hash;

    if (!database_open(&database, "spoor_app", error))
        return 0;
    password = secret_new(database.arena, PASSWORD_SYMBOLS);
    if (secret_password_hash(database.arena, password, &hash, error) &&
        WRITE(database.session, database.arena, SQL_ACCOUNT_PASSWORD, error, operand(invocation, 0), hash,
              NULL))
        printf("The new password of %s, shown this once: %s\n", operand(invocation, 0), password);
    return 0;
}

static int account_roles(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *roles;

    if (!database_open(&database, "spoor_app", error))
        return 0;
    roles = roles_of(invocation, database.arena, error);
    if (roles && WRITE(database.session, database.arena, SQL_ACCOUNT_ROLES, error, operand(invocation, 0),
                       roles, NULL))
        printf("%s now has the roles %s and signs in anew.\n", operand(invocation, 0), roles);
    return 0;
}

static int account_list(struct invocation *invocation, struct error *error)
{
    static const struct listing_column columns[] = {{"login", "Sign-in name", false},
                                                    {"name", "Name", false},
                                                    {"roles", "Roles", false},
                                                    {"disabled", "Disabled", true}};

    return listing_run(invocation, &(struct listing){SQL_ACCOUNT_LIST, columns, COUNT_OF(columns)}, error);
}

static int scanner_list(struct invocation *invocation, struct error *error)
{
    static const struct listing_column columns[] = {{"id", "Id", false},
                                                    {"name", "Name", false},
                                                    {"holder", "Acts for", false},
                                                    {"enrolled", "Enrolled", true},
                                                    {"revoked", "Revoked", true}};

    return listing_run(invocation, &(struct listing){SQL_SCANNER_LIST, columns, COUNT_OF(columns)}, error);
}

static int scanner_revoke(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *id;

    if (!command_confirmed(invocation, "The scanner keeps what it has not sent. Revoke it?", error) ||
        !database_open(&database, "spoor_app", error))
        return 0;
    id = find_row(&database, SQL_SCANNER_LIST, "scanner", operand(invocation, 0), error);
    if (id && WRITE(database.session, database.arena, SQL_SCANNER_REVOKE, error, id, NULL))
        printf("The scanner %s records nothing any more.\n", operand(invocation, 0));
    return 0;
}

static int scanner_add(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *code;

    if (!database_open(&database, "spoor_app", error))
        return 0;
    code = secret_new(database.arena, CODE_SYMBOLS);
    if (WRITE(database.session, database.arena, SQL_SCANNER_ADD, error, operand(invocation, 0),
              option_text(invocation, "account"),
              secret_hash(database.arena, database.secret, SECRET_ENROLMENT, code), NULL))
        printf("Run this on the scanner, once, within a day:\n  spoor-scan enroll %s %s\n",
               database.config.base_url, code);
    return 0;
}

static int repair_list(struct invocation *invocation, struct error *error)
{
    static const struct listing_column columns[] = {
        {"number", "Repair", false},     {"code", "Label", false},
        {"name", "Device", false},       {"step", "Step", false},
        {"waiting", "Waits for", false}, {"custodian", "Is with", false},
        {"owner", "Owner", false},       {"expected_on", "Expected back", false}};
    DATABASE           database = {0};
    const struct rows *rows = NULL;

    if (database_open(&database, "spoor_app", error))
        rows = QUERY(database.session, database.arena, SQL_REPAIRS_OPEN, error, "", "", "4102444800000000",
                     "500", when_today(database.arena), "false", "", "");
    if (rows)
        listing_print(rows, columns, COUNT_OF(columns), option_given(invocation, "json"));
    return 0;
}

static const struct option_row account_options[] = {
    ROLE_OPTION, {"name", "NAME", "the person's full name (the sign-in name)"}, {0}};
static const struct option_row role_options[] = {ROLE_OPTION, {0}};
static const struct option_row json_options[] = {{"json", NULL, "as a JSON array"}, {0}};
static const struct option_row scanner_options[] = {
    {"account", "LOGIN", "the account that it acts for (a team of its own name)"}, {0}};
static const struct example_row account_examples[] = {
    {"spoord account add noor --role technician --name 'Noor de Wit'", "prints the password once"}, {0}};
static const struct example_row disable_examples[] = {
    {"spoord account disable noor",
     "nobody can sign in as noor from then on, and noor's scanners are revoked"},
    {0}};
static const struct example_row enable_examples[] = {{"spoord account enable noor", "noor may sign in again"},
                                                     {0}};
static const struct example_row password_examples[] = {
    {"spoord account password noor", "prints a new password once, ends noor's sessions"}, {0}};
static const struct example_row account_list_examples[] = {{"spoord account list --json", "all accounts"},
                                                           {0}};
static const struct example_row scanner_examples[] = {
    {"spoord scanner add 'Bench 2' --account noor", "prints a one-time enrolment code"}, {0}};
static const struct example_row scanner_list_examples[] = {{"spoord scanner list", "all scanners"}, {0}};
static const struct option_row  yes_options[] = {{"yes", NULL, "do not ask"}, {0}};
static const struct example_row roles_examples[] = {
    {"spoord account roles noor --role technician --role lead",
     "noor has these two from then on, and no others"},
    {0}};
static const struct example_row revoke_examples[] = {
    {"spoord scanner revoke 'Bench 2' --yes", "by its name, or by the id that `spoord scanner list` shows"},
    {0}};
static const struct example_row repair_examples[] = {{"spoord repair list --json", "all open repairs"}, {0}};

#define ONE_OPERAND(text) .operands = text, .operands_least = 1, .operands_most = 1

const struct command account_add_command = {.name = "account add",
                                            ONE_OPERAND("LOGIN"),
                                            .summary = "Makes an account",
                                            .run = account_add,
                                            .options = account_options,
                                            .examples = account_examples};
const struct command account_disable_command = {.name = "account disable",
                                                ONE_OPERAND("LOGIN"),
                                                .summary = "Disables an account and ends its sessions",
                                                .run = account_disable,
                                                .examples = disable_examples};
const struct command account_enable_command = {.name = "account enable",
                                               ONE_OPERAND("LOGIN"),
                                               .summary = "Enables an account again",
                                               .run = account_enable,
                                               .examples = enable_examples};
const struct command account_password_command = {.name = "account password",
                                                 ONE_OPERAND("LOGIN"),
                                                 .summary = "Sets a new password",
                                                 .run = account_password,
                                                 .examples = password_examples};
const struct command account_list_command = {.name = "account list",
                                             .operands = "",
                                             .summary = "Lists the accounts",
                                             .run = account_list,
                                             .options = json_options,
                                             .examples = account_list_examples};
const struct command scanner_add_command = {.name = "scanner add",
                                            ONE_OPERAND("NAME"),
                                            .summary = "Makes a scanner and its one-time enrolment code",
                                            .run = scanner_add,
                                            .options = scanner_options,
                                            .examples = scanner_examples};
const struct command scanner_list_command = {.name = "scanner list",
                                             .operands = "",
                                             .summary = "Lists the scanners",
                                             .run = scanner_list,
                                             .options = json_options,
                                             .examples = scanner_list_examples};
const struct command account_roles_command = {.name = "account roles",
                                              ONE_OPERAND("LOGIN"),
                                              .summary = "Sets the roles of an account and ends its sessions",
                                              .run = account_roles,
                                              .options = role_options,
                                              .examples = roles_examples};
const struct command scanner_revoke_command = {.name = "scanner revoke",
                                               ONE_OPERAND("NAME"),
                                               .summary = "Revokes a scanner by its name or id",
                                               .run = scanner_revoke,
                                               .options = yes_options,
                                               .examples = revoke_examples};
const struct command repair_list_command = {.name = "repair list",
                                            .operands = "",
                                            .summary = "Lists the open repairs, but for what was returned",
                                            .run = repair_list,
                                            .options = json_options,
                                            .examples = repair_examples};
