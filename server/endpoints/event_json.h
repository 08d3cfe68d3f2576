/* event_json.h: devices and events as the API and the exports write them; times in UTC. */
#ifndef ENDPOINTS_EVENT_JSON_H
#define ENDPOINTS_EVENT_JSON_H

#include "db/query.h"
#include "shared/buffer.h"

/* {"device": {...}, "events": [...]} from SQL_DEVICE_FACTS and SQL_DEVICE_EVENTS. */
void event_json_device(struct arena *arena, struct buffer *out, const struct rows *facts,
                       const struct rows *events);

/* The same from the rows of SQL_DEVICE_READ; there must be one. */
void event_json_read(struct arena *arena, struct buffer *out, const struct rows *rows);

/* One line of SQL_LEDGER_EVENTS. */
void event_json_line(struct arena *arena, struct buffer *out, const struct rows *rows, size_t row);

#endif
