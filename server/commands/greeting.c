#include "commands/greeting.h"

#include <stdio.h>

#include "db/query.h"
#include "store/secret.h"

#define SETUP_SYMBOLS 26u /* 130 random bits */

bool greeting_prepare(struct service *service, struct arena *arena, struct error *error)
{
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows = session ? query_run(session, arena, SQL_ADMIN_EXISTS, NULL, 0, error) : NULL;

    if (!rows)
        return false;
    if (rows_integer(rows, 0, "admins") == 0)
        snprintf(service->setup_secret, sizeof service->setup_secret, "%s", secret_new(arena, SETUP_SYMBOLS));
    return true;
}

static void print_demo(const struct demo *demo, const char *base)
{
    puts("\nDemo accounts, with passwords made for this start:");
    for (size_t i = 0; i < demo->account_count; i++)
        printf("  %-8s password %s   %s\n", demo->accounts[i].login, demo->accounts[i].password,
               demo->accounts[i].does);
    if (demo->sticker)
        printf("\nA sticker:        %s/d/%s\n", base, demo->sticker);
    if (demo->link)
        printf("A tracking link:  %s/t/%s\n", base, demo->link);
}

void greeting_print(const struct service *service, const struct demo *demo)
{
    const char *base = service->config->base_url;

    printf("Spoor is ready on %s\n", base);
    if (demo)
        print_demo(demo, base);
    if (service->setup_secret[0])
        printf("\nThere is no administrator yet. Make the first one on %s/setup\n  with this secret, good "
               "for one time: %s\n",
               base, service->setup_secret);
    if (service->verifier_key[0])
        printf("\nThe ledger is sealed under this key; keep it where Spoor's administrators cannot change "
               "it:\n  %s\n",
               service->verifier_key);
    puts("\nCtrl-C stops the service and its database.");
    fflush(stdout);
}
