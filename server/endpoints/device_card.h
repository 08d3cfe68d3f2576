/* device_card.h: a device with all that can be done with it, for the bench. */
#ifndef ENDPOINTS_DEVICE_CARD_H
#define ENDPOINTS_DEVICE_CARD_H

#include "db/query.h"
#include "render/view.h"
#include "web/request.h"

/* The view "left_by_undo": what an undo left for somebody to look after; nothing where there is nothing. */
bool device_card_after_undo(struct session *session, const struct request *request, const char *device_id,
                            struct view *view, struct error *error) MUST_USE;

/* Fills view.device from the facts (SQL_DEVICE_FACTS, one row). */
bool device_card_fill(struct session *session, const struct request *request, const struct rows *facts,
                      struct view *view, struct error *error) MUST_USE;

#endif
