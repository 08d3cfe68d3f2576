#include "endpoints/sealed_identity.h"

#include <string.h>

#include "shared/compiler.h"

/* The value of an opening, "kind|make|model|serial=…|asset_tag=…", in its parts. */
struct identity {
    const char *name;    /* make and model, "" for none */
    const char *numbers; /* separated by ", " */
    bool        known_today;
};

static bool is_line(const char *wanted, size_t length, const char *lines)
{
    for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n')
        if (strcspn(at, "\n") == length && memcmp(at, wanted, length) == 0)
            return true;
    return false;
}

/* What of it the tables say today, too: kind, make and model; they may hold the bar that separates them. */
static const char *behind(const char *value, const char *described)
{
    size_t length = strlen(described);

    return strncmp(value, described, length) == 0 && (value[length] == '\0' || value[length] == '|')
               ? value + length
               : NULL;
}

/* Where the next number begins, at its bar; or the end. Numbers may hold bars, too. */
static const char *next_number(const char *text)
{
    static const char *const kinds[] = {"|serial=", "|asset_tag=", "|vendor_rma=", "|other="};
    const char              *next = text + strlen(text);

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *found = strstr(text, kinds[i]);

        if (found && found < next)
            next = found;
    }
    return next;
}

/* Numbers stay on a device: those that were sealed must be among today's. */
static void read_numbers(struct arena *arena, const char *rest, const char *today, struct identity *identity)
{
    for (const char *at = next_number(rest), *end; *at; at = end) {
        const char *number = strchr(at, '=') + 1;

        end = next_number(at + 1);
        identity->numbers = arena_format(arena, "%s%s%.*s", identity->numbers, *identity->numbers ? ", " : "",
                                         (int)(end - number), number);
        identity->known_today = identity->known_today && is_line(at + 1, (size_t)(end - at) - 1, today);
    }
}

static void read_identity(struct arena *arena, const char *value, const struct rows *facts,
                          struct identity *identity)
{
    const char *same = behind(value, rows_text(facts, 0, "described"));
    char       *rest = arena_copy(arena, value), *make, *model;

    *identity = (struct identity){.name = rows_text(facts, 0, "name"), .numbers = "", .known_today = true};
    if (!same) {
        strsep(&rest, "|");
        make = strsep(&rest, "|");
        model = strsep(&rest, "|");
        identity->known_today = !make || !model || (*make == '\0' && *model == '\0'); /* nobody knew then */
        identity->name = identity->known_today ? "" : arena_format(arena, "%s %s", make, model);
    }
    read_numbers(arena, same ? same : value, rows_text(facts, 0, "numbers"), identity);
}

static void tell(const struct request *request, const char *value, const struct rows *facts,
                 struct view *view)
{
    struct identity identity;

    read_identity(request->arena, value, facts, &identity);
    view_text(view, "identity",
              arena_format(request->arena, "%s%s%s", identity.name,
                           *identity.name && *identity.numbers ? ", " : "", identity.numbers));
    view_flag(view, "identity_differs", !identity.known_today);
}

bool sealed_identity_add(const struct verdict *verdict, const struct request *request, const char *device_id,
                         const struct rows *facts, struct view *view, struct error *error)
{
    struct seal_check  check = verdict->check; /* under the same head */
    const struct rows *rows =
        QUERY(check.session, request->arena, SQL_AUDIT_DEVICE_ROWS, error, device_id, "1", "1");
    const struct seal_opening *opening;

    if (!rows || !seal_check_rows(&check, rows, error))
        return false;
    if (rows_count(rows) == 0 || check.results[0].state == SEAL_WAITING)
        return true;
    opening = seal_openings_find(&check.openings, rows_integer(rows, 0, "seq"), TAG_IDENTITY);
    if (check.results[0].state == SEAL_INTACT && opening)
        tell(request, opening->value, facts, view);
    view_flag(view, "identity_altered", check.results[0].state == SEAL_BROKEN);
    return true;
}
