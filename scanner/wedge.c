#include "wedge.h"

bool wedge_end(struct wedge *wedge)
{
    bool any = !wedge->ended && wedge->length > 0;

    wedge->text[wedge->length] = '\0';
    wedge->ended = true;
    return any;
}

static bool is_end(char byte)
{
    return byte == '\r' || byte == '\n' || byte == '\t' || byte == '\0';
}

bool wedge_take(struct wedge *wedge, char byte, int64_t now_ms)
{
    if (is_end(byte))
        return wedge_end(wedge);
    if (wedge->ended || wedge->length == 0) {
        wedge->length = 0;
        wedge->ended = wedge->too_long = false;
        wedge->first_ms = now_ms;
    }
    wedge->last_ms = now_ms;
    if (wedge->length < WEDGE_TEXT_MOST - 1)
        wedge->text[wedge->length++] = byte;
    else
        wedge->too_long = true;
    return false;
}

static bool is_burst(const struct wedge *wedge)
{
    return !wedge->ended && wedge->length >= WEDGE_BURST &&
           wedge->last_ms - wedge->first_ms <= (int64_t)(wedge->length - 1) * WEDGE_TYPING_MS;
}

int wedge_patience_ms(const struct wedge *wedge, int64_t now_ms)
{
    int64_t left = wedge->last_ms + WEDGE_SILENCE_MS - now_ms;

    if (!is_burst(wedge))
        return -1;
    return left < 0 ? 0 : left > WEDGE_SILENCE_MS ? WEDGE_SILENCE_MS : (int)left;
}

bool wedge_silence(struct wedge *wedge, int64_t now_ms)
{
    return wedge_patience_ms(wedge, now_ms) == 0 && wedge_end(wedge);
}
