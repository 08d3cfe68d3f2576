#include "db/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "db/cluster_files.h"
#include "db/session.h"
#include "db/stoppable.h"

#define BLOCK       4096u
#define LOG_BYTES   (64u << 20) /* of PostgreSQL's log, for what is recorded meanwhile */
#define SEALER_MS   120000u     /* until a sealer that is just reading its log steps aside */
#define SEALER_LOCK "SELECT pg_advisory_lock(7307200)" /* sql/functions/sealing.sql */

struct backup {
    struct cluster_files files;
    struct stoppable     work;
    PGconn              *sealer; /* the session that holds the sealer's lock */
    char                 part[PATH_MAX];
    char                 data[PATH_MAX]; /* part/pg */
    char                 seal[PATH_MAX]; /* part/seal */
};

/* Bytes of a folder on a disk, but for PostgreSQL's log, of which only the newest is copied. */
static uint64_t bytes_of(char *folder)
{
    FTS     *tree = fts_open((char *[]){folder, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    uint64_t bytes = 0;

    for (FTSENT *file; tree && (file = fts_read(tree));)
        if (file->fts_info == FTS_D && strcmp(file->fts_name, "pg_wal") == 0)
            fts_set(tree, file, FTS_SKIP);
        else if (file->fts_info == FTS_F)
            bytes += ((uint64_t)file->fts_statp->st_size + BLOCK - 1) / BLOCK * BLOCK;
    if (tree)
        fts_close(tree);
    return bytes;
}

/* On the disk of the data, what the service keeps free stays free: it would take no records otherwise. */
static uint64_t kept_free(const struct backup *backup, const char *disk, uint64_t reserve)
{
    struct stat here, data;

    return stat(disk, &here) == 0 && stat(backup->files.data, &data) == 0 && here.st_dev == data.st_dev
               ? reserve
               : 0;
}

static bool fits(struct backup *backup, const char *seal_folder, const char *folder, uint64_t reserve,
                 struct error *error)
{
    char           disk[PATH_MAX], seal[PATH_MAX], beside[100] = "";
    const char    *slash = strrchr(folder, '/');
    struct statvfs facts;
    uint64_t       needs, has;

    snprintf(disk, sizeof disk, "%.*s", slash ? (int)(slash - folder) + 1 : 1, slash ? folder : ".");
    snprintf(seal, sizeof seal, "%s", seal_folder);
    if (statvfs(disk, &facts) != 0)
        return error_set(error, ERROR_INVALID, "cannot look at the disk of %.200s: %s", folder,
                         strerror(errno));
    reserve = kept_free(backup, disk, reserve);
    needs = bytes_of(backup->files.data) + bytes_of(seal) + LOG_BYTES;
    has = (uint64_t)facts.f_bavail * facts.f_frsize;
    if (reserve > 0)
        snprintf(beside, sizeof beside, " beside the %llu MiB that the service keeps free (SPOOR_RESERVE_MB)",
                 (unsigned long long)(reserve >> 20));
    return needs + reserve <= has ||
           error_set(error, ERROR_NO_ROOM,
                     "the copy needs %llu MiB%s, and %.200s has %llu MiB free; nothing was begun",
                     (unsigned long long)(needs >> 20) + 1, beside, disk, (unsigned long long)(has >> 20));
}

/* The sealer steps aside for whoever waits for its lock, and goes on when we are done: what it sealed and
 * what the database says of it are copied as of the same moment. */
static bool hold_sealer(struct backup *backup, struct error *error)
{
    char conninfo[CLUSTER_PATH_SIZE + 40];

    snprintf(conninfo, sizeof conninfo, "host=%s dbname=spoor user=spoor_login", backup->files.sockets);
    backup->sealer = session_connect(conninfo, NULL, error);
    return backup->sealer && session_command(backup->sealer, "SET statement_timeout = 0", SEALER_MS, error) &&
           session_command(backup->sealer, "SET lock_timeout = 0", SEALER_MS, error) &&
           (session_command(backup->sealer, SEALER_LOCK, SEALER_MS, error) ||
            error_while(error, "wait until the sealer steps aside"));
}

static bool held_sealer(const struct backup *backup, struct error *error)
{
    return session_command(backup->sealer, "SELECT pg_advisory_unlock(7307200)", SEALER_MS, error) ||
           error_while(error, "keep the sealer aside");
}

/* PostgreSQL's programs look for each other beside themselves, by the whole path in the first word. */
static bool run_postgres(struct backup *backup, char *const words[], struct error *error)
{
    return stoppable_run(&backup->work, words) ||
           error_set(error, ERROR_UNAVAILABLE, "%s did not succeed; what it said stands above", words[0]);
}

static bool copy_database(struct backup *backup, struct error *error)
{
    char copies[128], verifies[128];

    snprintf(copies, sizeof copies, "%s/pg_basebackup", backup->files.programs);
    snprintf(verifies, sizeof verifies, "%s/pg_verifybackup", backup->files.programs);
    return run_postgres(backup,
                        (char *[]){copies, (char[]){"-D"}, backup->data, (char[]){"-h"},
                                   backup->files.sockets, (char[]){"-U"}, (char[]){"postgres"},
                                   (char[]){"--no-password"}, (char[]){"--checkpoint=fast"},
                                   (char[]){"--wal-method=stream"}, NULL},
                        error) &&
           run_postgres(backup, (char *[]){verifies, (char[]){"--quiet"}, backup->data, NULL}, error);
}

static bool copy(struct backup *backup, char *from, char *to, struct error *error)
{
    return stoppable_run(&backup->work, (char *[]){(char[]){"/bin/cp"}, (char[]){"-a"}, (char[]){"-n"},
                                                   (char[]){"--"}, from, to, NULL}) ||
           error_set(error, ERROR_UNAVAILABLE, "cannot copy %.200s; what cp said stands above", from);
}

/* All but what was half written; a file may be gone meanwhile (a key), its follower has another name. */
static bool copy_files(struct backup *backup, const char *folder, struct error *error)
{
    DIR           *list = opendir(folder);
    struct dirent *file;
    bool           kept = true;

    if (!list)
        return error_set(error, ERROR_INTERNAL, "cannot read %.200s: %s", folder, strerror(errno));
    while (kept && (file = readdir(list))) {
        char        path[PATH_MAX];
        const char *end = strrchr(file->d_name, '.');

        if (*file->d_name == '.' || (end && strcmp(end, ".part") == 0) ||
            snprintf(path, sizeof path, "%s/%s", folder, file->d_name) >= PATH_MAX)
            continue;
        kept = copy(backup, path, backup->seal, error) || access(path, F_OK) != 0;
    }
    closedir(list);
    return kept;
}

/* The state first: should there be a sealer all the same, what the log holds beyond it is dropped at its
 * start. */
static bool copy_seal(struct backup *backup, const char *folder, struct error *error)
{
    char state[PATH_MAX];

    snprintf(state, sizeof state, "%s/state", folder);
    if (access(state, F_OK) != 0)
        return true; /* it is sealed elsewhere */
    if (mkdir(backup->seal, 0700) != 0 ||
        (geteuid() == 0 && chown(backup->seal, backup->files.uid, backup->files.gid) != 0))
        return error_set(error, ERROR_INTERNAL, "cannot make %.200s: %s", backup->seal, strerror(errno));
    return copy(backup, state, backup->seal, error) && copy_files(backup, folder, error);
}

static bool name(struct backup *backup, const char *folder, struct error *error)
{
    if (snprintf(backup->part, sizeof backup->part, "%s.part", folder) >= PATH_MAX - 8)
        return error_set(error, ERROR_INVALID, "the name of the folder is too long");
    snprintf(backup->data, sizeof backup->data, "%.*s/pg", PATH_MAX - 8, backup->part);
    snprintf(backup->seal, sizeof backup->seal, "%.*s/seal", PATH_MAX - 8, backup->part);
    return access(folder, F_OK) != 0 ||
           error_set(error, ERROR_CONFLICT, "there is something at %.200s already", folder);
}

static bool begin(struct backup *backup, struct error *error)
{
    if (mkdir(backup->part, 0700) != 0)
        return error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_INVALID,
                         "cannot make the folder %.200s: %s", backup->part, strerror(errno));
    return geteuid() != 0 || chown(backup->part, backup->files.uid, backup->files.gid) == 0 ||
           error_set(error, ERROR_INTERNAL, "cannot give %.200s to %s: %s", backup->part, backup->files.user,
                     strerror(errno));
}

/* All of it is on the disk before it has its name. */
static bool finish(const struct backup *backup, const char *folder, struct error *error)
{
    int  part = open(backup->part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool kept = part >= 0 && syncfs(part) == 0 && rename(backup->part, folder) == 0 && syncfs(part) == 0;

    if (!kept)
        error_set(error, ERROR_INTERNAL, "cannot finish %.200s: %s", folder, strerror(errno));
    if (part >= 0)
        close(part);
    return kept;
}

static void clear(struct backup *backup)
{
    (void)stoppable_run_anyway(
        &backup->work, (char *[]){(char[]){"/bin/rm"}, (char[]){"-rf"}, (char[]){"--"}, backup->part, NULL});
    (void)rmdir(backup->part); /* root made it, perhaps where the user may not remove it */
}

/* Into the part, which gets its name when it is whole; otherwise nothing of it stays. */
static bool make(struct backup *backup, const char *seal_folder, const char *folder, struct error *error)
{
    char secret[CLUSTER_PATH_SIZE + 16];

    if (!begin(backup, error))
        return false;
    snprintf(secret, sizeof secret, "%s/secret.key", backup->files.state);
    if (copy_database(backup, error) && copy(backup, secret, backup->part, error) &&
        copy_seal(backup, seal_folder, error) && held_sealer(backup, error) &&
        !stoppable_is_stopped(&backup->work) && finish(backup, folder, error))
        return true;
    clear(backup);
    return !backup->work.stopped ? false
                                 : error_set(error, ERROR_UNAVAILABLE, "stopped; nothing is left of it");
}

bool backup_make(const struct cluster_options *options, const char *seal_folder, uint64_t reserve,
                 const char *folder, struct error *error)
{
    struct backup backup = {.sealer = NULL};
    bool          made = false;

    signal(SIGTSTP, SIG_IGN); /* Ctrl-Z would keep the sealer aside for as long as nobody goes on */
    if (cluster_files_name(&backup.files, options->state, options->user, error) &&
        cluster_files_programs(&backup.files, error) && name(&backup, folder, error) &&
        fits(&backup, seal_folder, folder, reserve, error) && hold_sealer(&backup, error)) {
        stoppable_begin(&backup.work, &backup.files);
        made = make(&backup, seal_folder, folder, error);
        stoppable_end(&backup.work);
    }
    PQfinish(backup.sealer);
    return made;
}
