#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"

enum setting_type { SETTING_TEXT, SETTING_NUMBER };

struct setting {
    const char       *name; /* of the environment variable */
    const char       *help;
    size_t            offset; /* in struct config */
    const char       *preset; /* NULL: worked out below */
    unsigned          least, most;
    enum setting_type type;
};

#define TEXT(name, member, preset, help)                                                                     \
    {                                                                                                        \
        name, help, offsetof(struct config, member), preset, 0, 0, SETTING_TEXT                              \
    }
#define NUMBER(name, member, preset, least, most, help)                                                      \
    {                                                                                                        \
        name, help, offsetof(struct config, member), preset, least, most, SETTING_NUMBER                     \
    }

static const struct setting settings[] = {
    TEXT("SPOOR_DATABASE", database, "",
         "libpq connection string; empty: a private PostgreSQL in SPOOR_STATE"),
    TEXT("SPOOR_STATE", state, NULL, "folder for keys and the private PostgreSQL"),
    TEXT("SPOOR_DATABASE_USER", database_user, "postgres", "system user to run as when started as root"),
    TEXT("SPOOR_LISTEN", listen, "127.0.0.1", "address to listen on"),
    NUMBER("SPOOR_PORT", port, "8080", 1, 65535, "TCP port to listen on"),
    TEXT("SPOOR_BASE_URL", base_url, NULL, "address in labels and links, such as https://fix.example.nl"),
    TEXT("SPOOR_PROXY", proxy, "", "address of the one proxy whose X-Forwarded-For is believed"),
    TEXT("SPOOR_TIMEZONE", timezone, "Europe/Amsterdam", "zone in which pages show times"),
    TEXT("SPOOR_SITE_NAME", site_name, "IT desk", "name of the desk on pages and labels"),
    TEXT("SPOOR_HELP_LINE", help_line, "Ask at the IT desk", "whom to call, on pages and labels"),
    NUMBER("SPOOR_FOUND_LEVEL", found_level, "1", 0, 3,
           "what a sticker's page shows anyone: 0 nothing, 1 found notice, 2 phase, 3 phase and expected "
           "return"),
    NUMBER("SPOOR_WORKERS", workers, "576", 2, 2048, "requests handled at once"),
    NUMBER("SPOOR_SESSIONS", sessions, "32", 2, 150, "database sessions for the pages and the API"),
    NUMBER("SPOOR_SESSION_WAIT_MS", session_wait_ms, "2000", 10, 60000,
           "longest wait for a free database session"),
    NUMBER("SPOOR_STATEMENT_TIMEOUT_MS", statement_timeout_ms, "5000", 100, 60000,
           "our deadline for a statement"),
    NUMBER("SPOOR_RESERVE_MB", reserve_mb, "256", 1, 65536,
           "free disk space in MiB below which the private PostgreSQL takes no records"),
    NUMBER("SPOOR_SEAL", seal, "1", 0, 1, "1: the service seals the ledger; 0: `spoord seal` does"),
    TEXT("SPOOR_SEAL_STATE", seal_folder, "",
         "folder of the sealer: key and log; empty: seal in SPOOR_STATE"),
    TEXT("SPOOR_LOG_NAME", log_name, "", "name of a new log in its checkpoints; empty: the host and /spoor"),
    TEXT("SPOOR_SITE_FOLDER", site_folder, "", "read pages from this folder while designing"),
};

static bool read_number(const struct setting *setting, const char *text, unsigned *value, struct error *error)
{
    char         *rest = NULL;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &rest, 10);
    if (text[0] < '0' || text[0] > '9' || *rest != '\0' || errno || number < setting->least ||
        number > setting->most)
        return error_field(error, setting->name, "%s must be a whole number from %u to %u (%s), not '%.40s'",
                           setting->name, setting->least, setting->most, setting->help, text);
    *value = (unsigned)number;
    return true;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            return false;
    return true;
}

bool config_is_given(const char *name)
{
    return getenv(name) != NULL;
}

static bool read_setting(struct config *config, const struct setting *setting, struct error *error)
{
    const char *given = getenv(setting->name);
    const char *text = given ? given : setting->preset;
    void       *member = (char *)config + setting->offset;

    if (given && !is_printable(given))
        return error_field(error, setting->name, "%s contains a control character", setting->name);
    if (setting->type == SETTING_NUMBER)
        return read_number(setting, text, member, error);
    memcpy(member, &text, sizeof text);
    return true;
}

static const char *default_state(struct arena *arena)
{
    const char *home = getenv("HOME"), *state = getenv("XDG_STATE_HOME");

    if (geteuid() == 0 || !home || home[0] != '/')
        return "/var/lib/spoor";
    if (state && state[0] == '/')
        return arena_format(arena, "%s/spoor", state);
    return arena_format(arena, "%s/.local/state/spoor", home);
}

static bool absolute_state(struct config *config, struct arena *arena, struct error *error)
{
    char folder[PATH_MAX];

    if (!config->state || !*config->state)
        config->state = default_state(arena);
    if (config->state[0] == '/')
        return true;
    if (!getcwd(folder, sizeof folder))
        return error_field(error, "SPOOR_STATE", "SPOOR_STATE must be an absolute folder");
    config->state = arena_format(arena, "%s/%s", folder, config->state);
    return true;
}

static bool check_base_url(struct config *config, struct arena *arena, struct error *error)
{
    if (!config->base_url || !*config->base_url)
        config->base_url = arena_format(arena, "http://localhost:%u", config->port);
    config->host = address_host(config->base_url);
    return config->host ||
           error_field(error, "SPOOR_BASE_URL",
                       "SPOOR_BASE_URL is http:// or https:// and a host, such as https://fix.example.nl, "
                       "without a path");
}

/* The name goes into every checkpoint: no port, as a log may move to another. */
static bool choose_log(struct config *config, struct arena *arena, struct error *error)
{
    if (!*config->seal_folder)
        config->seal_folder = arena_format(arena, "%s/seal", config->state);
    if (config->seal_folder[0] != '/')
        return error_field(error, "SPOOR_SEAL_STATE", "SPOOR_SEAL_STATE must be an absolute folder");
    if (!*config->log_name)
        config->log_name = arena_format(arena, "%.*s/spoor", (int)strcspn(config->host, ":"), config->host);
    if (strlen(config->log_name) > 200 || strpbrk(config->log_name, " +"))
        return error_field(error, "SPOOR_LOG_NAME",
                           "SPOOR_LOG_NAME has at most 200 characters, without blanks and plus signs");
    return true;
}

static bool check_timezone(const struct config *config, struct arena *arena, struct error *error)
{
    const char *name = config->timezone;

    if (*name == '\0' || *name == '/' || strstr(name, "..") ||
        access(arena_format(arena, "/usr/share/zoneinfo/%s", name), R_OK) != 0)
        return error_field(error, "SPOOR_TIMEZONE",
                           "SPOOR_TIMEZONE: there is no time zone '%.60s'; one looks like "
                           "Europe/Amsterdam",
                           name);
    return true;
}

static bool read_settings(struct config *config, struct arena *arena, struct error *error)
{
    *config = (struct config){0};
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (!read_setting(config, &settings[i], error))
            return false;
    return absolute_state(config, arena, error);
}

static bool check_settings(struct config *config, struct arena *arena, struct error *error)
{
    return check_base_url(config, arena, error) && choose_log(config, arena, error) &&
           check_timezone(config, arena, error);
}

bool config_read(struct config *config, struct arena *arena, struct error *error)
{
    return read_settings(config, arena, error) && check_settings(config, arena, error);
}

bool config_read_beside(struct config *config, struct arena *arena, struct error *error)
{
    if (!read_settings(config, arena, error))
        return false;
    if ((!config->base_url || !*config->base_url) && !config_is_given("SPOOR_PORT")) {
        config->base_url = address_kept(config->state, arena);
        config->base_url_kept = config->base_url != NULL;
    }
    return check_settings(config, arena, error);
}

/* A connection string may hold a password: only what it names is shown, not its value. */
static const char *shown(const struct setting *setting, const char *text)
{
    if (setting->offset == offsetof(struct config, database) && *text)
        return "(set)";
    return text;
}

static void print_json_text(const char *text, FILE *out)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_value(const struct config *config, const struct setting *setting, bool json, FILE *out)
{
    const void *member = (const char *)config + setting->offset;

    if (setting->type == SETTING_NUMBER) {
        unsigned number;

        memcpy(&number, member, sizeof number);
        fprintf(out, "%u", number);
    } else {
        const char *text;

        memcpy(&text, member, sizeof text);
        if (json)
            print_json_text(shown(setting, text), out);
        else
            fputs(shown(setting, text), out);
    }
}

/* Whose choice the value is. */
static const char *origin(const struct config *config, const struct setting *setting)
{
    if (config->base_url_kept && setting->offset == offsetof(struct config, base_url))
        return " (as spoord serve last served)";
    return config_is_given(setting->name) ? "" : " (default)";
}

void config_print(const struct config *config, bool json, FILE *out)
{
    if (json)
        fputs("{", out);
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (json)
            fprintf(out, "%s\"%s\": ", i ? ", " : "", settings[i].name);
        else
            fprintf(out, "%s=", settings[i].name);
        print_value(config, &settings[i], json, out);
        if (!json)
            fprintf(out, "    # %s%s\n", settings[i].help, origin(config, &settings[i]));
    }
    if (json)
        fputs("}\n", out);
}

const struct environment_row *config_environment(void)
{
    static struct environment_row rows[COUNT_OF(settings) + 1];

    for (size_t i = 0; i < COUNT_OF(settings); i++)
        rows[i] = (struct environment_row){settings[i].name, settings[i].help};
    return rows;
}
