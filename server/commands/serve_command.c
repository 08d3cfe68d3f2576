#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "address.h"
#include "commands/commands.h"
#include "commands/demo.h"
#include "commands/greeting.h"
#include "commands/stop_limit.h"
#include "config.h"
#include "db/cluster.h"
#include "db/listen.h"
#include "db/migrate.h"
#include "db/room.h"
#include "endpoints/door.h"
#include "endpoints/endpoints.h"
#include "endpoints/evidence.h"
#include "endpoints/service.h"
#include "ledger/closing.h"
#include "ledger/recorder.h"
#include "ledger/seal_log.h"
#include "ledger/sealer.h"
#include "render/text.h"
#include "shared/log.h"
#include "store/cache.h"
#include "store/secret.h"
#include "web/listener.h"
#include "web/rate_limit.h"

#define PUBLIC_SESSIONS 6u
#define AUDIT_SESSIONS  6u
#define SEALING_MS      60000u /* as the commands have: after a restore all records are read through */
#define PAGES_KEPT      512u
#define ACCESS_KEPT     2048u
#define VOUCHED_US      900000u /* what is kept in memory is never older than a second */

/* Everything that is started, in the order in which it starts; stopped in the reverse one. */
struct running {
    struct arena   *arena;
    struct config   config;
    struct service  service;
    char            conninfo[1024];
    sigset_t        stop_signals;
    struct listen  *listen;
    struct closing *closing;
};

/* The threads that start later inherit the mask, so that only sigwait() below sees the signals. */
static void hold_signals(struct running *running)
{
    sigemptyset(&running->stop_signals);
    sigaddset(&running->stop_signals, SIGINT);
    sigaddset(&running->stop_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &running->stop_signals, NULL);
}

static bool read_settings(struct running *running, const struct invocation *invocation, struct error *error)
{
    static const struct {
        const char *option, *variable;
    } overrides[] = {{"port", "SPOOR_PORT"}, {"listen", "SPOOR_LISTEN"}, {"site", "SPOOR_SITE_FOLDER"}};

    for (size_t i = 0; i < COUNT_OF(overrides); i++) {
        const char *text = option_text(invocation, overrides[i].option);

        if (text && setenv(overrides[i].variable, text, 1) != 0)
            return error_set(error, ERROR_INTERNAL, "cannot set %s: %s", overrides[i].variable,
                             strerror(errno));
    }
    if (!config_read(&running->config, running->arena, error))
        return false;
    if (setenv("TZ", running->config.timezone, 1) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot set the time zone: %s", strerror(errno));
    tzset();
    return true;
}

static bool start_private_database(struct running *running, struct error *error)
{
    struct cluster_options  options = {.state = running->config.state, .user = running->config.database_user};
    struct migration_report report;

    running->service.cluster = cluster_start(&options, error);
    if (!running->service.cluster)
        return error_while(error, "start the private PostgreSQL");
    snprintf(running->conninfo, sizeof running->conninfo, "%s", cluster_conninfo(running->service.cluster));
    if (!migrate_run(running->conninfo, &report, error))
        return error_while(error, "bring the database up to date");
    return true;
}

static bool start_database(struct running *running, struct error *error)
{
    if (!*running->config.database) {
        if (!start_private_database(running, error))
            return false;
    } else {
        snprintf(running->conninfo, sizeof running->conninfo, "%s", running->config.database);
        if (!migrate_check(running->conninfo, error))
            return false;
    }
    return cluster_drop_privileges(&(struct cluster_options){.state = running->config.state,
                                                             .user = running->config.database_user},
                                   error) &&
           secret_key_load(running->config.state, running->service.secret, error);
}

static struct pool *open_pool(const struct running *running, const char *role, unsigned size,
                              struct error *error)
{
    struct pool_options options = {.conninfo = running->conninfo,
                                   .role = role,
                                   .size = size,
                                   .statement_timeout_ms = strcmp(role, "spoor_seal") == 0
                                                               ? SEALING_MS
                                                               : running->config.statement_timeout_ms,
                                   .prepare = strcmp(role, "spoor_app") == 0};
    struct pool        *pool = pool_open(&options, error);

    if (!pool)
        error_while(error, role);
    return pool;
}

static void on_change(void *context, const char *channel, const char *payload)
{
    const struct service *service = context;

    if (!channel || strcmp(channel, "spoor_changed") == 0)
        cache_forget(service->pages, channel ? payload : "*");
    if (!channel || strcmp(channel, "spoor_access") == 0)
        cache_forget(service->access, "*");
}

static void on_complete(void *context, uint64_t at_us)
{
    const struct service *service = context;

    cache_vouch(service->pages, at_us + VOUCHED_US);
    cache_vouch(service->access, at_us + VOUCHED_US);
}

static void on_recorded(void *context, const char *device_id)
{
    char thing[CACHE_THING_SIZE + 1];

    snprintf(thing, sizeof thing, "%s", device_id);
    cache_forget(context, thing);
}

/* What this service keeps in memory, and how it hears that something else changed it. */
static void start_memory(struct running *running)
{
    static const char *const channels[] = {"spoor_changed", "spoor_access", NULL};
    struct service          *service = &running->service;

    service->pages = cache_new(PAGES_KEPT);
    service->access = cache_new(ACCESS_KEPT);
    recorder_tell(service->recorder, on_recorded, service->pages);
    running->listen = listen_start(&(struct listen_options){.conninfo = running->conninfo,
                                                            .role = "spoor_public",
                                                            .channels = channels,
                                                            .look = SQL_CHANGED_SINCE,
                                                            .look_channel = "spoor_changed",
                                                            .context = service,
                                                            .heard = on_change,
                                                            .complete = on_complete});
}

static bool start_service(struct running *running, struct error *error)
{
    struct service *service = &running->service;

    service->config = &running->config;
    if (service->cluster)
        service->room = room_start(running->config.state, (uint64_t)running->config.reserve_mb << 20);
    evidence_sweep(running->config.state);
    service->started = time(NULL);
    service->pool = open_pool(running, "spoor_app", running->config.sessions, error);
    if (!service->pool)
        return false;
    service->public_pool = open_pool(running, "spoor_public", PUBLIC_SESSIONS, error);
    if (!service->public_pool)
        return false;
    service->audit_pool = open_pool(running, "spoor_audit", AUDIT_SESSIONS, error);
    if (!service->audit_pool)
        return false;
    service->misses = rate_limit_new();
    service->answers = answers_new();
    service->recorder = recorder_new(service->pool, service->secret, running->config.session_wait_ms,
                                     running->config.workers / 2);
    start_memory(running);
    if (running->config.seal)
        recorder_remember(service->recorder, service->answers);
    return true;
}

/* Sealing goes on in the background; who waits for it asks the database. */
static bool start_sealer(struct running *running, struct error *error)
{
    struct service *service = &running->service;
    struct note_key key;

    if (!running->config.seal)
        return true;
    service->seal_pool = open_pool(running, "spoor_seal", 1, error);
    if (!service->seal_pool ||
        !seal_log_read_key(running->config.seal_folder, running->config.log_name, true, &key, error))
        return false;
    note_key_format(&key, service->verifier_key);
    service->sealer = sealer_new(&(struct sealer_options){.pool = service->seal_pool,
                                                          .folder = running->config.seal_folder,
                                                          .name = running->config.log_name,
                                                          .service_key = service->secret,
                                                          .answers = service->answers});
    if (!sealer_resume(service->sealer, error))
        return error_while(error, "go on after a restore");
    sealer_start(service->sealer);
    return true;
}

/* Who serves without it only makes commands beside it print another address. */
static void tell_address(const struct running *running)
{
    struct error error = {0};

    if (!address_keep(running->config.state, running->config.base_url, &error))
        log_line(LOG_LEVEL_WARNING, "msg", error.message, NULL);
}

static bool suggest_port(unsigned port, struct error *error)
{
    unsigned other = port < 65535 ? port + 1 : 8080;

    return error_set(error, ERROR_CONFLICT,
                     "port %u is in use by another program; choose another: make run PORT=%u, or spoord "
                     "serve --port %u",
                     port, other, other);
}

static bool start_listener(struct running *running, struct error *error)
{
    struct listener_options options = {
        .address = running->config.listen,
        .port = running->config.port,
        .host = running->config.host,
        .secure = strncmp(running->config.base_url, "https:", 6) == 0,
        .proxy = running->config.proxy,
        .workers = running->config.workers,
        .routes = routes,
        .route_count = route_count,
        .service = &running->service,
        .authenticate = door_authenticate,
        .error_page = door_error_page,
        .self = &running->service.listener,
        .choose_language = text_negotiate,
    };

    if (!listener_start(&options, error))
        return error->kind == ERROR_CONFLICT ? suggest_port(running->config.port, error) : false;
    tell_address(running);
    return true;
}

static void stop(struct running *running)
{
    listener_stop(running->service.listener);
    closing_free(running->closing);
    recorder_free(running->service.recorder);
    listen_stop(running->listen);
    cache_free(running->service.pages);
    cache_free(running->service.access);
    sealer_free(running->service.sealer);
    answers_free(running->service.answers);
    pool_free(running->service.seal_pool);
    rate_limit_free(running->service.misses);
    pool_free(running->service.audit_pool);
    pool_free(running->service.public_pool);
    pool_free(running->service.pool);
    cluster_stop(running->service.cluster);
    room_stop(running->service.room);
    arena_free(running->arena);
}

static void wait_for_stop_signal(struct running *running)
{
    int number;

    sigwait(&running->stop_signals, &number);
    stop_limit_start(&running->stop_signals);
    log_line(LOG_LEVEL_INFO, "msg", "stopping", "signal", number == SIGINT ? "INT" : "TERM", NULL);
    fprintf(stdout, "Stopping.\n");
    fflush(stdout);
}

static bool start(struct running *running, const struct invocation *invocation, struct error *error)
{
    struct demo demo = {0};

    if (!read_settings(running, invocation, error) || !start_database(running, error) ||
        !start_service(running, error) || !start_sealer(running, error))
        return false;
    if (option_given(invocation, "demo") && !demo_prepare(&running->service, running->arena, &demo, error))
        return false;
    if (!greeting_prepare(&running->service, running->arena, error) || !start_listener(running, error))
        return false;
    running->closing = closing_new(&(struct closing_options){.pool = running->service.pool,
                                                             .recorder = running->service.recorder,
                                                             .room = running->service.room,
                                                             .timezone = running->config.timezone,
                                                             .wait_ms = running->config.session_wait_ms});
    closing_start(running->closing);
    greeting_print(&running->service, option_given(invocation, "demo") ? &demo : NULL);
    return true;
}

static int run(struct invocation *invocation, struct error *error)
{
    struct running running = {.arena = arena_new()};

    hold_signals(&running);
    if (start(&running, invocation, error))
        wait_for_stop_signal(&running);
    stop(&running);
    return 0;
}

static const struct option_row options[] = {
    {"demo", NULL, "fill an empty database with a small believable workshop, with demo accounts"},
    {"port", "N", "TCP port to listen on (SPOOR_PORT, 8080)"},
    {"listen", "ADDRESS", "address to listen on (SPOOR_LISTEN, 127.0.0.1)"},
    {"site", "FOLDER", "read pages from this folder instead of the built-in ones, while designing"},
    {0},
};
static const struct example_row examples[] = {
    {"spoord serve --demo", "tries Spoor with made-up devices on http://localhost:8080"},
    {"spoord serve", "serves; the first start prints a secret with which you make the first administrator"},
    {"SPOOR_DATABASE=postgresql://spoor@db1,db2/spoor SPOOR_BASE_URL=https://fix.example.nl spoord serve",
     "serves on a PostgreSQL of your own, behind a proxy that does TLS"},
    {0},
};

const struct command serve_command = {
    .name = "serve",
    .operands = "",
    .summary = "Runs the service until Ctrl-C or SIGTERM",
    .text =
        "Without SPOOR_DATABASE a private PostgreSQL is made in SPOOR_STATE, started and watched. "
        "Started as root,\n"
        "Spoor goes on as SPOOR_DATABASE_USER. With SPOOR_DATABASE the login needs the roles spoor_app,\n"
        "spoor_public and spoor_audit, and the schema must fit (spoord migrate).\n"
        "Ctrl-C lets running requests end; where something does not end, another Ctrl-C some seconds later "
        "does it.",
    .run = run,
    .options = options,
    .examples = examples,
};
