/* listing.h: rows of the database as a command prints them. */
#ifndef COMMANDS_LISTING_H
#define COMMANDS_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "db/query.h"
#include "shared/command_line.h"

struct listing_column {
    const char *name;    /* in the rows and in JSON */
    const char *heading; /* for people */
    bool        flag;    /* a boolean: yes or no for people */
};

struct listing {
    enum statement               statement; /* without parameters */
    const struct listing_column *columns;
    size_t                       count;
};

/* As a table with headings for people, or as a JSON array where `json` is wanted. */
void listing_print(const struct rows *rows, const struct listing_column *columns, size_t count, bool json);

/* Opens the database, runs the statement, prints; --json must stand in the command's options. */
int listing_run(struct invocation *invocation, const struct listing *listing, struct error *error);

#endif
