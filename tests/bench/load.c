/*
 * load: many keep-alive connections that post hand-offs or read a device, as fast as the answers come.
 *
 *   load PORT MODE CONNECTIONS SECONDS TOKEN CODE...     MODE: post | device
 *
 * Prints one line: requests, requests a second, median and 99th percentile (microseconds), answers that were
 * not as expected. A POST carries one event with a fresh UUID; its answer must say "recorded".
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_SIZE  ((size_t)256 * 1024) /* bytes */
#define SAMPLES_MOST ((size_t)1 << 20)    /* latencies kept of each connection */

struct job {
    unsigned    port, seconds;
    bool        post;
    const char *token;
    char      **codes;
    size_t      code_count;
};

struct client {
    const struct job *job;
    unsigned          number;
    unsigned long     done, wrong;
    unsigned         *latencies; /* microseconds */
    size_t            samples;
    pthread_t         thread;
};

static atomic_bool stop;

static unsigned long long now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
}

static int dial(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int                one = 1, file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (file >= 0 && connect(file, (struct sockaddr *)&address, sizeof address) == 0)
        return file;
    if (file >= 0)
        close(file);
    return -1;
}

static void uuid(char text[37])
{
    unsigned char b[16];

    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        abort();
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    snprintf(text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static size_t compose(const struct client *client, const char *code, char *request, size_t size)
{
    const struct job *job = client->job;
    char              id[37], body[512], happened[32];
    time_t            now = time(NULL);
    struct tm         parts;
    int               length;

    if (!job->post)
        return (size_t)snprintf(
            request, size,
            "GET /api/v1/devices/%s HTTP/1.1\r\nHost: localhost:%u\r\nAuthorization: Bearer %s\r\n\r\n", code,
            job->port, job->token);
    uuid(id);
    gmtime_r(&now, &parts);
    strftime(happened, sizeof happened, "%Y-%m-%dT%H:%M:%SZ", &parts);
    length = snprintf(
        body, sizeof body,
        "{\"events\":[{\"event_id\":\"%s\",\"code\":\"%s\",\"kind\":\"moved\",\"happened_at\":\"%s\"}]}", id,
        code, happened);
    return (size_t)snprintf(
        request, size,
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost:%u\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
        job->port, job->token, length, body);
}

/* Reads one answer with a Content-Length; false when the connection ended. The answer ends with a NUL. */
static bool read_answer(int file, char *answer)
{
    size_t filled = 0, wanted = 0;

    while (filled < ANSWER_SIZE - 1) {
        ssize_t got = recv(file, answer + filled, ANSWER_SIZE - 1 - filled, 0);
        char   *head_end, *length;

        if (got <= 0)
            return false;
        filled += (size_t)got;
        answer[filled] = '\0';
        head_end = strstr(answer, "\r\n\r\n");
        if (!head_end)
            continue;
        if (!wanted) {
            length = strcasestr(answer, "\r\ncontent-length:");
            if (!length || length > head_end)
                return false;
            wanted = (size_t)(head_end - answer) + 4 + strtoul(length + 17, NULL, 10);
        }
        if (filled >= wanted)
            return true;
    }
    return false;
}

static bool exchange(int file, const char *request, size_t length, char *answer)
{
    return send(file, request, length, MSG_NOSIGNAL) == (ssize_t)length && read_answer(file, answer);
}

static void *drive(void *argument)
{
    struct client *client = argument;
    char           request[2048], *answer = malloc(ANSWER_SIZE);
    int            file = dial(client->job->port);

    for (size_t turn = client->number; answer && !atomic_load(&stop); turn++) {
        size_t length =
            compose(client, client->job->codes[turn % client->job->code_count], request, sizeof request);
        unsigned long long begun = now_us();
        bool               answered = file >= 0 && exchange(file, request, length, answer);

        if (!answered) {
            client->wrong++;
            if (file >= 0)
                close(file);
            file = dial(client->job->port);
            continue;
        }
        if (strncmp(answer, "HTTP/1.1 200", 12) != 0 ||
            (client->job->post && !strstr(answer, "\"recorded\"")))
            client->wrong++;
        else
            client->done++;
        if (client->samples < SAMPLES_MOST)
            client->latencies[client->samples++] = (unsigned)(now_us() - begun);
        if (strcasestr(answer, "connection: close")) {
            close(file);
            file = dial(client->job->port);
        }
    }
    if (file >= 0)
        close(file);
    free(answer);
    return NULL;
}

static int by_size(const void *one, const void *other)
{
    unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;

    return (a > b) - (a < b);
}

static void report(struct client *clients, unsigned count, double seconds)
{
    unsigned long done = 0, wrong = 0;
    size_t        samples = 0;
    unsigned     *all;

    for (unsigned i = 0; i < count; i++)
        samples += clients[i].samples;
    all = calloc(samples + 1, sizeof *all);
    if (!all)
        abort();
    samples = 0;
    for (unsigned i = 0; i < count; i++) {
        done += clients[i].done;
        wrong += clients[i].wrong;
        memcpy(all + samples, clients[i].latencies, clients[i].samples * sizeof *all);
        samples += clients[i].samples;
        free(clients[i].latencies);
    }
    qsort(all, samples, sizeof *all, by_size);
    printf("requests=%lu per_second=%.1f median_us=%u p99_us=%u wrong=%lu\n", done, (double)done / seconds,
           all[samples / 2], all[samples * 99 / 100], wrong);
    free(all);
}

int main(int argc, char **argv)
{
    struct job         job;
    unsigned           count;
    struct client     *clients;
    unsigned long long begun;

    if (argc < 7) {
        fputs("usage: load PORT post|device CONNECTIONS SECONDS TOKEN CODE...\n", stderr);
        return 2;
    }
    job = (struct job){.port = (unsigned)strtoul(argv[1], NULL, 10),
                       .post = strcmp(argv[2], "post") == 0,
                       .seconds = (unsigned)strtoul(argv[4], NULL, 10),
                       .token = argv[5],
                       .codes = argv + 6,
                       .code_count = (size_t)argc - 6};
    count = (unsigned)strtoul(argv[3], NULL, 10);
    clients = calloc(count, sizeof *clients);
    if (!clients)
        abort();
    begun = now_us();
    for (unsigned i = 0; i < count; i++) {
        clients[i] =
            (struct client){.job = &job, .number = i, .latencies = calloc(SAMPLES_MOST, sizeof(unsigned))};
        if (!clients[i].latencies || pthread_create(&clients[i].thread, NULL, drive, &clients[i]) != 0)
            abort();
    }
    sleep(job.seconds);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < count; i++)
        pthread_join(clients[i].thread, NULL);
    report(clients, count, (double)(now_us() - begun) / 1e6);
    free(clients);
    return 0;
}
