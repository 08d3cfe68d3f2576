/* sign_in_tries.h: wrong passwords make whoever tries them wait; nobody is locked out. */
#ifndef ENDPOINTS_SIGN_IN_TRIES_H
#define ENDPOINTS_SIGN_IN_TRIES_H

#include <stdbool.h>

#include "db/pool.h"
#include "web/request.h"

/* What is counted. A browser that is known to an account has a count of its own: the guesses of others do not
 * make it wait, and its own do. Everybody else is counted by the name that was tried and by network. */
struct sign_in_tries {
    const char *keys[2];
    size_t      count;
};

/* `known_account_id`: of the account to which this browser is known; NULL: to none. */
void sign_in_tries_of(struct sign_in_tries *tries, const struct request *request, const char *login,
                      const char *known_account_id);

/* ERROR_TOO_MANY, with the seconds, where one still has to wait. */
bool sign_in_tries_allow(const struct sign_in_tries *tries, struct session *session,
                         const struct request *request, struct error *error) MUST_USE;

/* Counts a wrong try; forgets those of the account after a correct one, never those of the network. */
bool sign_in_tries_note(const struct sign_in_tries *tries, struct session *session,
                        const struct request *request, bool correct, struct error *error) MUST_USE;

#endif
