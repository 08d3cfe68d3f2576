/* Bearer tokens of the API. */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/find_row.h"
#include "commands/listing.h"
#include "commands/roles.h"
#include "store/secret.h"

#define TOKEN_SYMBOLS 52u

static int add(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *token, *roles;

    if (!database_open(&database, "spoor_app", error))
        return 0;
    token = secret_new(database.arena, TOKEN_SYMBOLS);
    roles = roles_of(invocation, database.arena, error);
    if (roles && WRITE(database.session, database.arena, SQL_TOKEN_ADD, error, operand(invocation, 0), roles,
                       secret_hash(database.arena, database.secret, SECRET_TOKEN, token), NULL))
        printf("%s\n", token);
    return 0;
}

static int list(struct invocation *invocation, struct error *error)
{
    static const struct listing_column columns[] = {{"id", "Id", false},
                                                    {"name", "Name", false},
                                                    {"roles", "Roles", false},
                                                    {"created_at", "Made", false},
                                                    {"revoked", "Revoked", true}};

    return listing_run(invocation, &(struct listing){SQL_TOKEN_LIST, columns, COUNT_OF(columns)}, error);
}

static int revoke(struct invocation *invocation, struct error *error)
{
    DATABASE    database = {0};
    const char *id;

    if (!command_confirmed(invocation, "Whoever uses this token is shut out from then on. Revoke it?",
                           error) ||
        !database_open(&database, "spoor_app", error))
        return 0;
    id = find_row(&database, SQL_TOKEN_LIST, "token", operand(invocation, 0), error);
    if (id && WRITE(database.session, database.arena, SQL_TOKEN_REVOKE, error, id, NULL))
        printf("The token %s opens nothing any more.\n", operand(invocation, 0));
    return 0;
}

static const struct option_row  add_options[] = {ROLE_OPTION, {0}};
static const struct option_row  list_options[] = {{"json", NULL, "as a JSON array"}, {0}};
static const struct option_row  revoke_options[] = {{"yes", NULL, "do not ask"}, {0}};
static const struct example_row add_examples[] = {
    {"spoord token add inventory --role technician", "prints a bearer token once"}, {0}};
static const struct example_row list_examples[] = {
    {"spoord token list", "all tokens; never what opens the door, only their names"},
    {"spoord token list --json", "as a program reads it"},
    {0}};
static const struct example_row revoke_examples[] = {
    {"spoord token revoke inventory", "asks first"},
    {"spoord token revoke 0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e --yes", "where two have one name"},
    {0}};

const struct command token_add_command = {.name = "token add",
                                          .operands = "NAME",
                                          .operands_least = 1,
                                          .operands_most = 1,
                                          .summary = "Makes a bearer token for the API",
                                          .run = add,
                                          .options = add_options,
                                          .examples = add_examples};
const struct command token_list_command = {.name = "token list",
                                           .operands = "",
                                           .summary = "Lists the tokens of the API",
                                           .run = list,
                                           .options = list_options,
                                           .examples = list_examples};
const struct command token_revoke_command = {.name = "token revoke",
                                             .operands = "NAME",
                                             .operands_least = 1,
                                             .operands_most = 1,
                                             .summary = "Revokes a token by its name or id",
                                             .run = revoke,
                                             .options = revoke_options,
                                             .examples = revoke_examples};
