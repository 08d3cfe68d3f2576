#include "lines_votes.h"

#include <string.h>

#include "charset.h"

#define AGREEMENT  2u /* lines */
#define FAR_BEHIND 3u /* a reading of less than a third of the best one's lines is a misreading of it */

static struct vote *find(struct votes *votes, enum symbology symbology, const char *text, size_t length)
{
    for (size_t i = 0; i < votes->count; i++) {
        struct vote *vote = &votes->list[i];

        if (vote->symbology == symbology && vote->length == length && memcmp(vote->text, text, length) == 0)
            return vote;
    }
    return NULL;
}

void votes_add(struct votes *votes, enum symbology symbology, const char *text, size_t length)
{
    struct vote *vote = find(votes, symbology, text, length);

    if (!vote) {
        if (votes->count == VOTES_MOST || length == 0 || length >= VOTES_TEXT_MOST)
            return;
        vote = &votes->list[votes->count++];
        *vote = (struct vote){.symbology = symbology, .length = length, .latest = votes->line - 1};
        memcpy(vote->text, text, length);
        memcpy(vote->corners, votes->corners, sizeof vote->corners);
    }
    vote->lines += vote->latest != votes->line;
    vote->latest = votes->line;
}

static bool is_enough(const struct vote *vote)
{
    return vote->lines >= symbology_agreement(vote->symbology, AGREEMENT);
}

size_t votes_take(const struct votes *votes, struct decoded *codes, size_t most)
{
    unsigned best = 0;
    size_t   count = 0;

    for (size_t i = 0; i < votes->count; i++)
        if (is_enough(&votes->list[i]) && votes->list[i].lines > best)
            best = votes->list[i].lines;
    for (size_t i = 0; i < votes->count && count < most; i++) {
        const struct vote *vote = &votes->list[i];

        if (!is_enough(vote) || vote->lines * FAR_BEHIND < best)
            continue;
        codes[count] = (struct decoded){.symbology = vote->symbology, .quality = vote->lines};
        codes[count].length = charset_to_utf8(vote->text, vote->length, codes[count].text, DECODED_TEXT_MOST);
        memcpy(codes[count].corners, vote->corners, sizeof vote->corners);
        count++;
    }
    return count;
}
