/* Accounts, scanners, places and batches of labels, for leads and administrators. */
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "shared/label.h"
#include "store/label_store.h"
#include "store/secret.h"
#include "web/reply.h"

#define CODE_SYMBOLS     12u
#define PASSWORD_SYMBOLS 16u

static const struct {
    const char    *flag, *nav, *heading, *lead;
    enum statement list;
} sections[] = {
    {"for_accounts", "nav_accounts", "Accounts", "Who may sign in, and what for.", SQL_ACCOUNT_LIST},
    {"for_scanners", "nav_scanners", "Scanners", "Each has a key of its own that can be revoked.",
     SQL_SCANNER_LIST},
    {"for_places", "nav_places", "Places", "Benches, shelves, lockers: a place can hold a device.",
     SQL_PLACE_LIST},
    {"for_labels", "nav_labels", "Labels", "Mint a batch, print the sheets, stick them on.",
     SQL_LABEL_BATCHES},
};
enum { ACCOUNTS, SCANNERS, PLACES, LABELS };

struct shown {
    const char *says, *value; /* a secret that is shown once */
};

static void add_post(struct view *row, const char *action, const char *field, const char *value,
                     const char *label)
{
    struct view *post = view_within(row, "post");

    view_text(post, "action", action);
    view_text(post, "field", field);
    view_text(post, "value", value);
    view_text(post, "label", label);
}

/* "technician, lead" in the reader's words. */
static const char *roles_in_words(const struct request *request, const char *roles)
{
    const char *words = "";

    for (const char *role = roles; *role;) {
        size_t      length = strcspn(role, ",");
        const char *name = arena_format(request->arena, "%.*s", (int)length, role);

        words = arena_format(request->arena, "%s%s%s", words, *words ? ", " : "",
                             page_text(request, strcmp(name, "admin") == 0 ? "administrator" : name));
        role += length + strspn(role + length, ", ");
    }
    return words;
}

static void account_row(const struct request *request, const struct rows *rows, size_t i, struct view *row)
{
    bool disabled = rows_flag(rows, i, "disabled");

    view_text(row, "name", rows_text(rows, i, "name"));
    view_format(row, "detail", "%s · %s", rows_text(rows, i, "login"),
                roles_in_words(request, rows_text(rows, i, "roles")));
    view_text(row, "tag", disabled ? page_text(request, "disabled") : "");
    add_post(row, disabled ? "/accounts/enable" : "/accounts/disable", "login", rows_text(rows, i, "login"),
             page_text(request, disabled ? "Enable" : "Disable"));
}

static void scanner_row(const struct request *request, const struct rows *rows, size_t i, struct view *row)
{
    bool revoked = rows_flag(rows, i, "revoked"), enrolled = rows_flag(rows, i, "enrolled");

    view_text(row, "name", rows_text(rows, i, "name"));
    view_text(row, "detail", rows_text(rows, i, "holder"));
    view_text(row, "tag",
              page_text(request, revoked    ? "revoked"
                                 : enrolled ? "in use"
                                            : "waits for its code"));
    view_text(row, "tone", revoked ? "red" : enrolled ? "ok" : "amber");
    if (!revoked)
        add_post(row, "/scanners/revoke", "id", rows_text(rows, i, "id"), page_text(request, "Revoke"));
}

static void place_row(const struct request *request, const struct rows *rows, size_t i, struct view *row)
{
    view_text(row, "name", rows_text(rows, i, "name"));
    view_text(row, "detail", words_code(request, rows_text(rows, i, "code")));
    view_text(row, "tag", rows_text(rows, i, "devices"));
    if (*rows_text(rows, i, "code")) {
        struct view *link = view_append(row, "links");

        view_format(link, "href", "/labels/%s", rows_text(rows, i, "code"));
        view_text(link, "label", page_text(request, "Print"));
    } else {
        add_post(row, "/places/label", "id", rows_text(rows, i, "id"), page_text(request, "Make a label"));
    }
}

static void label_row(const struct request *request, const struct rows *rows, size_t i, struct view *row)
{
    static const char *const layouts[] = {"L7160", "L7163", "L6009"};

    view_text(row, "name", rows_text(rows, i, "name"));
    view_format(row, "detail", "%s / %s · %s", rows_text(rows, i, "linked"), rows_text(rows, i, "count"),
                when_moment(request->arena, request->language, rows_integer(rows, i, "minted_at")));
    for (size_t n = 0; n < COUNT_OF(layouts); n++) {
        struct view *link = view_append(row, "links");

        view_format(link, "href", "/labels/%s/sheet?layout=%s", rows_text(rows, i, "name"), layouts[n]);
        view_text(link, "label", layouts[n]);
    }
}

/* A batch of labels is called by when it is made. */
static const char *suggested_name(const struct request *request)
{
    time_t    now = (time_t)(when_now() / 1000);
    char      name[24] = "";
    struct tm local = {0};

    localtime_r(&now, &local);
    (void)strftime(name, sizeof name, "%Y-%m-%d-%H%M", &local);
    return arena_format(request->arena, "%s", name);
}

static void add_roles(const struct request *request, const char *chosen, struct view *view)
{
    static const char *const roles[][2] = {
        {"technician", "technician"}, {"lead", "lead"}, {"auditor", "auditor"}, {"admin", "administrator"}};

    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        struct view *item = view_append(view, "roles");

        view_text(item, "role", roles[i][0]);
        view_text(item, "label", page_text(request, roles[i][1]));
        view_flag(item, "chosen", strcmp(roles[i][0], chosen) == 0);
    }
}

/* What was typed stays in the form that was refused; else, and after a button of a row (/accounts/disable),
 * each form begins as it does. */
static void add_typed(const struct request *request, size_t section, bool refused, struct view *view)
{
    static const char *const fields[][2] = {{"v_name", "name"},
                                            {"v_login", "login"},
                                            {"v_account", "account"},
                                            {"v_label", "label"},
                                            {"v_count", "count"}};

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const char *first = section != LABELS                    ? ""
                            : strcmp(fields[i][1], "name") == 0  ? suggested_name(request)
                            : strcmp(fields[i][1], "count") == 0 ? "21"
                                                                 : "";

        view_text(view, fields[i][0], refused ? request_field(request, fields[i][1]) : first);
    }
    add_roles(request, refused ? request_field(request, "role") : "", view);
}

static bool show(struct service *service, const struct request *request, struct reply *reply, size_t section,
                 const char *problem, const struct shown *shown, struct error *error)
{
    static void (*const fill[])(const struct request *, const struct rows *, size_t,
                                struct view *) = {account_row, scanner_row, place_row, label_row};
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows =
        session ? query_run(session, request->arena, sections[section].list, NULL, 0, error) : NULL;
    struct view *view = page_view(service, request, sections[section].nav);

    if (!rows)
        return false;
    view_text(view, "title", page_text(request, sections[section].heading));
    view_text(view, "heading", page_text(request, sections[section].heading));
    view_text(view, "lead", page_text(request, sections[section].lead));
    view_text(view, "base_url", service->config->base_url);
    view_flag(view, sections[section].flag, true);
    add_typed(request, section, problem && !strchr(request->path + 1, '/'), view);
    view_text(view, "error", problem);
    view_text(view, "tone", "");
    if (shown) {
        struct view *secret = view_within(view, "secret");

        view_text(secret, "says", shown->says);
        view_text(secret, "value", shown->value);
    }
    for (size_t i = 0; i < rows_count(rows); i++)
        fill[section](request, rows, i, view_append(view, "rows"));
    return page_show(service, request, reply, "admin", view, error);
}

/* What the person can put right is said on the page; the rest is the edge's. */
static bool again(struct service *service, const struct request *request, struct reply *reply, size_t section,
                  const struct error *problem, struct error *error)
{
    if (problem->kind != ERROR_INVALID && problem->kind != ERROR_CONFLICT &&
        problem->kind != ERROR_NOT_FOUND) {
        *error = *problem;
        return false;
    }
    reply->status = problem->kind == ERROR_CONFLICT ? 409 : 400;
    return show(service, request, reply, section, words_message(request, problem->message), NULL, error);
}

static bool add_account(struct service *service, const struct request *request, const char **password,
                        struct error *error)
{
    static const char *const roles[] = {"technician", "lead", "auditor", "editor", "admin"};
    const char              *name, *login, *hash, *role = NULL;

    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (strcmp(roles[i], request_field(request, "role")) == 0)
            role = arena_format(request->arena, "{%s}", roles[i]);
    if (!role)
        return error_field(error, "role", "Choose one of the roles");
    *password = secret_new(request->arena, PASSWORD_SYMBOLS);
    if (!request_line(request, "name", "Name", 1, 120, &name, error) ||
        !request_line(request, "login", "Sign-in name", 1, 64, &login, error))
        return false;
    if (login[strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._@-")] != '\0')
        return error_field(error, "login", "A sign-in name has small letters, digits and . _ @ - only");
    if (!secret_password_hash(request->arena, *password, &hash, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    return session && WRITE(session, request->arena, SQL_ACCOUNT_ADD, error, login, name, role, hash,
                            request->principal.actor_id, "false");
}

bool accounts_show(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    return request_only(request, "", error) && show(service, request, reply, ACCOUNTS, NULL, NULL, error);
}

bool accounts_add(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct error problem = {0};
    const char  *password = "";

    if (!request_only(request, "name login role", error))
        return false;
    if (!add_account(service, request, &password, &problem))
        return again(service, request, reply, ACCOUNTS, &problem, error);
    return show(service, request, reply, ACCOUNTS, NULL,
                &(struct shown){arena_format(request->arena, "%s (%s). %s", request_field(request, "name"),
                                             request_field(request, "login"),
                                             page_text(request, "The password, shown this once:")),
                                password},
                error);
}

static bool enable(struct service *service, const struct request *request, struct reply *reply,
                   const char *enabled, struct error *error)
{
    struct error problem = {0};
    bool         done = false;

    if (!request_only(request, "login", error))
        return false;
    {
        SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, &problem);

        done = session && WRITE(session, request->arena, SQL_ACCOUNT_ENABLE, &problem,
                                request_field(request, "login"), enabled, request->principal.actor_id);
    }
    if (!done)
        return again(service, request, reply, ACCOUNTS, &problem, error);
    reply_redirect(reply, "/accounts");
    return true;
}

bool accounts_enable(struct service *service, const struct request *request, struct reply *reply,
                     struct error *error)
{
    return enable(service, request, reply, "true", error);
}

bool accounts_disable(struct service *service, const struct request *request, struct reply *reply,
                      struct error *error)
{
    return enable(service, request, reply, "false", error);
}

bool scanners_show(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    return request_only(request, "", error) && show(service, request, reply, SCANNERS, NULL, NULL, error);
}

static bool add_scanner(struct service *service, const struct request *request, const char *code,
                        struct error *error)
{
    const char *name, *account, *hash = secret_hash(request->arena, service->secret, SECRET_ENROLMENT, code);

    if (!request_line(request, "name", "Name", 1, 120, &name, error) ||
        !request_line(request, "account", "Account", 0, 64, &account, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    return session && WRITE(session, request->arena, SQL_SCANNER_ADD, error, name, *account ? account : NULL,
                            hash, request->principal.actor_id);
}

bool scanners_add(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct error problem = {0};
    const char  *code = secret_new(request->arena, CODE_SYMBOLS);

    if (!request_only(request, "name account", error))
        return false;
    if (!add_scanner(service, request, code, &problem))
        return again(service, request, reply, SCANNERS, &problem, error);
    return show(service, request, reply, SCANNERS, NULL,
                &(struct shown){
                    page_text(request, "Run this on the scanner, once, within a day:"),
                    arena_format(request->arena, "spoor-scan enroll %s %s", service->config->base_url, code)},
                error);
}

bool scanners_revoke(struct service *service, const struct request *request, struct reply *reply,
                     struct error *error)
{
    const char *id;

    if (!request_only(request, "id", error) || !request_uuid(request, "id", "Scanner", true, &id, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session ||
        !WRITE(session, request->arena, SQL_SCANNER_REVOKE, error, id, request->principal.actor_id))
        return false;
    reply_redirect(reply, "/scanners");
    return true;
}

bool places_show(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    return request_only(request, "", error) && show(service, request, reply, PLACES, NULL, NULL, error);
}

static bool add_place(struct service *service, const struct request *request, struct error *error)
{
    const char  *name;
    struct label label;
    bool         has_label = *request_field(request, "label") != '\0';

    if (!request_line(request, "name", "Name", 1, 120, &name, error) ||
        (has_label && !label_parse(request_field(request, "label"), &label, error)))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    return session && WRITE(session, request->arena, SQL_PARTY_ADD, error, "place", name, NULL,
                            request->principal.actor_id, has_label ? label.code : NULL);
}

bool places_add(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    struct error problem = {0};

    if (!request_only(request, "name label", error))
        return false;
    if (!add_place(service, request, &problem))
        return again(service, request, reply, PLACES, &problem, error);
    reply_redirect(reply, "/places");
    return true;
}

bool places_label(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    const char *id, *code;

    if (!request_only(request, "id", error) || !request_uuid(request, "id", "Place", true, &id, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session ||
        !label_store_place(session, request->arena, id, request->principal.actor_id, &code, error))
        return false;
    reply_redirect(reply, arena_format(request->arena, "/labels/%s", code));
    return true;
}

bool labels_show(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    return request_only(request, "", error) && show(service, request, reply, LABELS, NULL, NULL, error);
}

static bool mint(struct service *service, const struct request *request, struct error *error)
{
    const char   *name, *count = request_field(request, "count");
    struct label *labels;
    size_t        wanted = 0;

    if (!request_line(request, "name", "Name of the batch", 1, 64, &name, error))
        return false;
    for (const char *c = count; *c >= '0' && *c <= '9' && wanted <= LABEL_BATCH_MOST; c++)
        wanted = wanted * 10 + (size_t)(*c - '0');
    if (wanted < 1 || wanted > LABEL_BATCH_MOST || count[strspn(count, "0123456789")] != '\0')
        return error_field(error, "count", "A batch holds 1 to %u labels", LABEL_BATCH_MOST);
    labels = ARENA_NEW(request->arena, struct label, wanted);
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    return session && label_store_mint(session, request->arena, name, wanted, request->principal.actor_id,
                                       labels, error);
}

bool labels_mint(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct error problem = {0};

    if (!request_only(request, "name count", error))
        return false;
    if (!mint(service, request, &problem))
        return again(service, request, reply, LABELS, &problem, error);
    reply_redirect(reply, "/labels");
    return true;
}
