/*
 * load: many keep-alive connections of one thread that post hand-offs or read, as fast as the answers come.
 *
 *   load PORT MODE CONNECTIONS WARM SECONDS TOKEN WHAT...
 *
 * MODE post: a POST with one event with a fresh UUID for one of the codes WHAT…; its answer must say
 * "recorded". get: the device of one of the codes, as JSON. same: the page WHAT again with the ETag of its
 * first answer; the answer must be 304.
 *
 * Nothing of the first WARM seconds counts. Prints one line: requests, requests a second, median and 99th
 * percentile (microseconds), answers that were not as expected, the first of those, and the requests of each
 * second.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_SIZE  ((size_t)256 * 1024) /* bytes */
#define SECONDS_MOST 3600u

enum mode { MODE_POST, MODE_GET, MODE_SAME };

static struct {
    unsigned    port, warm, seconds;
    enum mode   mode;
    const char *token;
    char      **what;
    size_t      what_count;
    char        etag[80];
} job;

static struct {
    unsigned long done, wrong, each[SECONDS_MOST];
    unsigned     *latencies; /* microseconds */
    size_t        samples, room;
    char          first_wrong[120];
} seen;

struct client {
    int                file;
    size_t             turn, length, sent, filled;
    unsigned long long begun;
    char               request[1536];
    char               answer[ANSWER_SIZE];
};

static unsigned long long now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
}

static int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)job.port)};
    int                one = 1, file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (file < 0 || connect(file, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("load: cannot connect");
        exit(1);
    }
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return file;
}

static void random_bytes(unsigned char *bytes, size_t count)
{
    static unsigned char pool[4096];
    static size_t        used = sizeof pool;

    if (used + count > sizeof pool) {
        for (used = 0; used < sizeof pool; used += 256) /* 256 at a time are never cut short */
            if (getrandom(pool + used, 256, 0) != 256)
                abort();
        used = 0;
    }
    memcpy(bytes, pool + used, count);
    used += count;
}

/* Of version 7, as our clients make them. */
static void uuid(char text[37])
{
    unsigned char   b[16];
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    random_bytes(b, sizeof b);
    for (int i = 0; i < 6; i++)
        b[i] =
            (unsigned char)(((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000) >> (40 - 8 * i));
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x70);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    snprintf(text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static void compose_post(struct client *client, const char *code)
{
    char      id[37], body[512], happened[32];
    time_t    now = time(NULL);
    struct tm parts;
    int       length;

    uuid(id);
    gmtime_r(&now, &parts);
    strftime(happened, sizeof happened, "%Y-%m-%dT%H:%M:%SZ", &parts);
    length = snprintf(
        body, sizeof body,
        "{\"events\":[{\"event_id\":\"%s\",\"code\":\"%s\",\"kind\":\"moved\",\"happened_at\":\"%s\"}]}", id,
        code, happened);
    client->length =
        (size_t)snprintf(client->request, sizeof client->request,
                         "POST /api/v1/events HTTP/1.1\r\nHost: localhost:%u\r\nAuthorization: Bearer %s\r\n"
                         "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                         job.port, job.token, length, body);
}

static void compose(struct client *client)
{
    unsigned char random[4];
    unsigned      n;

    random_bytes(random, sizeof random);
    memcpy(&n, random, sizeof n);
    const char *what = job.what[n % job.what_count];

    if (job.mode == MODE_POST)
        compose_post(client, what);
    else if (job.mode == MODE_GET)
        client->length = (size_t)snprintf(
            client->request, sizeof client->request,
            "GET /api/v1/devices/%s HTTP/1.1\r\nHost: localhost:%u\r\nAuthorization: Bearer %s\r\n\r\n", what,
            job.port, job.token);
    else
        client->length = (size_t)snprintf(
            client->request, sizeof client->request, "GET %s HTTP/1.1\r\nHost: localhost:%u\r\n%s%s%s\r\n",
            what, job.port, *job.etag ? "If-None-Match: " : "", job.etag, *job.etag ? "\r\n" : "");
}

/* Whether the answer is whole; its end is a NUL. */
static bool is_whole(const struct client *client)
{
    const char *head_end = strstr(client->answer, "\r\n\r\n"), *length;

    if (!head_end)
        return false;
    length = strcasestr(client->answer, "\r\ncontent-length:");
    if (!length || length > head_end)
        return true;
    return client->filled >= (size_t)(head_end - client->answer) + 4 + strtoul(length + 17, NULL, 10);
}

static bool is_right(const struct client *client)
{
    if (job.mode == MODE_SAME)
        return strncmp(client->answer, "HTTP/1.1 304", 12) == 0;
    return strncmp(client->answer, "HTTP/1.1 200", 12) == 0 &&
           (job.mode == MODE_GET || strstr(client->answer, "\"recorded\""));
}

static void note(const struct client *client, unsigned long long begun)
{
    unsigned long long now = now_us(), second = (now - begun) / 1000000;

    if (second < job.warm || second >= job.warm + job.seconds)
        return;
    if (!is_right(client)) {
        if (seen.wrong++ == 0)
            snprintf(seen.first_wrong, sizeof seen.first_wrong, "%.*s", (int)strcspn(client->answer, "\r\n"),
                     client->answer);
        return;
    }
    seen.done++;
    seen.each[second - job.warm]++;
    if (seen.samples == seen.room) {
        seen.room = seen.room ? seen.room * 2 : 65536;
        seen.latencies = realloc(seen.latencies, seen.room * sizeof *seen.latencies);
        if (!seen.latencies)
            abort();
    }
    seen.latencies[seen.samples++] = (unsigned)(now - client->begun);
}

static void send_request(int epoll, struct client *client)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

    if (client->file < 0) {
        client->file = dial();
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->file, &event) != 0)
            abort();
    }
    compose(client);
    client->filled = 0;
    client->begun = now_us();
    if (send(client->file, client->request, client->length, MSG_NOSIGNAL) != (ssize_t)client->length) {
        close(client->file); /* the next one dials again */
        client->file = -1;
    }
}

static void hang_up(struct client *client)
{
    close(client->file);
    client->file = -1;
}

static void receive(int epoll, struct client *client, unsigned long long begun)
{
    ssize_t got = recv(client->file, client->answer + client->filled, ANSWER_SIZE - 1 - client->filled, 0);

    if (got > 0) {
        client->filled += (size_t)got;
        client->answer[client->filled] = '\0';
        if (!is_whole(client))
            return;
        note(client, begun);
        if (strcasestr(client->answer, "connection: close"))
            hang_up(client);
    } else {
        snprintf(client->answer, sizeof client->answer, "the connection ended");
        note(client, begun);
        hang_up(client);
    }
    send_request(epoll, client);
}

static void drive(unsigned count)
{
    struct client     *clients = calloc(count, sizeof *clients);
    struct epoll_event events[64];
    int                epoll = epoll_create1(EPOLL_CLOEXEC);
    unsigned long long begun = now_us(), end = begun + (job.warm + job.seconds) * 1000000ULL;

    if (!clients || epoll < 0)
        abort();
    for (unsigned i = 0; i < count; i++) {
        clients[i].file = -1;
        send_request(epoll, &clients[i]);
    }
    while (now_us() < end) {
        int ready = epoll_wait(epoll, events, 64, 200);

        for (int i = 0; i < ready; i++)
            receive(epoll, events[i].data.ptr, begun);
    }
    for (unsigned i = 0; i < count; i++)
        if (clients[i].file >= 0)
            close(clients[i].file);
    close(epoll);
    free(clients);
}

/* The ETag that later requests show. */
static void learn_etag(void)
{
    struct client *client = calloc(1, sizeof *client);
    const char    *found;

    if (!client)
        abort();
    client->file = dial();
    compose(client);
    if (send(client->file, client->request, client->length, MSG_NOSIGNAL) != (ssize_t)client->length)
        exit(1);
    for (ssize_t got = 1; got > 0 && !is_whole(client); client->filled += (size_t)got)
        got = recv(client->file, client->answer + client->filled, ANSWER_SIZE - 1 - client->filled, 0);
    found = strcasestr(client->answer, "\r\netag: ");
    if (!found) {
        fprintf(stderr, "load: the page has no ETag: %.60s\n", client->answer);
        exit(1);
    }
    snprintf(job.etag, sizeof job.etag, "%.*s", (int)strcspn(found + 8, "\r\n"), found + 8);
    close(client->file);
    free(client);
}

static int by_size(const void *one, const void *other)
{
    unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;

    return (a > b) - (a < b);
}

static void report(void)
{
    if (seen.samples > 0)
        qsort(seen.latencies, seen.samples, sizeof *seen.latencies, by_size);
    printf("requests=%lu per_second=%.1f median_us=%u p99_us=%u wrong=%lu each=", seen.done,
           (double)seen.done / job.seconds, seen.samples ? seen.latencies[seen.samples / 2] : 0,
           seen.samples ? seen.latencies[seen.samples * 99 / 100] : 0, seen.wrong);
    for (unsigned i = 0; i < job.seconds; i++)
        printf("%s%lu", i ? "," : "", seen.each[i]);
    printf(" first_wrong=%s\n", seen.first_wrong);
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {[MODE_POST] = "post", [MODE_GET] = "get", [MODE_SAME] = "same"};
    unsigned                 mode = 0;

    while (argc > 2 && mode < 3 && strcmp(argv[2], modes[mode]) != 0)
        mode++;
    if (argc < 8 || mode == 3 || strtoul(argv[5], NULL, 10) > SECONDS_MOST) {
        fputs("usage: load PORT post|get|same CONNECTIONS WARM SECONDS TOKEN WHAT...\n", stderr);
        return 2;
    }
    job.port = (unsigned)strtoul(argv[1], NULL, 10);
    job.mode = (enum mode)mode;
    job.warm = (unsigned)strtoul(argv[4], NULL, 10);
    job.seconds = (unsigned)strtoul(argv[5], NULL, 10);
    job.token = argv[6];
    job.what = argv + 7;
    job.what_count = (size_t)argc - 7;
    if (job.mode == MODE_SAME)
        learn_etag();
    drive((unsigned)strtoul(argv[3], NULL, 10));
    report();
    free(seen.latencies);
    return 0;
}
