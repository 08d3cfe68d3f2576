#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "db/pool.h"
#include "db/room.h"
#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "ledger/seal_status.h"
#include "web/listener.h"
#include "web/reply.h"
#include "web/request.h"

#define SEAL_WAIT_MS 100u

static void metric(struct buffer *out, const char *name, const char *type, const char *help,
                   unsigned long long value)
{
    buffer_format(out, "# HELP spoor_%s %s\n# TYPE spoor_%s %s\nspoor_%s %llu\n", name, help, name, type,
                  name, value);
}

static void pool_metrics(struct buffer *out, struct pool *pool, const char *name)
{
    struct pool_state state;

    pool_state(pool, &state);
    buffer_format(out, "spoor_database_sessions{pool=\"%s\",state=\"busy\"} %u\n", name, state.busy);
    buffer_format(out, "spoor_database_sessions{pool=\"%s\",state=\"open\"} %u\n", name, state.open);
    buffer_format(out, "spoor_database_sessions{pool=\"%s\",state=\"most\"} %u\n", name, state.size);
    buffer_format(out, "spoor_database_reachable{pool=\"%s\"} %d\n", name, state.reachable);
}

/* Resident memory, bytes; 0 where /proc does not say. */
static unsigned long long resident_bytes(void)
{
    unsigned long long total = 0, resident = 0;
    FILE              *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &total, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* Nothing where the database does not answer: an absent value is an alarm of its own. */
static void seal_metrics(struct buffer *out, struct service *service, struct arena *arena)
{
    struct error       unreachable = {0};
    struct seal_status status;
    SESSION           *session = pool_borrow(service->audit_pool, SEAL_WAIT_MS, &unreachable);

    if (!session || !seal_status_read(session, arena, &status, &unreachable))
        return;
    metric(out, "recorded_size", "gauge", "Records in the ledger.", status.recorded);
    metric(out, "sealed_size", "gauge", "Records under a signed checkpoint.", status.sealed);
    metric(out, "seal_alarm", "gauge", "1: the sealer refuses to go on; the auditor's pages say why.",
           status.alarm);
    buffer_format(out,
                  "# HELP spoor_seal_lag_seconds Age of the oldest record that is not sealed.\n"
                  "# TYPE spoor_seal_lag_seconds gauge\nspoor_seal_lag_seconds %lld.%03lld\n",
                  (long long)(status.lag_ms / 1000), (long long)(status.lag_ms % 1000));
}

static void room_metrics(struct buffer *out, struct room *room)
{
    if (!room)
        return;
    metric(out, "disk_free_bytes", "gauge", "Room on the disk of the private PostgreSQL.", room_free(room));
    metric(out, "disk_low", "gauge", "1: too little room; nothing is recorded until there is more.",
           room_is_low(room));
}

/* Prometheus text format 0.0.4. */
bool metrics_show(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct listener_state state;
    struct buffer        *out = &reply->body;

    if (!request_only(request, "", error))
        return false;
    listener_state(service->listener, &state);
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    metric(out, "uptime_seconds", "gauge", "Seconds since the service started.",
           (unsigned long long)(time(NULL) - service->started));
    metric(out, "resident_bytes", "gauge", "Resident memory.", resident_bytes());
    metric(out, "connections", "gauge", "Open connections.", state.connections);
    metric(out, "requests_waiting", "gauge", "Requests that wait for a worker.", state.waiting);
    metric(out, "requests_running", "gauge", "Requests that a worker handles.", state.running);
    buffer_text(
        out,
        "# HELP spoor_requests_total Answers by class of status.\n# TYPE spoor_requests_total counter\n");
    for (unsigned class = 2; class <= 5; class ++)
        buffer_format(out, "spoor_requests_total{class=\"%uxx\"} %llu\n", class, state.requests[class]);
    metric(out, "request_seconds_total_us", "counter", "Microseconds spent in handlers.",
           state.seconds_total_us);
    metric(out, "refused_by_guard_total", "counter", "Requests that the guard refused.",
           state.refused_by_guard);
    metric(out, "closed_by_watchdog_total", "counter", "Connections closed for their age.",
           state.closed_by_watchdog);
    buffer_text(out,
                "# HELP spoor_database_sessions Database sessions.\n# TYPE spoor_database_sessions gauge\n");
    pool_metrics(out, service->pool, "app");
    pool_metrics(out, service->public_pool, "public");
    pool_metrics(out, service->audit_pool, "audit");
    seal_metrics(out, service, request->arena);
    room_metrics(out, service->room);
    return true;
}
