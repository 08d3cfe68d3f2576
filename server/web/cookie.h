/* cookie.h: reads one cookie out of a Cookie header. */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include "shared/arena.h"

/* The value as it stands there, quotes and all; NULL if the cookie is missing or stands there twice: then
 * somebody else put one beside ours, and neither is believed. */
const char *cookie_find(struct arena *arena, const char *header, const char *name);

#endif
