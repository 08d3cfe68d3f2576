#include "endpoints/sign_in_tries.h"

#include "db/query.h"
#include "store/secret.h"
#include "web/client.h"

void sign_in_tries_of(struct sign_in_tries *tries, const struct request *request, const char *login,
                      const char *known_account_id)
{
    char network[CLIENT_ADDRESS_SIZE];

    if (known_account_id) {
        *tries = (struct sign_in_tries){.keys = {NULL, ""}};
        tries->keys[0] = arena_format(request->arena, "known:%s", known_account_id);
        return;
    }
    client_network(request->address, network);
    *tries = (struct sign_in_tries){0};
    tries->keys[0] = arena_format(request->arena, "account:%s", login);
    tries->keys[1] = arena_format(request->arena, "address:%s", network);
}

bool sign_in_tries_begin(struct sign_in_tries *tries, struct session *session, const struct request *request,
                         struct error *error)
{
    const struct rows *rows =
        WRITE(session, request->arena, SQL_SIGN_IN_BEGIN, error, tries->keys[0], tries->keys[1]);
    int64_t seconds = rows ? rows_integer(rows, 0, "seconds") : 0;

    if (!rows)
        return false;
    tries->began = rows_text(rows, 0, "began");
    tries->before = rows_text(rows, 0, "before");
    if (seconds == 0)
        return true;
    error_set(error, ERROR_TOO_MANY, "Too many wrong tries. Try again in %lld seconds", (long long)seconds);
    error->retry_after_s = (unsigned)seconds;
    return false;
}

static bool over(const struct sign_in_tries *tries, struct session *session, const struct request *request,
                 const char *correct, struct error *error)
{
    return WRITE(session, request->arena, SQL_SIGN_IN_OVER, error, tries->keys[0], tries->keys[1],
                 tries->began, tries->before, correct) != NULL;
}

bool sign_in_tries_check(const struct sign_in_tries *tries, struct service *service,
                         const struct request *request, const char *hash, const char *password, bool *correct,
                         struct error *error)
{
    struct error none = {0};
    bool         checked = secret_password_check(hash, password, correct, error);

    if (checked && !*correct)
        return true;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, checked ? error : &none);

    return session && over(tries, session, request, checked ? "true" : "false", checked ? error : &none) &&
           checked;
}
