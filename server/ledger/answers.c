#include "ledger/answers.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 256

struct slot {
    int64_t seq; /* 0: nothing; the genesis is nobody's event */
    uint8_t hash[crypto_shorthash_siphashx24_BYTES];
    bool    answered; /* else only seen by the sealer */
};

struct answers {
    pthread_mutex_t lock; /* of all below */
    unsigned char   key[crypto_shorthash_siphashx24_KEYBYTES];
    int64_t         highest, contradicted;
    struct slot     slots[ANSWERS_KEPT];
};

struct answers *answers_new(void)
{
    struct answers *answers = calloc(1, sizeof *answers); /* pages that nobody touched cost nothing */

    if (!answers)
        abort();
    pthread_mutex_init(&answers->lock, NULL);
    randombytes_buf(answers->key, sizeof answers->key);
    answers->highest = answers->contradicted = -1;
    return answers;
}

void answers_free(struct answers *answers)
{
    if (!answers)
        return;
    pthread_mutex_destroy(&answers->lock);
    free(answers);
}

static struct slot slot_of(const struct answers *answers, const struct answered *event)
{
    struct slot slot = {.seq = event->seq};
    char        text[TEXT_SIZE];
    int         length = snprintf(text, sizeof text, "%s %s %lld %u %s", event->event_id, event->device_id,
                                  (long long)event->device_seq, event->flags, event->step);

    if (length < 0 || length >= TEXT_SIZE)
        length = TEXT_SIZE - 1;
    crypto_shorthash_siphashx24(slot.hash, (const unsigned char *)text, (unsigned long long)length,
                                answers->key);
    return slot;
}

static bool differs(const struct slot *kept, const struct slot *now)
{
    return kept->seq == now->seq && memcmp(kept->hash, now->hash, sizeof now->hash) != 0;
}

void answers_give(struct answers *answers, const struct answered *event)
{
    struct slot  now = slot_of(answers, event);
    struct slot *kept = &answers->slots[now.seq & (ANSWERS_KEPT - 1)];

    now.answered = true;
    pthread_mutex_lock(&answers->lock);
    if (differs(kept, &now))
        answers->contradicted = now.seq;
    if (now.seq >= kept->seq)
        *kept = now;
    if (now.seq > answers->highest)
        answers->highest = now.seq;
    pthread_mutex_unlock(&answers->lock);
}

bool answers_fit(struct answers *answers, const struct answered *event)
{
    struct slot  now = slot_of(answers, event);
    struct slot *kept = &answers->slots[now.seq & (ANSWERS_KEPT - 1)];
    bool         fits;

    pthread_mutex_lock(&answers->lock);
    fits = !kept->answered || !differs(kept, &now);
    if (now.seq > kept->seq || (now.seq == kept->seq && !kept->answered))
        *kept = now;
    pthread_mutex_unlock(&answers->lock);
    return fits;
}

static int64_t read_locked(struct answers *answers, const int64_t *value)
{
    int64_t now;

    pthread_mutex_lock(&answers->lock);
    now = *value;
    pthread_mutex_unlock(&answers->lock);
    return now;
}

int64_t answers_highest(struct answers *answers)
{
    return read_locked(answers, &answers->highest);
}

int64_t answers_contradicted(struct answers *answers)
{
    return read_locked(answers, &answers->contradicted);
}

void answers_forget(struct answers *answers)
{
    pthread_mutex_lock(&answers->lock);
    memset(answers->slots, 0, sizeof answers->slots);
    answers->highest = answers->contradicted = -1;
    pthread_mutex_unlock(&answers->lock);
}
