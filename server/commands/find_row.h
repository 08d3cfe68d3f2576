/* find_row.h: one thing of a list, by its name or its id. */
#ifndef COMMANDS_FIND_ROW_H
#define COMMANDS_FIND_ROW_H

#include "commands/database.h"
#include "db/query.h"

/* The id of the one row of the statement (columns id, name, revoked) that has this id, or that is not revoked
 * and has this name. NULL: there is none, or several; `thing` is what people call it. */
const char *find_row(struct database *database, enum statement statement, const char *thing,
                     const char *asked, struct error *error) MUST_USE;

#endif
