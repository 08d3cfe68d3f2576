/* enrolment.h: which server this scanner belongs to, and its keys; a file of mode 0600. */
#ifndef SCANNER_ENROLMENT_H
#define SCANNER_ENROLMENT_H

#include <stdbool.h>

#include "shared/error.h"
#include "shared/scan_signature.h"
#include "shared/uuid.h"

struct enrolment {
    char url[300], key[120], name[140];
    char scanner_id[UUID_SIZE];
    char server[300];          /* the name of the server, as the server told it: what is signed for it */
    char seed[SCAN_SEED_TEXT]; /* the secret half of the signing key; "": enrolled before scans were signed */
};

/* The state folder: the option's, else $XDG_STATE_HOME/spoor-scan, else ~/.local/state/spoor-scan. Made
 * (0700) if absent. */
bool enrolment_folder(const char *option, char *folder, unsigned size, struct error *error) MUST_USE;

/* ERROR_NOT_FOUND: this scanner is not enrolled. One without a seed is fit to look and to enrol again only:
 * enrolment_can_sign(). */
bool enrolment_load(const char *folder, struct enrolment *enrolment, struct error *error) MUST_USE;
bool enrolment_save(const char *folder, const struct enrolment *enrolment, struct error *error) MUST_USE;

/* ERROR_FORBIDDEN says to enrol this scanner again. */
bool enrolment_can_sign(const struct enrolment *enrolment, struct error *error) MUST_USE;

#endif
