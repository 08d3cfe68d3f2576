/* statement.h: the statements of sql/queries, one per file, known here by the file's name. */
#ifndef DB_STATEMENT_H
#define DB_STATEMENT_H

#include "generated/statements.h"

struct statement_text {
    const char *name; /* also its name as a prepared statement */
    const char *sql;
};

extern const struct statement_text statement_texts[STATEMENT_COUNT + 1];

#endif
