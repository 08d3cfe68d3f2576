#include "words.h"

#include <string.h>

#include <jansson.h>

#include "shared/buffer.h"
#include "upload.h"

#define NAMES_MOST 300u /* bytes; the message has room for as many */
#define ASK_S      2L   /* so long a scan may wait for a question that it does not need */

/* "no such step; steps are: intake, diagnosis, …" */
static bool is_among(const json_t *list, const char *kind, const char *word, struct error *error)
{
    CLEANUP(buffer_free) struct buffer names = {.limit = NAMES_MOST};
    const json_t                      *one;
    size_t                             i;

    json_array_foreach(list, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));

        if (name && strcmp(name, word) == 0)
            return true;
        buffer_format(&names, "%s%s", i ? ", " : "", name ? name : "");
    }
    return error_set(error, ERROR_INVALID, "there is no %s '%.40s'; %ss are: %s%s", kind, word, kind,
                     names.text ? names.text : "", names.overflowed ? ", …" : "");
}

/* What is no list of words decides nothing. */
static bool judge(const char *answer, const struct context_words *words, struct error *error)
{
    json_t       *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const json_t *steps = json_object_get(root, "steps"), *reasons = json_object_get(root, "reasons");
    bool          known =
        (json_array_size(steps) == 0 || !*words->step || is_among(steps, "step", words->step, error)) &&
        (json_array_size(reasons) == 0 || !*words->reason ||
         is_among(reasons, "reason", words->reason, error));

    json_decref(root);
    return known;
}

bool words_check(const struct enrolment *enrolment, const struct context_words *words, struct error *error)
{
    ARENA               *arena = arena_new();
    struct upload       *upload;
    struct upload_answer answer;
    struct error         unheard = {0};
    bool                 known = true;

    if (!*words->step && !*words->reason)
        return true;
    upload = upload_new();
    if (upload_get(upload, arena, enrolment->url, "/api/v1/words", enrolment->key, ASK_S, &answer, &unheard))
        known = judge(answer.body, words, error);
    upload_free(upload);
    return known;
}
