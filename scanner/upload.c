#include "upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#include "shared/buffer.h"

#define ANSWER_MOST ((size_t)1024 * 1024) /* bytes */
#define CONNECT_S   3L
#define WHOLE_S     10L

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

static bool judge(long status, const char *type, const struct buffer *answer, struct error *error)
{
    json_t         *problem;
    const char     *detail;
    enum error_kind kind = status == 401 || status == 403 ? ERROR_FORBIDDEN
                           : status == 404                ? ERROR_NOT_FOUND
                                                          : ERROR_INVALID;

    if (status == 200 && type && strncmp(type, "application/json", 16) == 0)
        return true;
    if (!type || strncmp(type, "application/problem+json", 24) != 0)
        return error_set(
            error, ERROR_UNAVAILABLE,
            "what answered is not Spoor (status %ld, %.60s): a login page of the network, perhaps", status,
            type ? type : "no type");
    problem = json_loads(answer->text ? answer->text : "", 0, NULL);
    detail = json_string_value(json_object_get(problem, "detail"));
    error_set(error, status >= 500 || status == 429 ? ERROR_UNAVAILABLE : kind, "%.300s",
              detail ? detail : "the server said no");
    json_decref(problem);
    return false;
}

static bool perform(CURL *curl, const struct buffer *answer, struct error *error)
{
    CURLcode result = curl_easy_perform(curl);
    long     status = 0;
    char    *type = NULL;

    if (result != CURLE_OK)
        return error_set(error, ERROR_UNAVAILABLE, "the server cannot be reached: %s",
                         curl_easy_strerror(result));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    return judge(status, type, answer, error);
}

bool upload_post(struct arena *arena, const char *url, const char *path, const char *key, const char *body,
                 const char **answer, struct error *error)
{
    CLEANUP(buffer_free) struct buffer text = {.limit = ANSWER_MOST};
    struct curl_slist                 *headers = NULL;
    CURL                              *curl;
    bool                               done;

    if (strncmp(url, "https://", 8) != 0 && !is_local(url))
        return error_set(error, ERROR_INVALID,
                         "%.200s is not encrypted: use https:// (http:// goes to this machine only)", url);
    curl = curl_easy_init();
    if (!curl)
        abort();
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    if (key)
        headers = curl_slist_append(headers, arena_format(arena, "Authorization: Bearer %s", key));
    curl_easy_setopt(curl, CURLOPT_URL, arena_format(arena, "%s%s", url, path));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_S);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
    done = perform(curl, &text, error);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (done)
        *answer = arena_copy(arena, text.text ? text.text : "");
    return done;
}
