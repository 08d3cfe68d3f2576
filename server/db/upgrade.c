#include "db/upgrade.h"

#include <string.h>

#include "db/cluster_files.h"

static void add_quoted(struct buffer *commands, const char *path)
{
    buffer_text(commands, "'");
    for (; *path; path++)
        if (*path == '\'')
            buffer_text(commands, "'\\''");
        else
            buffer_add(commands, path, 1);
    buffer_text(commands, "'");
}

/* pg_upgrade leaves a script that deletes the folder by its old name, which the new one gets. */
static void add_commands(const struct cluster_files *files, int there, int newest, struct buffer *commands)
{
    buffer_format(
        commands,
        "# From PostgreSQL %d to %d, while the service is stopped, as the user %s: as root,\n"
        "# spoord upgrade | runuser -u %s -- sh\n"
        "# Needs the packages postgresql-%d and postgresql-%d, and room for a second copy. What is there "
        "is kept as pg.%d.\n"
        "set -e\ncd ",
        there, newest, files->user, files->user, there, newest, there);
    add_quoted(commands, files->state);
    buffer_format(commands,
                  "\nls " CLUSTER_PROGRAMS "/postgres " CLUSTER_PROGRAMS "/pg_upgrade\n"
                  "rm -rf pg.next\n" CLUSTER_PROGRAMS
                  "/initdb -k -E UTF8 --locale=C -A trust -U postgres -D pg.next\n" CLUSTER_PROGRAMS
                  "/pg_upgrade -U postgres -b " CLUSTER_PROGRAMS " -B " CLUSTER_PROGRAMS " -d pg -D pg.next\n"
                  "rm -f delete_old_cluster.sh\nmv pg pg.%d\nmv pg.next pg\n",
                  there, newest, newest, newest, there, newest, there);
}

bool upgrade_describe(const struct cluster_options *options, struct buffer *commands, struct error *error)
{
    struct cluster_files files;
    int                  there, newest = cluster_files_newest();

    if (!cluster_files_name(&files, options->state, options->user, error))
        return false;
    there = cluster_files_version(&files);
    if (cluster_files_locked(&files))
        return error_set(error, ERROR_CONFLICT, "the service works in %s; stop it first", files.state);
    if (there <= 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no database in %s", files.data);
    if (there > newest)
        return cluster_files_programs(&files, error);
    if (there == newest)
        buffer_format(commands, "# %s is of PostgreSQL %d, the newest here; there is nothing to do\n",
                      files.data, there);
    else
        add_commands(&files, there, newest, commands);
    return true;
}
