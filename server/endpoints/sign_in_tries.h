/* sign_in_tries.h: wrong passwords make whoever tries them wait; nobody is locked out. */
#ifndef ENDPOINTS_SIGN_IN_TRIES_H
#define ENDPOINTS_SIGN_IN_TRIES_H

#include <stdbool.h>

#include "db/pool.h"
#include "endpoints/service.h"
#include "web/request.h"

/* What is counted. A browser that is known to an account has a count of its own: the guesses of others do not
 * make it wait, and its own do. Everybody else is counted by the name that was tried and by network. */
struct sign_in_tries {
    const char *keys[2];        /* the second may be "" */
    const char *began, *before; /* of the try that is under way */
};

/* `known_account_id`: of the account to which this browser is known; NULL: to none. */
void sign_in_tries_of(struct sign_in_tries *tries, const struct request *request, const char *login,
                      const char *known_account_id);

/* Counts a try, before anything is checked: of many at once, no more come through than one after the other
 * would. ERROR_TOO_MANY, with the seconds: this one has to wait, and was not counted. */
bool sign_in_tries_begin(struct sign_in_tries *tries, struct session *session, const struct request *request,
                         struct error *error) MUST_USE;

/* Checks the password, without a session of the database meanwhile. A correct one forgets the tries of the
 * account, never those of the network; one that could not be checked does not count. */
bool sign_in_tries_check(const struct sign_in_tries *tries, struct service *service,
                         const struct request *request, const char *hash, const char *password, bool *correct,
                         struct error *error) MUST_USE;

#endif
