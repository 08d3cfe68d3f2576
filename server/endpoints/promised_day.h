/* promised_day.h: what a day must be that somebody at the desk promises to an owner. */
#ifndef ENDPOINTS_PROMISED_DAY_H
#define ENDPOINTS_PROMISED_DAY_H

/* What is wrong with the day, as a key of site/text; NULL: nothing, or there is none. */
const char *promised_day_slip(const char *date);

#endif
