/* search_link.h: a tracking link that the desk scans from a receipt: to its device. The link is a secret: it
 * goes into no page, no log and no other look-up. */
#ifndef ENDPOINTS_SEARCH_LINK_H
#define ENDPOINTS_SEARCH_LINK_H

#include <stdbool.h>

#include "endpoints/service.h"
#include "web/reply.h"
#include "web/request.h"

/* Whether the text has the form of a tracking link: "…/t/" and 26 symbols. */
bool search_is_link(const struct request *request, const char *text);

/* The device of the link; "": no repair has it. */
bool search_link(const struct service *service, struct session *session, const struct request *request,
                 const char *text, const char **device_id, struct error *error) MUST_USE;

/* Sends whoever asks to the device of the link on the bench; *problem: a sentence where there is none. */
bool search_open_link(const struct service *service, const struct request *request, struct reply *reply,
                      const char *text, const char **problem, struct error *error) MUST_USE;

#endif
