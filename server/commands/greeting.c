#include "commands/greeting.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Where the running program lies; false: the shell finds it by itself, or nobody knows. */
static bool program_folder(char folder[PATH_MAX])
{
    ssize_t     length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    const char *path = getenv("PATH");
    char       *slash;

    if (length <= 0)
        return false;
    folder[length] = '\0';
    slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return false;
    *slash = '\0';
    for (size_t part; path && *path; path += part + (path[part] == ':')) {
        part = strcspn(path, ":");
        if (part == strlen(folder) && strncmp(path, folder, part) == 0)
            return false;
    }
    return true;
}

/* As one word of a shell, whatever is in it. */
static void print_word(const char *text)
{
    putchar('\'');
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    putchar('\'');
}

/* The line after which commands find this service; the connection string may hold a password. */
static void print_way_in(const struct config *config)
{
    char folder[PATH_MAX];

    puts("\nFor commands beside it, first run this line in another terminal, as the same user:");
    fputs("  export SPOOR_STATE=", stdout);
    print_word(config->state);
    if (program_folder(folder)) {
        fputs(" PATH=\"$PATH\":", stdout);
        print_word(folder);
    }
    puts(*config->database ? "\n  and set SPOOR_DATABASE as here" : "");
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
    print_way_in(service->config);
    puts("\nCtrl-C stops the service and its database.");
    fflush(stdout);
}
