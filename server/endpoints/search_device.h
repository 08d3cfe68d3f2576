/* search_device.h: what the desk types into a search: also a repair's number, an owner's name, a model. */
#ifndef ENDPOINTS_SEARCH_DEVICE_H
#define ENDPOINTS_SEARCH_DEVICE_H

#include "endpoints/find_device.h"

/* As find_device(). A name is never taken for one device: what it finds are matches, also where it is one. */
bool search_device(struct session *session, const struct request *request, const char *text,
                   struct found_device *found, struct error *error) MUST_USE;

#endif
