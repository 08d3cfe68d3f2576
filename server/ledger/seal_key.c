#include "ledger/seal_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/log.h"

#define FILE_MOST 512u

static void end_process(const char *file)
{
    log_line(LOG_LEVEL_ERROR, "msg", "the disk failed; nothing that is cached can be believed", "file", file,
             "reason", strerror(errno), NULL);
    _exit(74); /* EX_IOERR */
}

bool seal_key_replace(int folder, const char *file, const char *text, unsigned mode, struct error *error)
{
    char   partial[64];
    size_t length = strlen(text);
    int    handle;

    snprintf(partial, sizeof partial, "%.40s.part", file);
    handle = openat(folder, partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (handle < 0)
        return error_set(error, ERROR_INTERNAL, "cannot write %s: %s", partial, strerror(errno));
    if (write(handle, text, length) != (ssize_t)length) {
        error_set(error, ERROR_UNAVAILABLE, "cannot write %s: %s", partial, strerror(errno));
        close(handle);
        return false;
    }
    if (fsync(handle) != 0 || close(handle) != 0 || renameat(folder, partial, folder, file) != 0 ||
        fsync(folder) != 0)
        end_process(file);
    return true;
}

static bool parse(char *text, struct note_signer *signer, struct error *error)
{
    char   *newline = strchr(text, '\n'), *end = newline ? strchr(newline + 1, '\n') : NULL;
    uint8_t secret[NOTE_SECRET_SIZE];
    size_t  got;
    bool    read;

    if (!end || end[1] != '\0' || end - newline - 1 != 2 * NOTE_SECRET_SIZE)
        return error_set(error, ERROR_INVALID, "it must hold a name and 64 hexadecimal digits, a line each");
    *newline = *end = '\0';
    read = sodium_hex2bin(secret, sizeof secret, newline + 1, 2 * NOTE_SECRET_SIZE, NULL, &got, NULL) == 0 &&
           got == sizeof secret;
    read = read ? note_signer_from(text, secret, signer, error)
                : error_set(error, ERROR_INVALID, "its second line must hold 64 hexadecimal digits");
    sodium_memzero(secret, sizeof secret);
    return read;
}

bool seal_key_read(int folder, const char *file, struct note_signer *signer, struct error *error)
{
    char        text[FILE_MOST] = "";
    int         handle = openat(folder, file, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    ssize_t     length;
    bool        done;

    if (handle < 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INTERNAL, "cannot read %s: %s",
                         file, strerror(errno));
    length = read(handle, text, sizeof text - 1);
    if (fstat(handle, &facts) != 0 || (facts.st_mode & 077) != 0)
        done = error_set(error, ERROR_INVALID, "others may read %s; run: chmod 600 on it", file);
    else
        done = length > 0 ? parse(text, signer, error) || error_while(error, file)
                          : error_set(error, ERROR_INVALID, "%s is empty", file);
    close(handle);
    sodium_memzero(text, sizeof text);
    return done;
}

bool seal_key_make(int folder, const char *file, const char *name, struct note_signer *signer,
                   struct error *error)
{
    uint8_t secret[NOTE_SECRET_SIZE];
    char    hex[2 * NOTE_SECRET_SIZE + 1], text[FILE_MOST];
    bool    made;

    if (faccessat(folder, file, F_OK, 0) == 0)
        return error_set(error, ERROR_CONFLICT, "there is a key in %s already", file);
    randombytes_buf(secret, sizeof secret);
    sodium_bin2hex(hex, sizeof hex, secret, sizeof secret);
    snprintf(text, sizeof text, "%.200s\n%s\n", name, hex);
    made = note_signer_from(name, secret, signer, error) && seal_key_replace(folder, file, text, 0600, error);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(text, sizeof text);
    return made;
}
