#include "db/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/cluster_files.h"

struct backup {
    struct cluster_files files;
    char                 part[PATH_MAX];
    char                 data[PATH_MAX]; /* part/pg */
    char                 seal[PATH_MAX]; /* part/seal */
};

/* Runs a program as the user of the cluster and waits; true when it ended with 0. */
static bool run(const struct backup *backup, const char *program, char *const words[])
{
    char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LC_ALL=C"}, NULL};
    sigset_t    none;
    int         status = 0;
    pid_t       child = fork();

    if (child == 0) {
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        if (cluster_files_become(&backup->files))
            execve(program, words, environment);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* PostgreSQL's programs look for each other beside themselves, by the whole path in the first word. */
static bool run_postgres(const struct backup *backup, char *const words[], struct error *error)
{
    return run(backup, words[0], words) ||
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

static bool copy(const struct backup *backup, char *from, char *to, struct error *error)
{
    return run(backup, "/bin/cp",
               (char *[]){(char[]){"cp"}, (char[]){"-a"}, (char[]){"-n"}, (char[]){"--"}, from, to, NULL}) ||
           error_set(error, ERROR_UNAVAILABLE, "cannot copy %.200s; what cp said stands above", from);
}

/* All but what the sealer is still writing; a file may be gone meanwhile, its follower has another name. */
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

/* The state first: what the log holds beyond it is dropped by the sealer, what it lacks would be missing. */
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

static bool begin(struct backup *backup, const char *folder, struct error *error)
{
    if (snprintf(backup->part, sizeof backup->part, "%s.part", folder) >= PATH_MAX - 8)
        return error_set(error, ERROR_INVALID, "the name of the folder is too long");
    snprintf(backup->data, sizeof backup->data, "%.*s/pg", PATH_MAX - 8, backup->part);
    snprintf(backup->seal, sizeof backup->seal, "%.*s/seal", PATH_MAX - 8, backup->part);
    if (access(folder, F_OK) == 0)
        return error_set(error, ERROR_CONFLICT, "there is something at %.200s already", folder);
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

bool backup_make(const struct cluster_options *options, const char *seal_folder, const char *folder,
                 struct error *error)
{
    struct backup backup;
    char          secret[CLUSTER_PATH_SIZE + 16];

    if (!cluster_files_name(&backup.files, options->state, options->user, error) ||
        !cluster_files_programs(&backup.files, error) || !begin(&backup, folder, error))
        return false;
    snprintf(secret, sizeof secret, "%s/secret.key", backup.files.state);
    if (copy_database(&backup, error) && copy(&backup, secret, backup.part, error) &&
        copy_seal(&backup, seal_folder, error) && finish(&backup, folder, error))
        return true;
    (void)run(&backup, "/bin/rm",
              (char *[]){(char[]){"rm"}, (char[]){"-rf"}, (char[]){"--"}, backup.part, NULL});
    (void)rmdir(backup.part); /* root made it, perhaps where the user may not remove it */
    return false;
}
