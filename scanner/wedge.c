#include "wedge.h"

bool wedge_end(struct wedge *wedge)
{
    wedge->text[wedge->length] = '\0';
    return wedge->length > 0;
}

bool wedge_take(struct wedge *wedge, char byte)
{
    if (byte == '\r' || byte == '\n' || byte == '\t' || byte == '\0') {
        bool ended = wedge_end(wedge);

        wedge->length = 0;
        return ended;
    }
    if (wedge->length == 0)
        wedge->too_long = false;
    if (wedge->length < WEDGE_TEXT_MOST - 1)
        wedge->text[wedge->length++] = byte;
    else
        wedge->too_long = true;
    return false;
}
