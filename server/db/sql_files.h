/* sql_files.h: sql/migrations and sql/functions as they were when the program was built. */
#ifndef DB_SQL_FILES_H
#define DB_SQL_FILES_H

#include <stddef.h>

struct sql_file {
    const char *name; /* "0001_ledger" */
    const char *text;
};

extern const char            sql_roles[];      /* sql/roles.sql */
extern const struct sql_file sql_migrations[]; /* in the order in which they are applied */
extern const size_t          sql_migrations_count;
extern const struct sql_file sql_functions[];
extern const size_t          sql_functions_count;

#endif
