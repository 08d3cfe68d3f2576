#include "db/cluster_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define VERSION_LEAST 15
#define VERSION_MOST  25
#define STATE_MOST    80u           /* bytes: a socket's path has room for 107 */
#define UNFIT         " \t\n,'\"\\" /* means something else in connection strings and lists of folders */
#define TURNS         300           /* of 100 ms */

static void pause_100_ms(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

static bool find_user(struct cluster_files *files, const char *wanted, struct error *error)
{
    struct passwd entry, *found = NULL;
    static char   space[4096];
    const uid_t   own = geteuid();

    if (own == 0)
        getpwnam_r(*wanted ? wanted : "postgres", &entry, space, sizeof space, &found);
    else
        getpwuid_r(own, &entry, space, sizeof space, &found);
    if (!found || found->pw_uid == 0)
        return error_set(error, ERROR_INVALID,
                         "PostgreSQL does not run as root and there is no user '%.40s' to run it as; "
                         "make one, or name one in SPOOR_DATABASE_USER",
                         *wanted ? wanted : "postgres");
    snprintf(files->user, sizeof files->user, "%s", found->pw_name);
    files->uid = found->pw_uid;
    files->gid = found->pw_gid;
    return true;
}

bool cluster_files_name(struct cluster_files *files, const char *state, const char *user, struct error *error)
{
    static const struct {
        size_t      offset;
        const char *name;
    } parts[] = {{offsetof(struct cluster_files, data), "/pg"},
                 {offsetof(struct cluster_files, sockets), "/run"},
                 {offsetof(struct cluster_files, log), "/postgresql.log"},
                 {offsetof(struct cluster_files, lock), "/lock"}};

    *files = (struct cluster_files){0};
    if (strlen(state) > STATE_MOST)
        return error_field(error, "SPOOR_STATE", "SPOOR_STATE is too long for a socket: at most %u bytes",
                           STATE_MOST);
    if (strpbrk(state, UNFIT))
        return error_field(error, "SPOOR_STATE",
                           "SPOOR_STATE has a blank, comma, quotation mark or backslash, which the path of a "
                           "socket cannot have; choose another folder");
    snprintf(files->state, sizeof files->state, "%s", state);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        snprintf((char *)files + parts[i].offset, CLUSTER_PATH_SIZE, "%s%s", state, parts[i].name);
    return find_user(files, user, error);
}

/* Parents are made too; only the last one is given to the user. */
static bool make_folder(const struct cluster_files *files, const char *path, mode_t mode, struct error *error)
{
    char partial[CLUSTER_PATH_SIZE];

    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(partial, sizeof partial, "%.*s", (int)(slash - path), path);
        if (mkdir(partial, 0755) == 0 && chmod(partial, 0755) != 0)
            return error_set(error, ERROR_INVALID, "cannot make the folder %s: %s", partial, strerror(errno));
    }
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INVALID, "cannot make the folder %s: %s", path, strerror(errno));
    if (geteuid() == 0 && (chown(path, files->uid, files->gid) != 0 || chmod(path, mode) != 0))
        return error_set(error, ERROR_INVALID, "cannot give the folder %s to %s: %s", path, files->user,
                         strerror(errno));
    return true;
}

/* A folder that the user cannot walk into would only show as a puzzling failure of PostgreSQL. */
static bool check_way(const struct cluster_files *files, struct error *error)
{
    char        partial[CLUSTER_PATH_SIZE];
    struct stat facts;

    for (const char *slash = strchr(files->state + 1, '/'); geteuid() == 0 && slash;
         slash = strchr(slash + 1, '/')) {
        snprintf(partial, sizeof partial, "%.*s", (int)(slash - files->state), files->state);
        if (stat(partial, &facts) == 0 && facts.st_uid != files->uid && !(facts.st_mode & S_IXOTH))
            return error_field(error, "SPOOR_STATE",
                               "the user %s cannot reach %s, because %s is closed to it; choose "
                               "another SPOOR_STATE, such as /var/lib/spoor",
                               files->user, files->state, partial);
    }
    return true;
}

bool cluster_files_prepare(const struct cluster_files *files, struct error *error)
{
    return make_folder(files, files->state, 0700, error) && check_way(files, error) &&
           make_folder(files, files->sockets, 0700, error);
}

static bool has_programs(int version, char *path, size_t size)
{
    char program[128];

    snprintf(path, size, CLUSTER_PROGRAMS, version);
    snprintf(program, sizeof program, "%s/postgres", path);
    return access(program, X_OK) == 0;
}

int cluster_files_version(const struct cluster_files *files)
{
    char  path[CLUSTER_PATH_SIZE + 16];
    int   version = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/PG_VERSION", files->data);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%d", &version) != 1)
        version = -1;
    fclose(file);
    return version;
}

int cluster_files_newest(void)
{
    char path[64];

    for (int version = VERSION_MOST; version >= VERSION_LEAST; version--)
        if (has_programs(version, path, sizeof path))
            return version;
    return 0;
}

static bool refuse_version(const struct cluster_files *files, int there, int newest, struct error *error)
{
    char then[80] = "";

    if (there < newest)
        snprintf(then, sizeof then, "; then `spoord upgrade` prints the commands that bring it to %d",
                 newest);
    return error_set(error, ERROR_INVALID,
                     "%s holds a database of PostgreSQL %d, but this machine has %d; nothing was touched. "
                     "Install postgresql-%d%s",
                     files->data, there, newest, there, then);
}

bool cluster_files_programs(struct cluster_files *files, struct error *error)
{
    int there = cluster_files_version(files), newest = cluster_files_newest();
    int version = there == 0 ? newest : there;

    if (!newest)
        return error_set(error, ERROR_INVALID,
                         "PostgreSQL is not installed; run: apt-get install postgresql-15");
    return (version >= VERSION_LEAST && has_programs(version, files->programs, sizeof files->programs)) ||
           refuse_version(files, there, newest, error);
}

/* True while the process that wrote its id into the lock file lives. */
static bool writer_lives(int file)
{
    char    text[16] = "";
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    long    pid = length > 0 ? strtol(text, NULL, 10) : 0;

    return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

int cluster_files_lock(const struct cluster_files *files, struct error *error)
{
    int file = open(files->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0) {
        error_set(error, ERROR_INVALID, "cannot open %s: %s", files->lock, strerror(errno));
        return -1;
    }
    for (int turn = 0; flock(file, LOCK_EX | LOCK_NB) != 0; turn++) {
        if (writer_lives(file) || turn == TURNS) {
            error_set(error, ERROR_CONFLICT, "another spoord works in %s already", files->state);
            close(file);
            return -1;
        }
        pause_100_ms();
    }
    if (geteuid() == 0 && fchown(file, files->uid, files->gid) != 0)
        errno = 0; /* only decides who may look into it */
    if (ftruncate(file, 0) != 0 || dprintf(file, "%d\n", (int)getpid()) < 0) {
        error_set(error, ERROR_INTERNAL, "cannot write %s: %s", files->lock, strerror(errno));
        close(file);
        return -1;
    }
    return file;
}

bool cluster_files_locked(const struct cluster_files *files)
{
    int  file = open(files->lock, O_RDONLY | O_CLOEXEC);
    bool locked = file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0;

    if (file >= 0)
        close(file);
    return locked;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    (void)facts;
    (void)type;
    (void)where;
    return remove(path);
}

void cluster_files_clear_partial(const struct cluster_files *files)
{
    DIR           *folder = opendir(files->state);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char path[CLUSTER_PATH_SIZE * 2];

        if (strncmp(entry->d_name, "pg.new.", 7) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%.200s", files->state, entry->d_name);
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    if (folder)
        closedir(folder);
}

pid_t cluster_files_postmaster(const struct cluster_files *files, bool *ready)
{
    char  path[CLUSTER_PATH_SIZE + 20], line[256];
    long  pid = 0;
    FILE *file;

    *ready = false;
    snprintf(path, sizeof path, "%s/postmaster.pid", files->data);
    file = fopen(path, "re");
    if (!file)
        return 0;
    for (int number = 1; number <= 8 && fgets(line, sizeof line, file); number++) {
        if (number == 1)
            pid = strtol(line, NULL, 10);
        if (number == 8)
            *ready = strncmp(line, "ready", 5) == 0;
    }
    fclose(file);
    return (pid_t)pid;
}

/* Whether the process is a PostgreSQL that works in our folder: /proc tells its program and where it works.
 */
static bool is_our_postmaster(const struct cluster_files *files, pid_t pid)
{
    char    link[64], program[PATH_MAX], place[PATH_MAX];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    length = readlink(link, program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
    length = readlink(link, place, sizeof place - 1);
    if (length <= 0)
        return false;
    place[length] = '\0';
    return strstr(program, "/postgres") && strcmp(place, files->data) == 0;
}

bool cluster_files_clear_pid(const struct cluster_files *files, struct error *error)
{
    char  path[CLUSTER_PATH_SIZE + 20];
    bool  ready;
    pid_t pid = cluster_files_postmaster(files, &ready);

    for (int turn = 0; pid > 0 && is_our_postmaster(files, pid); turn++) {
        if (turn == TURNS)
            return error_set(error, ERROR_CONFLICT,
                             "a PostgreSQL (process %d) still runs in %s; stop it first", (int)pid,
                             files->data);
        pause_100_ms();
        pid = cluster_files_postmaster(files, &ready);
    }
    snprintf(path, sizeof path, "%s/postmaster.pid", files->data);
    if (pid > 0 && unlink(path) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot remove the stale %s: %s", path, strerror(errno));
    return true;
}

static bool write_file(const struct cluster_files *files, const char *name, const char *text,
                       struct error *error)
{
    char path[CLUSTER_PATH_SIZE + 20], partial[CLUSTER_PATH_SIZE + 32];
    int  file;
    bool written;

    snprintf(path, sizeof path, "%s/%s", files->data, name);
    snprintf(partial, sizeof partial, "%s.new", path);
    file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && fsync(file) == 0 &&
              (geteuid() != 0 || fchown(file, files->uid, files->gid) == 0); /* NOLINT: files is never NULL */
    if (file >= 0 && close(file) != 0)
        written = false;
    if (!written || rename(partial, path) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
    return true;
}

bool cluster_files_write_access(const struct cluster_files *files, struct error *error)
{
    const char   *users[3] = {"root", files->user, NULL};
    char          map[1024] = "";
    size_t        length = 0;
    struct passwd entry, *own = NULL;
    static char   space[4096];

    getpwuid_r(getuid(), &entry, space, sizeof space, &own);
    users[2] = own && strcmp(own->pw_name, "root") != 0 && strcmp(own->pw_name, files->user) != 0
                   ? own->pw_name
                   : NULL;
    for (size_t i = 0; i < COUNT_OF(users); i++)
        if (users[i] && length < sizeof map)
            length += (size_t)snprintf(map + length, sizeof map - length,
                                       "spoor %s postgres\nspoor %s spoor_login\n", users[i], users[i]);
    return write_file(files, "pg_ident.conf", map, error) &&
           write_file(files, "pg_hba.conf",
                      "local all all peer map=spoor\nlocal replication all peer map=spoor\n", error);
}

bool cluster_files_become(const struct cluster_files *files)
{
    if (geteuid() != 0)
        return true;
    return initgroups(files->user, files->gid) == 0 && setresgid(files->gid, files->gid, files->gid) == 0 &&
           setresuid(files->uid, files->uid, files->uid) == 0 && setuid(0) != 0;
}
