#include "upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#include "shared/buffer.h"
#include "shared/moment.h"

#define ANSWER_MOST ((size_t)1024 * 1024) /* bytes */
#define CONNECT_S   3L
#define WHOLE_S     10L

struct upload {
    CURL *curl;
};

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    struct buffer *answer = context;

    buffer_add(answer, bytes, size * count);
    return answer->overflowed ? 0 : size * count;
}

static bool is_local(const char *url)
{
    static const char *const hosts[] = {"http://localhost", "http://127.0.0.1", "http://[::1]"};

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        size_t length = strlen(hosts[i]);

        if (strncmp(url, hosts[i], length) == 0 &&
            (url[length] == '\0' || url[length] == ':' || url[length] == '/'))
            return true;
    }
    return false;
}

static enum error_kind kind_of(long status)
{
    static const struct {
        long            status;
        enum error_kind kind;
    } rows[] = {{400, ERROR_INVALID},  {401, ERROR_FORBIDDEN}, {403, ERROR_FORBIDDEN}, {404, ERROR_NOT_FOUND},
                {409, ERROR_CONFLICT}, {413, ERROR_TOO_LARGE}, {422, ERROR_INVALID}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].status == status)
            return rows[i].kind;
    return ERROR_UNAVAILABLE;
}

static bool has_type(const char *type, const char *wanted)
{
    size_t length = strlen(wanted);

    return type && strncmp(type, wanted, length) == 0 && (!type[length] || strchr("; ", type[length]));
}

static bool judge(long status, const char *type, const struct buffer *answer, struct error *error)
{
    json_t     *problem;
    const char *detail, *field;

    if (status == 200 && has_type(type, "application/json"))
        return true;
    if (!has_type(type, "application/problem+json"))
        return error_set(
            error, ERROR_UNAVAILABLE,
            "what answered is not Spoor (status %ld, %.60s): a login page of the network, perhaps", status,
            type ? type : "no type");
    problem = json_loads(answer->text ? answer->text : "", 0, NULL);
    detail = json_string_value(json_object_get(problem, "detail"));
    field = json_string_value(json_object_get(problem, "field"));
    if (problem)
        error_set(error, kind_of(status), "%.300s", detail ? detail : "the server said no");
    else
        error_set(error, ERROR_UNAVAILABLE, "the server's answer is not complete");
    snprintf(error->field, sizeof error->field, "%.47s", field ? field : "");
    json_decref(problem);
    return false;
}

static const char *header(CURL *curl, const char *name)
{
    struct curl_header *found;

    return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : NULL;
}

/* The Date of the answer names a whole second: half of one is added. */
static void compare_clocks(CURL *curl, int64_t before_ms, struct upload_answer *answer)
{
    const char *date = header(curl, "Date");
    time_t      said = date ? curl_getdate(date, NULL) : -1;

    if (said < 0)
        return;
    answer->skew_known = true;
    answer->skew_ms = (int64_t)said * 1000 + 500 - (before_ms + moment_now().ms) / 2;
}

static bool perform(CURL *curl, const struct buffer *text, struct upload_answer *answer, struct error *error)
{
    int64_t    before_ms = moment_now().ms;
    CURLcode   result = curl_easy_perform(curl);
    long       status = 0;
    char      *type = NULL;
    curl_off_t after_s = 0;

    if (result != CURLE_OK)
        return error_set(error, ERROR_UNAVAILABLE, "the server cannot be reached: %s",
                         curl_easy_strerror(result));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    compare_clocks(curl, before_ms, answer);
    if (judge(status, type, text, error))
        return true;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
    error->retry_after_s = after_s > 0 && after_s < 86400 ? (unsigned)after_s : 0;
    return false;
}

struct upload *upload_new(void)
{
    struct upload *upload = calloc(1, sizeof *upload);

    if (!upload || !(upload->curl = curl_easy_init()))
        abort();
    return upload;
}

void upload_free(struct upload *upload)
{
    if (!upload)
        return;
    curl_easy_cleanup(upload->curl);
    free(upload);
}

static struct curl_slist *headers_with(struct arena *arena, const char *key)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");

    headers = curl_slist_append(headers, "Expect:");
    return key ? curl_slist_append(headers, arena_format(arena, "Authorization: Bearer %s", key)) : headers;
}

struct question {
    const char *url, *path, *key;
    const char *body; /* NULL: a GET */
    long        seconds;
};

static bool exchange(struct upload *upload, struct arena *arena, const struct question *question,
                     struct upload_answer *answer, struct error *error)
{
    CLEANUP(buffer_free) struct buffer text = {.limit = ANSWER_MOST};
    struct curl_slist                 *headers;
    CURL                              *curl = upload->curl;
    bool                               done;

    if (strncmp(question->url, "https://", 8) != 0 && !is_local(question->url))
        return error_set(error, ERROR_INVALID,
                         "%.200s is not encrypted: use https:// (http:// goes to this machine only)",
                         question->url);
    headers = headers_with(arena, question->key);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, arena_format(arena, "%s%s", question->url, question->path));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (question->body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, question->body);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                     question->seconds < CONNECT_S ? question->seconds : CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, question->seconds);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
    *answer = (struct upload_answer){.body = ""};
    done = perform(curl, &text, answer, error);
    curl_slist_free_all(headers);
    if (done)
        answer->body = arena_copy(arena, text.text ? text.text : "");
    return done;
}

bool upload_post(struct upload *upload, struct arena *arena, const char *url, const char *path,
                 const char *key, const char *body, struct upload_answer *answer, struct error *error)
{
    return exchange(upload, arena, &(struct question){url, path, key, body, WHOLE_S}, answer, error);
}

bool upload_get(struct upload *upload, struct arena *arena, const char *url, const char *path,
                const char *key, long seconds, struct upload_answer *answer, struct error *error)
{
    return exchange(upload, arena, &(struct question){url, path, key, NULL, seconds}, answer, error);
}
