/* find_device.h: from what somebody scanned or typed to the device: exact match only, nothing is guessed. */
#ifndef ENDPOINTS_FIND_DEVICE_H
#define ENDPOINTS_FIND_DEVICE_H

#include <stdbool.h>

#include "db/query.h"
#include "shared/label.h"
#include "web/request.h"

struct found_device {
    const char *device_id; /* "" : none, or several */
    const struct rows
               *matches;  /* column device_id, when a serial number belongs to several devices; or NULL */
    const char *unlinked; /* code of a minted label without a device; "" */
    const char *was_on;   /* the device that has a revoked label; "" */
    const char *problem;  /* a sentence when nothing was found; "" */
};

/* false only when the database cannot be asked. */
bool find_device(struct session *session, const struct request *request, const char *text,
                 struct found_device *found, struct error *error) MUST_USE;

/* Without blanks around it. */
const char *find_device_trim(const struct request *request, const char *text) MUST_USE;

#endif
