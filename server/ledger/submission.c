#include "ledger/submission.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "render/json_read.h"
#include "shared/buffer.h"

/* A value counts only where the event takes it over: elsewhere its column says what was true before. */
static const struct {
    const char *kind;
    unsigned    takes; /* SAID_STEP, SAID_TO, SAID_TAKER */
} kinds[] = {
    {"received", SAID_STEP | SAID_TO | SAID_TAKER},
    {"announced", SAID_STEP | SAID_TO | SAID_TAKER},
    {"returned", SAID_STEP | SAID_TO},
    {"step", SAID_STEP | SAID_TO | SAID_TAKER},
    {"moved", SAID_TO | SAID_TAKER},
    {"accepted", SAID_TO | SAID_TAKER},
    {"registered", SAID_TO | SAID_TAKER},
    {"handed_over", SAID_TO},
};

static unsigned taken_by(const char *kind)
{
    unsigned always = SAID_HAPPENED_AT | SAID_REPAIR | SAID_DEVICE | SAID_BESIDE |
                      (strcmp(kind, "corrected") == 0 ? 0u : (unsigned)SAID_PLACE);

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return always | kinds[i].takes;
    return always;
}

static void add(crypto_auth_hmacsha256_state *state, uint8_t number, const char *text)
{
    size_t        length = text ? strlen(text) : 0;
    const uint8_t head[] = {number, (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                            (uint8_t)length};

    if (length == 0)
        return;
    crypto_auth_hmacsha256_update(state, head, sizeof head);
    crypto_auth_hmacsha256_update(state, (const uint8_t *)text, length);
}

static void add_number(crypto_auth_hmacsha256_state *state, uint8_t number, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    add(state, number, text);
}

/* A difference of the clock stands beside the detail, as a number of its own. */
static void add_detail(crypto_auth_hmacsha256_state *state, const char *detail, bool has_skew)
{
    CLEANUP(buffer_free) struct buffer text = {.limit = 1u << 20};

    const char *without = has_skew ? EVENT_DETAIL_DERIVED " clock_skew_ms" : EVENT_DETAIL_DERIVED;

    if (detail && *detail && !json_append_canonical(&text, detail, without))
        buffer_text(&text, detail); /* no object: then it must be the same to the byte */
    add(state, 31, text.text);
}

static int64_t skew_of(const struct submission *submission)
{
    if (submission->clock_skew_ms || !submission->detail)
        return submission->clock_skew_ms;
    return json_integer_of(submission->detail, "clock_skew_ms");
}

static void add_values(crypto_auth_hmacsha256_state *state, const struct submission *submission)
{
    unsigned          said = submission_said(submission);
    const char *const values[] = {submission->event_id,
                                  submission->actor_id,
                                  submission->kind,
                                  submission->named,
                                  said & SAID_STEP ? submission->step : NULL,
                                  submission->reason,
                                  said & SAID_TO ? submission->to_id : NULL,
                                  said & SAID_PLACE ? submission->place_id : NULL,
                                  submission->corrects,
                                  said & SAID_REPAIR ? submission->repair_id : NULL,
                                  submission->scanner_id,
                                  submission->public_note,
                                  submission->private_note,
                                  submission->signature,
                                  said & SAID_DEVICE ? submission->device_id : NULL,
                                  submission->beside,
                                  said & SAID_TAKER ? submission->taker_id : NULL};

    for (size_t i = 0; i < COUNT_OF(values); i++)
        add(state, (uint8_t)(i + 1), values[i]);
    add_detail(state, submission->detail, skew_of(submission) != 0);
    if (said & SAID_HAPPENED_AT) {
        add_number(state, 32, submission->happened_at_ms);
        add_number(state, 33, submission->offset_minutes);
    }
    if (submission->scanner_id && *submission->scanner_id)
        add_number(state, 34, submission->scanner_seq);
    if (skew_of(submission) != 0)
        add_number(state, 35, skew_of(submission));
}

void submission_mac(const uint8_t service_key[SECRET_KEY_SIZE], const struct submission *submission,
                    uint8_t mac[SUBMISSION_MAC_SIZE])
{
    crypto_auth_hmacsha256_state state;
    uint8_t                      key[crypto_auth_hmacsha256_KEYBYTES];

    crypto_kdf_derive_from_key(key, sizeof key, 1, "spoormac", service_key);
    crypto_auth_hmacsha256_init(&state, key, sizeof key);
    add_values(&state, submission);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(key, sizeof key);
}

static void mark(const uint8_t service_key[SECRET_KEY_SIZE], uint64_t purpose, const char *const *values,
                 size_t count, uint8_t mac[SUBMISSION_MAC_SIZE])
{
    crypto_auth_hmacsha256_state state;
    uint8_t                      key[crypto_auth_hmacsha256_KEYBYTES];

    crypto_kdf_derive_from_key(key, sizeof key, purpose, "spoormac", service_key);
    crypto_auth_hmacsha256_init(&state, key, sizeof key);
    for (size_t i = 0; i < count; i++)
        add(&state, (uint8_t)(i + 1), values[i]);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(key, sizeof key);
}

void submission_erasure_mac(const uint8_t service_key[SECRET_KEY_SIZE], const char *event_id,
                            const char *tags, const char *actor_id, const char *reason, const char *notice_id,
                            uint8_t mac[SUBMISSION_MAC_SIZE])
{
    const char *const values[] = {event_id, tags, actor_id, reason, notice_id};

    mark(service_key, 2, values, COUNT_OF(values), mac);
}

void submission_rest_mac(const uint8_t service_key[SECRET_KEY_SIZE], const char *event_id, const char *rest,
                         uint8_t mac[SUBMISSION_MAC_SIZE])
{
    const char *const values[] = {event_id, rest};

    mark(service_key, 3, values, COUNT_OF(values), mac);
}

static unsigned bit_if(const char *text, enum submission_said bit)
{
    return text && *text ? (unsigned)bit : 0;
}

unsigned submission_said(const struct submission *submission)
{
    unsigned given = bit_if(submission->step, SAID_STEP) | bit_if(submission->to_id, SAID_TO) |
                     bit_if(submission->place_id, SAID_PLACE) | bit_if(submission->repair_id, SAID_REPAIR) |
                     bit_if(submission->device_id, SAID_DEVICE) | bit_if(submission->beside, SAID_BESIDE) |
                     (submission->happened ? (unsigned)SAID_HAPPENED_AT : 0);

    if (!(given & SAID_TO))
        given |= bit_if(submission->taker_id, SAID_TAKER);
    return given & taken_by(submission->kind);
}
