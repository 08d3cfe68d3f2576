#include "backoff.h"

uint32_t backoff_ms(unsigned failures, unsigned retry_after_s, uint32_t random)
{
    uint32_t whole = failures > 9 ? BACKOFF_MOST_MS : 1000u << (failures ? failures - 1 : 0);
    uint32_t asked = retry_after_s > BACKOFF_MOST_MS / 1000 ? BACKOFF_MOST_MS : retry_after_s * 1000;

    if (whole > BACKOFF_MOST_MS)
        whole = BACKOFF_MOST_MS;
    whole -= random % (whole / 2 + 1);
    return whole > asked ? whole : asked;
}
