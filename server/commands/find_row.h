/* find_row.h: one thing, by its name, its id or a number on it. */
#ifndef COMMANDS_FIND_ROW_H
#define COMMANDS_FIND_ROW_H

#include "commands/database.h"
#include "db/query.h"

/* The id of the one row of the statement (columns id, name, revoked) that has this id, or that is not revoked
 * and has this name. NULL: there is none, or several; `thing` is what people call it. */
const char *find_row(struct database *database, enum statement statement, const char *thing,
                     const char *asked, struct error *error) MUST_USE;

/* A device by its id, the code of its label, its serial number or asset tag; exactly one must fit. */
const char *find_device_row(struct database *database, const char *text, struct error *error) MUST_USE;

#endif
