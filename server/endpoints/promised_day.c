#include "endpoints/promised_day.h"

#include <stddef.h>

#include "render/when.h"

const char *promised_day_slip(const char *date)
{
    if (when_day_is_over(date))
        return "That day has passed already: choose today or a later day.";
    return when_day_is_far(date) ? "That day is more than two years from now: look at the year." : NULL;
}
