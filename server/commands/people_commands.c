/* Accounts, scanners, tokens: the administrator's command line. */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "db/query.h"
#include "render/json.h"
#include "store/secret.h"

#define CODE_SYMBOLS     12u
#define PASSWORD_SYMBOLS 16u
#define TOKEN_SYMBOLS    52u

static const char *role_array(struct invocation *invocation, struct arena *arena, struct error *error)
{
    static const char *const roles[] = {"technician", "lead", "auditor", "editor", "admin"};
    const char              *role = option_text(invocation, "role");

    for (size_t i = 0; role && i < COUNT_OF(roles); i++)
        if (strcmp(roles[i], role) == 0)
            return arena_format(arena, "{%s}", role);
    error_field(error, "role", "--role is one of technician, lead, auditor, editor, admin");
    return NULL;
}

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
    roles = role_array(invocation, database.arena, error);
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
    DATABASE database = {0};

    if (database_open(&database, "spoor_app", error) &&
        WRITE(database.session, database.arena, SQL_ACCOUNT_ENABLE, error, operand(invocation, 0), enabled,
              NULL))
        printf("%s %s\n", operand(invocation, 0), says);
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

/* Rows as lines of columns, or as JSON with --json. */
static void print_rows(const struct rows *rows, const char *const *columns, size_t count, bool json)
{
    CLEANUP(buffer_free) struct buffer out = {.limit = 4u << 20};
    struct json                        writer;

    json_begin(&writer, &out);
    json_array_begin(&writer);
    for (size_t i = 0; i < rows_count(rows); i++) {
        json_object_begin(&writer);
        for (size_t n = 0; n < count; n++) {
            json_member(&writer, columns[n], rows_text(rows, i, columns[n]));
            if (!json)
                printf("%-24s ", rows_text(rows, i, columns[n]));
        }
        json_object_end(&writer);
        if (!json)
            putchar('\n');
    }
    json_array_end(&writer);
    if (json)
        puts(out.text);
}

static int list(struct invocation *invocation, enum statement statement, const char *const *columns,
                size_t count, struct error *error)
{
    DATABASE           database = {0};
    const struct rows *rows = NULL;

    if (database_open(&database, "spoor_app", error))
        rows = query_run(database.session, database.arena, statement, NULL, 0, error);
    if (rows)
        print_rows(rows, columns, count, option_given(invocation, "json"));
    return 0;
}

static int account_list(struct invocation *invocation, struct error *error)
{
    return list(invocation, SQL_ACCOUNT_LIST, (const char *const[]){"login", "name", "roles", "disabled"}, 4,
                error);
}

static int scanner_list(struct invocation *invocation, struct error *error)
{
    return list(invocation, SQL_SCANNER_LIST,
                (const char *const[]){"id", "name", "holder", "enrolled", "revoked"}, 5, error);
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

static int token_add(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *token, *roles;

    if (!database_open(&database, "spoor_app", error))
        return 0;
    token = secret_new(database.arena, TOKEN_SYMBOLS);
    roles = role_array(invocation, database.arena, error);
    if (roles && WRITE(database.session, database.arena, SQL_TOKEN_ADD, error, operand(invocation, 0), roles,
                       secret_hash(database.arena, database.secret, SECRET_TOKEN, token), NULL))
        printf("%s\n", token);
    return 0;
}

static int repair_list(struct invocation *invocation, struct error *error)
{
    static const char *const columns[] = {"number",  "code",      "name",  "step",
                                          "waiting", "custodian", "owner", "expected_on"};
    DATABASE                 database = {0};
    const struct rows       *rows = NULL;

    if (database_open(&database, "spoor_app", error))
        rows =
            QUERY(database.session, database.arena, SQL_REPAIRS_OPEN, error, "", "", "4102444800000", "500");
    if (rows)
        print_rows(rows, columns, COUNT_OF(columns), option_given(invocation, "json"));
    return 0;
}

#define ROLE_ROW                                                                                             \
    {                                                                                                        \
        "role", "ROLE", "technician, lead, auditor, editor or admin"                                         \
    }

static const struct option_row account_options[] = {
    ROLE_ROW, {"name", "NAME", "the person's full name (the sign-in name)"}, {0}};
static const struct option_row role_options[] = {ROLE_ROW, {0}};
static const struct option_row json_options[] = {{"json", NULL, "as a JSON array"}, {0}};
static const struct option_row scanner_options[] = {
    {"account", "LOGIN", "the account that it acts for (a team of its own name)"}, {0}};
static const struct example_row account_examples[] = {
    {"spoord account add noor --role technician --name 'Noor de Wit'", "prints the password once"}, {0}};
static const struct example_row disable_examples[] = {
    {"spoord account disable noor", "nobody can sign in as noor from then on"}, {0}};
static const struct example_row enable_examples[] = {{"spoord account enable noor", "noor may sign in again"},
                                                     {0}};
static const struct example_row password_examples[] = {
    {"spoord account password noor", "prints a new password once, ends noor's sessions"}, {0}};
static const struct example_row account_list_examples[] = {{"spoord account list --json", "all accounts"},
                                                           {0}};
static const struct example_row scanner_examples[] = {
    {"spoord scanner add 'Bench 2' --account noor", "prints a one-time enrolment code"}, {0}};
static const struct example_row scanner_list_examples[] = {{"spoord scanner list", "all scanners"}, {0}};
static const struct example_row token_examples[] = {
    {"spoord token add inventory --role technician", "prints a bearer token once"}, {0}};
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
const struct command token_add_command = {.name = "token add",
                                          ONE_OPERAND("NAME"),
                                          .summary = "Makes a bearer token for the API",
                                          .run = token_add,
                                          .options = role_options,
                                          .examples = token_examples};
const struct command repair_list_command = {.name = "repair list",
                                            .operands = "",
                                            .summary = "Lists the open repairs",
                                            .run = repair_list,
                                            .options = json_options,
                                            .examples = repair_examples};
