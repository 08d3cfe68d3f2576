#include "endpoints/sign_in_tries.h"

#include "db/query.h"
#include "web/client.h"

void sign_in_tries_of(struct sign_in_tries *tries, const struct request *request, const char *login,
                      const char *known_account_id)
{
    char network[CLIENT_ADDRESS_SIZE];

    if (known_account_id) {
        *tries = (struct sign_in_tries){.count = 1};
        tries->keys[0] = arena_format(request->arena, "known:%s", known_account_id);
        return;
    }
    client_network(request->address, network);
    *tries = (struct sign_in_tries){.count = 2};
    tries->keys[0] = arena_format(request->arena, "account:%s", login);
    tries->keys[1] = arena_format(request->arena, "address:%s", network);
}

bool sign_in_tries_allow(const struct sign_in_tries *tries, struct session *session,
                         const struct request *request, struct error *error)
{
    for (size_t i = 0; i < tries->count; i++) {
        const struct rows *rows = QUERY(session, request->arena, SQL_SIGN_IN_DELAY, error, tries->keys[i]);

        if (!rows)
            return false;
        if (rows_integer(rows, 0, "seconds") > 0) {
            error_set(error, ERROR_TOO_MANY, "Too many wrong tries. Try again in %lld seconds",
                      (long long)rows_integer(rows, 0, "seconds"));
            error->retry_after_s = (unsigned)rows_integer(rows, 0, "seconds");
            return false;
        }
    }
    return true;
}

bool sign_in_tries_note(const struct sign_in_tries *tries, struct session *session,
                        const struct request *request, bool correct, struct error *error)
{
    if (correct)
        return WRITE(session, request->arena, SQL_SIGN_IN_SUCCEEDED, error, tries->keys[0]) != NULL;
    for (size_t i = 0; i < tries->count; i++)
        if (!WRITE(session, request->arena, SQL_SIGN_IN_FAILED, error, tries->keys[i]))
            return false;
    return true;
}
