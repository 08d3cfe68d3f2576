#include "db/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "db/cluster_files.h"
#include "db/session.h"
#include "db/sql_files.h"
#include "shared/log.h"

#define START_TURNS    1200 /* of 50 ms */
#define STOP_TURNS     700  /* of 50 ms: longer than the supervisor's own patience */
#define AGAIN_TURNS    20   /* of these, until it is told once more */
#define FAST_STOP_S    20   /* seconds until a fast shutdown becomes an immediate one */
#define BACKOFF_MOST_S 30u

/* What the supervising process tells ours, in memory that both see. */
struct shared_state {
    atomic_int postgres; /* process id; 0: not running at this moment */
};

struct cluster {
    struct cluster_files files;
    struct shared_state *shared;
    pid_t                supervisor;
    int                  lock;
    char                 conninfo[512];
};

static void pause_50_ms(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
}

/* In a child only: PostgreSQL's log goes to a file of its own. */
static void log_to_file(const struct cluster_files *files)
{
    int file = open(files->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (file < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(file, STDOUT_FILENO) < 0 ||
        dup2(file, STDERR_FILENO) < 0)
        _exit(126);
}

/* In a child only. The environment is ours: no PG… variable of the caller reaches PostgreSQL. */
static void execute(const struct cluster_files *files, char *const words[])
{
    char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LC_ALL=C"}, (char[]){"TZ=UTC"},
                                 NULL};
    sigset_t    none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (chdir(files->state) == 0)
        execve(words[0], words, environment);
    _exit(127);
}

static char *text(char *buffer, size_t size, const char *one, const char *other)
{
    snprintf(buffer, size, "%s%s", one, other);
    return buffer;
}

static pid_t start_postgres(const struct cluster_files *files)
{
    char  program[128], data[CLUSTER_PATH_SIZE], sockets[CLUSTER_PATH_SIZE + 40];
    pid_t parent = getpid(), child = fork();

    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGINT);
    if (getppid() != parent)
        _exit(125);
    log_to_file(files);
    execute(files, (char *[]){text(program, sizeof program, files->programs, "/postgres"),
                              (char[]){"-D"},
                              text(data, sizeof data, files->data, ""),
                              (char[]){"-c"},
                              text(sockets, sizeof sockets, "unix_socket_directories=", files->sockets),
                              (char[]){"-c"},
                              (char[]){"listen_addresses="},
                              (char[]){"-c"},
                              (char[]){"unix_socket_permissions=0700"},
                              (char[]){"-c"},
                              (char[]){"max_connections=400"},
                              (char[]){"-c"},
                              (char[]){"shared_buffers=128MB"},
                              (char[]){"-c"},
                              (char[]){"logging_collector=off"},
                              (char[]){"-c"},
                              (char[]){"wal_recycle=off"},
                              (char[]){"-c"},
                              (char[]){"wal_compression=lz4"},
                              NULL});
    return 0;
}

/* Fast first; who does not listen is stopped hard: PostgreSQL recovers from its log at the next start. */
static void stop_postgres(pid_t postgres)
{
    kill(postgres, SIGINT);
    for (int turn = 0; turn < FAST_STOP_S * 20; turn++) {
        if (waitpid(postgres, NULL, WNOHANG) != 0)
            return;
        pause_50_ms();
    }
    kill(postgres, SIGQUIT);
    waitpid(postgres, NULL, 0);
}

/* Only the service stops its database, or the service's end: a signal to all that have its command line, as
 * pkill and a service manager send, reaches this process too, while the service still has sessions open. */
static bool says_stop(int number, const siginfo_t *from, pid_t service)
{
    return (number == SIGTERM || number == SIGINT) && (from->si_pid == service || getppid() != service);
}

/* Waits half of that; true when it was to stop meanwhile. */
static bool hears_stop(const sigset_t *signals, pid_t service, unsigned half_seconds)
{
    struct timespec wait = {.tv_sec = half_seconds / 4, .tv_nsec = (long)(half_seconds % 4) * 250000000};
    siginfo_t       from = {0};
    int             number;

    do
        number = sigtimedwait(signals, &from, &wait);
    while (number == SIGCHLD);
    return says_stop(number, &from, service);
}

/* Until PostgreSQL ends by itself; true when it was to stop. */
static bool watch_postgres(pid_t postgres, const sigset_t *signals, pid_t service)
{
    while (postgres > 0 && waitpid(postgres, NULL, WNOHANG) == 0) {
        siginfo_t from = {0};

        if (says_stop(sigwaitinfo(signals, &from), &from, service))
            return true;
    }
    return false;
}

/* Runs PostgreSQL again whenever it ends, after 0.5 s doubled up to 30 s, until the service says stop. Never
 * returns. */
static void supervise(const struct cluster_files *files, struct shared_state *shared, const sigset_t *signals,
                      pid_t service)
{
    unsigned half_seconds = 1;

    for (;;) {
        time_t begun = time(NULL);
        pid_t  postgres = start_postgres(files);
        bool   stops;

        atomic_store(&shared->postgres, postgres > 0 ? postgres : 0);
        stops = watch_postgres(postgres, signals, service);
        atomic_store(&shared->postgres, 0);
        if (stops) {
            stop_postgres(postgres);
            _exit(0);
        }
        log_line(LOG_LEVEL_ERROR, "msg", "PostgreSQL ended; starting it again", "log", files->log, NULL);
        half_seconds = time(NULL) - begun > 60 ? 1 : half_seconds * 2;
        if (half_seconds > BACKOFF_MOST_S * 2)
            half_seconds = BACKOFF_MOST_S * 2;
        if (hears_stop(signals, service, half_seconds))
            _exit(0);
    }
}

/* The parent's death is heard only by a setting made after the user changed; and only the main thread may
 * fork here, because the signal comes when the forking thread ends. */
static pid_t start_supervisor(const struct cluster *cluster)
{
    sigset_t signals;
    pid_t    parent = getpid(), child = fork();

    if (child != 0)
        return child;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGCHLD, SIG_DFL);
    setsid();
    if (!cluster_files_become(&cluster->files))
        _exit(124);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(0);
    prctl(PR_SET_NAME, "spoord-pg");
    supervise(&cluster->files, cluster->shared, &signals, parent);
    _exit(0);
}

static bool run_initdb(const struct cluster_files *files, const char *folder)
{
    int   status = 0;
    char  program[128], data[CLUSTER_PATH_SIZE + 40];
    pid_t child = fork();

    if (child == 0) {
        if (!cluster_files_become(files))
            _exit(124);
        log_to_file(files);
        execute(files,
                (char *[]){text(program, sizeof program, files->programs, "/initdb"), (char[]){"-k"},
                           (char[]){"-E"}, (char[]){"UTF8"}, (char[]){"--locale=C"},
                           (char[]){"--auth-local=peer"}, (char[]){"--auth-host=reject"}, (char[]){"-U"},
                           (char[]){"postgres"}, (char[]){"-D"}, text(data, sizeof data, folder, ""), NULL});
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Into a folder that gets its name only when it is whole: a half-made cluster is never started. */
static bool make_cluster(const struct cluster_files *files, struct error *error)
{
    char folder[CLUSTER_PATH_SIZE + 32];
    int  state;
    bool kept;

    if (access(files->data, F_OK) == 0)
        return true;
    cluster_files_clear_partial(files);
    snprintf(folder, sizeof folder, "%s/pg.new.%d", files->state, (int)getpid());
    if (!run_initdb(files, folder))
        return error_set(error, ERROR_UNAVAILABLE, "cannot make a database in %s; the end of %s tells why",
                         files->state, files->log);
    state = open(files->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    kept = rename(folder, files->data) == 0 && state >= 0 && fsync(state) == 0;
    if (state >= 0)
        close(state);
    return kept || error_set(error, ERROR_INTERNAL, "cannot name the new database %s: %s", files->data,
                             strerror(errno));
}

/* Ready: the process in postmaster.pid is our own child, it says so, and a query works. */
static PGconn *wait_until_ready(struct cluster *cluster, struct error *error)
{
    char conninfo[512];

    snprintf(conninfo, sizeof conninfo, "host=%s dbname=postgres user=postgres", cluster->files.sockets);
    for (int turn = 0; turn < START_TURNS; turn++) {
        bool         ready;
        pid_t        pid = cluster_files_postmaster(&cluster->files, &ready);
        struct error not_yet = {0};

        if (ready && pid == atomic_load(&cluster->shared->postgres)) {
            PGconn *connection = session_connect(conninfo, NULL, &not_yet);

            if (connection)
                return connection;
        }
        if (waitpid(cluster->supervisor, NULL, WNOHANG) != 0) {
            cluster->supervisor = 0;
            break;
        }
        pause_50_ms();
    }
    error_set(error, ERROR_UNAVAILABLE, "the private PostgreSQL does not start; the end of %s tells why",
              cluster->files.log);
    return NULL;
}

static bool exists(PGconn *connection, const char *sql, bool *there, struct error *error)
{
    PGresult *result = PQsendQuery(connection, sql) ? session_wait(connection, 10000) : NULL;
    bool      answered = result && PQresultStatus(result) == PGRES_TUPLES_OK;

    *there = answered && PQntuples(result) > 0;
    PQclear(result);
    return answered || error_set(error, ERROR_UNAVAILABLE, "the private PostgreSQL does not answer");
}

/* Roles, also those that came with a newer version; a login that may take each of them; the database. */
static bool prepare_database(PGconn *connection, struct error *error)
{
    static const char *const commands[] = {
        "SET client_min_messages = warning",
        ("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'spoor_login') THEN"
         " CREATE ROLE spoor_login LOGIN; END IF; END $$"),
        "GRANT spoor_owner, spoor_app, spoor_public, spoor_audit, spoor_seal TO spoor_login",
        "GRANT pg_checkpoint TO spoor_owner",
        "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO spoor_owner",
    };
    bool there;

    if (!exists(connection, "SELECT FROM pg_database WHERE datname = 'spoor'", &there, error))
        return false;
    if (!session_command(connection, sql_roles, 10000, error))
        return error_while(error, "make the roles");
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (!session_command(connection, commands[i], 10000, error))
            return error_while(error, "make the roles");
    if (!there && !session_command(connection, "CREATE DATABASE spoor OWNER spoor_owner", 60000, error))
        return error_while(error, "make the database");
    return true;
}

static bool start(struct cluster *cluster, struct error *error)
{
    PGconn *connection;
    bool    prepared;

    cluster->lock = cluster_files_lock(&cluster->files, error);
    if (cluster->lock < 0 || !cluster_files_programs(&cluster->files, error) ||
        !make_cluster(&cluster->files, error) || !cluster_files_clear_pid(&cluster->files, error) ||
        !cluster_files_write_access(&cluster->files, error))
        return false;
    cluster->shared =
        mmap(NULL, sizeof *cluster->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cluster->shared == MAP_FAILED)
        abort();
    cluster->supervisor = start_supervisor(cluster);
    if (cluster->supervisor < 0)
        return error_set(error, ERROR_INTERNAL, "cannot start a process: %s", strerror(errno));
    connection = wait_until_ready(cluster, error);
    if (!connection)
        return false;
    prepared = prepare_database(connection, error);
    PQfinish(connection);
    return prepared;
}

static void name_conninfo(const struct cluster_files *files, char *conninfo, size_t size)
{
    snprintf(conninfo, size, "host=%s dbname=spoor user=spoor_login", files->sockets);
}

struct cluster *cluster_start(const struct cluster_options *options, struct error *error)
{
    struct cluster *cluster = calloc(1, sizeof *cluster);

    if (!cluster)
        abort();
    cluster->lock = -1;
    if (cluster_files_name(&cluster->files, options->state, options->user, error) &&
        cluster_files_prepare(&cluster->files, error) && start(cluster, error)) {
        name_conninfo(&cluster->files, cluster->conninfo, sizeof cluster->conninfo);
        return cluster;
    }
    cluster_stop(cluster);
    return NULL;
}

void cluster_stop(struct cluster *cluster)
{
    if (!cluster)
        return;
    if (cluster->supervisor > 0) {
        for (int turn = 0; waitpid(cluster->supervisor, NULL, WNOHANG) == 0; turn++) {
            if (turn % AGAIN_TURNS == 0) /* one that meets another's of the same kind is lost */
                kill(cluster->supervisor, turn < STOP_TURNS ? SIGTERM : SIGKILL);
            pause_50_ms();
        }
    }
    if (cluster->shared && cluster->shared != MAP_FAILED)
        munmap(cluster->shared, sizeof *cluster->shared);
    if (cluster->lock >= 0)
        close(cluster->lock);
    free(cluster);
}

const char *cluster_conninfo(const struct cluster *cluster)
{
    return cluster->conninfo;
}

bool cluster_find(const struct cluster_options *options, char *conninfo, unsigned size, struct error *error)
{
    struct cluster_files files;

    if (!cluster_files_name(&files, options->state, options->user, error))
        return false;
    if (!cluster_files_locked(&files))
        return error_set(error, ERROR_NOT_FOUND, "no spoord works in %s", options->state);
    name_conninfo(&files, conninfo, size);
    return true;
}

bool cluster_made(const struct cluster_options *options, struct error *error)
{
    struct cluster_files files;

    if (!cluster_files_name(&files, options->state, options->user, error))
        return false;
    if (access(files.data, F_OK) == 0)
        return true;
    if (errno == EACCES)
        return error_set(error, ERROR_FORBIDDEN,
                         "the folder %s is closed to you; be the user that runs spoord serve, or root",
                         options->state);
    return error_set(error, ERROR_NOT_FOUND,
                     "there is no Spoor in %s; set SPOOR_STATE to its folder, or start one with spoord serve",
                     options->state);
}

bool cluster_healthy(struct cluster *cluster)
{
    return atomic_load(&cluster->shared->postgres) != 0;
}

bool cluster_drop_privileges(const struct cluster_options *options, struct error *error)
{
    struct cluster_files files;

    if (geteuid() != 0)
        return true;
    if (!cluster_files_name(&files, options->state, options->user, error) ||
        !cluster_files_prepare(&files, error))
        return false;
    return cluster_files_become(&files) ||
           error_set(error, ERROR_INTERNAL, "cannot go on as the user %s: %s", files.user, strerror(errno));
}
