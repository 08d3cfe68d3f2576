/* enrolment.h: which server this scanner belongs to, and its key; a file of mode 0600. */
#ifndef SCANNER_ENROLMENT_H
#define SCANNER_ENROLMENT_H

#include <stdbool.h>

#include "shared/error.h"

struct enrolment {
    char url[300], key[120], name[140];
};

/* The state folder: the option's, else $XDG_STATE_HOME/spoor-scan, else ~/.local/state/spoor-scan. Made
 * (0700) if absent. */
bool enrolment_folder(const char *option, char *folder, unsigned size, struct error *error) MUST_USE;

/* ERROR_NOT_FOUND: this scanner is not enrolled. */
bool enrolment_load(const char *folder, struct enrolment *enrolment, struct error *error) MUST_USE;
bool enrolment_save(const char *folder, const struct enrolment *enrolment, struct error *error) MUST_USE;

#endif
