/* config.h: what can be set from outside; config.c holds the one table of it. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "shared/arena.h"
#include "shared/command_line.h"
#include "shared/error.h"

struct config {
    const char *database;  /* a libpq connection string; "" : a private PostgreSQL in the state directory */
    const char *state;     /* absolute folder for keys and the private PostgreSQL */
    const char *listen;    /* address to listen on: "127.0.0.1", "::1", "0.0.0.0" */
    const char *base_url;  /* what is printed in labels and links, without a slash at the end */
    const char *host;      /* of base_url with its port if any: the only Host that is answered */
    const char *timezone;  /* IANA name, for pages */
    const char *site_name; /* of the desk, on labels and pages */
    const char *help_line; /* whom to call, on labels and pages */
    const char *proxy;     /* address of the one proxy whose forwarded headers are believed; "" : none */
    const char *database_user; /* system user for the private PostgreSQL when started as root */
    const char *site_folder;   /* read pages from this folder instead of the embedded ones; "" : embedded */
    const char *seal_folder;   /* the sealer's own: key, log and state */
    const char *log_name;      /* of a new log: "fix.example.nl/spoor" */
    bool        base_url_kept; /* nobody chose base_url: `spoord serve` served it */
    unsigned    seal;          /* 1: this service seals; 0: `spoord seal` does, elsewhere */
    unsigned    port;
    unsigned    workers;              /* requests that are handled at once */
    unsigned    sessions;             /* database sessions */
    unsigned    session_wait_ms;      /* longest wait for a free session */
    unsigned    statement_timeout_ms; /* our own deadline for a statement */
    unsigned    reserve_mb;  /* below that much room on its disk the private PostgreSQL takes no records */
    unsigned    found_level; /* what /d/<code> shows to anyone: 0 nothing … 3 phase and expected return */
};

/* Defaults, then the environment (SPOOR_PORT …). ERROR_INVALID names the setting and its range. Texts live as
 * long as the arena. */
bool config_read(struct config *config, struct arena *arena, struct error *error) MUST_USE;

/* The same for a command beside a service: where neither SPOOR_BASE_URL nor SPOOR_PORT is given, the address
 * is the one that `spoord serve` last served from the state folder. */
bool config_read_beside(struct config *config, struct arena *arena, struct error *error) MUST_USE;

/* Whether somebody chose the value of SPOOR_…; else it is the default. */
bool config_is_given(const char *name);

/* Prints each setting with its value, default and help; secrets in a connection string are left out. */
void config_print(const struct config *config, bool json, FILE *out);

/* The settings as rows of the program's help. */
const struct environment_row *config_environment(void);

#endif
