#include "enrolment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool enrolment_folder(const char *option, char *folder, unsigned size, struct error *error)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char        partial[512];

    if (option)
        snprintf(folder, size, "%s", option);
    else if (state && *state)
        snprintf(folder, size, "%s/spoor-scan", state);
    else
        snprintf(folder, size, "%s/.local/state/spoor-scan", home && *home ? home : "/var/lib");
    for (const char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(partial, sizeof partial, "%.*s", (int)(slash - folder), folder);
        if (mkdir(partial, 0700) != 0 && errno != EEXIST)
            return error_set(error, ERROR_INVALID, "cannot make the folder %s: %s", partial, strerror(errno));
    }
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INVALID, "cannot make the folder %s: %s", folder, strerror(errno));
    return true;
}

/* A line that does not fit is no line of ours. */
static bool take_line(FILE *file, char *text, size_t size)
{
    char   line[400];
    size_t length;

    if (!fgets(line, sizeof line, file))
        return false;
    length = strcspn(line, "\n");
    if (length == 0 || length >= size || line[length] != '\n')
        return false;
    memcpy(text, line, length);
    text[length] = '\0';
    return true;
}

bool enrolment_load(const char *folder, struct enrolment *enrolment, struct error *error)
{
    char  path[600], key[SCAN_KEY_TEXT];
    FILE *file;
    bool  whole;

    snprintf(path, sizeof path, "%s/enrolment", folder);
    file = fopen(path, "re");
    if (!file)
        return error_set(error, ERROR_NOT_FOUND,
                         "this scanner is not enrolled; run: spoor-scan enroll URL CODE");
    whole = take_line(file, enrolment->url, sizeof enrolment->url) &&
            take_line(file, enrolment->key, sizeof enrolment->key) &&
            take_line(file, enrolment->name, sizeof enrolment->name);
    if (whole && take_line(file, enrolment->scanner_id, sizeof enrolment->scanner_id))
        whole = take_line(file, enrolment->server, sizeof enrolment->server) &&
                take_line(file, enrolment->seed, sizeof enrolment->seed) && scan_key_of(enrolment->seed, key);
    fclose(file);
    return whole || error_set(error, ERROR_INVALID, "%s is damaged; enroll this scanner again", path);
}

bool enrolment_can_sign(const struct enrolment *enrolment, struct error *error)
{
    return *enrolment->seed ||
           error_set(
               error, ERROR_FORBIDDEN,
               "this scanner was enrolled before scans were signed; ask your lead for a code and enrol it "
               "again: spoor-scan enroll %s CODE. What waits here is kept and goes along",
               enrolment->url);
}

bool enrolment_save(const char *folder, const struct enrolment *enrolment, struct error *error)
{
    char  path[600], partial[620];
    int   directory, file;
    FILE *out;
    bool  kept;

    snprintf(path, sizeof path, "%s/enrolment", folder);
    snprintf(partial, sizeof partial, "%s.part", path);
    file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    out = file >= 0 ? fdopen(file, "w") : NULL;
    kept = out &&
           fprintf(out, "%s\n%s\n%s\n%s\n%s\n%s\n", enrolment->url, enrolment->key, enrolment->name,
                   enrolment->scanner_id, enrolment->server, enrolment->seed) > 0 &&
           fflush(out) == 0 && fsync(file) == 0;
    if (out && fclose(out) != 0)
        kept = false;
    directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    kept = kept && rename(partial, path) == 0 && directory >= 0 && fsync(directory) == 0;
    if (directory >= 0)
        close(directory);
    return kept || error_set(error, ERROR_INVALID, "cannot keep the key in %s: %s", path, strerror(errno));
}
