#include "store/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_SIZE       32u
#define HASHERS_AT_ONCE 2u /* each takes 64 MiB */
#define HASHERS_WAITING 16u
#define OPERATIONS      2ull
#define MEMORY          ((size_t)64 * 1024 * 1024) /* bytes */
#define PASSWORD_LEAST  12u                        /* bytes */
#define PASSWORD_MOST   1024u

static const char symbols_of_base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A file that is not wholly written must never be found under its name. */
static bool write_key(const char *path, const char *folder, const uint8_t *key, struct error *error)
{
    char        partial[PATH_MAX + 16];
    struct stat facts;
    int         file, directory;
    bool        written;

    snprintf(partial, sizeof partial, "%s.%d", path, (int)getpid());
    unlink(partial);
    file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(error, ERROR_INTERNAL, "cannot write %s: %s", partial, strerror(errno));
    /* root makes it for whoever the folder belongs to */
    if (geteuid() == 0 && stat(folder, &facts) == 0 && fchown(file, facts.st_uid, facts.st_gid) != 0)
        errno = 0;
    written = write(file, key, SECRET_KEY_SIZE) == SECRET_KEY_SIZE && fsync(file) == 0;
    written = close(file) == 0 && written;
    /* link, not rename: of two that start at once, the second takes the first one's key. */
    if (written && link(partial, path) != 0 && errno != EEXIST)
        written = false;
    unlink(partial);
    directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    written = directory >= 0 && fsync(directory) == 0 && written;
    if (directory >= 0)
        close(directory);
    return written || error_set(error, ERROR_INTERNAL, "cannot write %s: %s", path, strerror(errno));
}

static bool read_key(int file, const char *path, uint8_t *key, struct error *error)
{
    struct stat facts;
    uint8_t     more;

    if (fstat(file, &facts) != 0 || (facts.st_mode & 077) != 0)
        return error_set(error, ERROR_INVALID, "others may read %s; run: chmod 600 %s", path, path);
    if (read(file, key, SECRET_KEY_SIZE) != SECRET_KEY_SIZE || read(file, &more, 1) != 0)
        return error_set(error, ERROR_INVALID, "%s is damaged: it must hold %d bytes", path, SECRET_KEY_SIZE);
    return true;
}

bool secret_key_load(const char *folder, uint8_t key[SECRET_KEY_SIZE], struct error *error)
{
    char path[PATH_MAX];
    int  file;
    bool done;

    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INTERNAL, "cannot make the folder %s: %s", folder, strerror(errno));
    snprintf(path, sizeof path, "%s/secret.key", folder);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) {
        randombytes_buf(key, SECRET_KEY_SIZE);
        if (!write_key(path, folder, key, error))
            return false;
        file = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (file < 0)
        return error_set(error, ERROR_INTERNAL, "cannot read %s: %s", path, strerror(errno));
    done = read_key(file, path, key, error);
    close(file);
    return done;
}

const char *secret_new(struct arena *arena, unsigned symbols)
{
    char *text = arena_take(arena, symbols + 1);

    for (unsigned i = 0; i < symbols; i++)
        text[i] = symbols_of_base32[randombytes_uniform(32)];
    return text;
}

static void hash_keyed(const uint8_t key[SECRET_KEY_SIZE], enum secret_use use, const char *text,
                       uint8_t hash[HASH_SIZE])
{
    crypto_generichash_state state;
    uint8_t                  use_byte = (uint8_t)use;

    crypto_generichash_init(&state, key, SECRET_KEY_SIZE, HASH_SIZE);
    crypto_generichash_update(&state, &use_byte, 1);
    crypto_generichash_update(&state, (const uint8_t *)text, strlen(text));
    crypto_generichash_final(&state, hash, HASH_SIZE);
}

const char *secret_derived(struct arena *arena, const uint8_t key[SECRET_KEY_SIZE], enum secret_use use,
                           const char *text, unsigned symbols)
{
    char   *derived = arena_take(arena, symbols + 1);
    uint8_t hash[HASH_SIZE];

    hash_keyed(key, use, text, hash);
    for (unsigned i = 0; i < symbols && i * 5 + 5 <= 8 * HASH_SIZE; i++) {
        unsigned bits =
            (unsigned)hash[i * 5 / 8] << 8 | (i * 5 / 8 + 1 < HASH_SIZE ? hash[i * 5 / 8 + 1] : 0);

        derived[i] = symbols_of_base32[bits >> (11 - i * 5 % 8) & 31];
    }
    return derived;
}

const char *secret_hash(struct arena *arena, const uint8_t key[SECRET_KEY_SIZE], enum secret_use use,
                        const char *secret)
{
    uint8_t hash[HASH_SIZE];
    char   *text = arena_take(arena, 2 + 2 * HASH_SIZE + 1);

    hash_keyed(key, use, secret, hash);
    memcpy(text, "\\x", 2);
    sodium_bin2hex(text + 2, 2 * HASH_SIZE + 1, hash, HASH_SIZE);
    return text;
}

static char canonical(char c)
{
    c = (char)toupper((unsigned char)c);
    if (c == 'O')
        return '0';
    return c == 'I' || c == 'L' ? '1' : c;
}

const char *secret_normalise(struct arena *arena, const char *text, unsigned symbols)
{
    char    *normal = arena_take(arena, symbols + 1);
    unsigned count = 0;

    for (; *text; text++) {
        char c = canonical(*text);

        if (c == '-' || c == ' ')
            continue;
        if (count == symbols || !strchr(symbols_of_base32, c))
            return NULL;
        normal[count++] = c;
    }
    return count == symbols ? normal : NULL;
}

bool secret_equal(const char *one, const char *other)
{
    size_t length = strlen(one);

    return length == strlen(other) && sodium_memcmp(one, other, length) == 0;
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t  one_is_done;
    unsigned        running, waiting; /* guarded by lock */
} hashers = {.lock = PTHREAD_MUTEX_INITIALIZER, .one_is_done = PTHREAD_COND_INITIALIZER};

static bool hasher_begin(struct error *error)
{
    bool admitted;

    pthread_mutex_lock(&hashers.lock);
    admitted = hashers.running < HASHERS_AT_ONCE || hashers.waiting < HASHERS_WAITING;
    if (admitted) {
        hashers.waiting++;
        while (hashers.running >= HASHERS_AT_ONCE)
            pthread_cond_wait(&hashers.one_is_done, &hashers.lock);
        hashers.waiting--;
        hashers.running++;
    }
    pthread_mutex_unlock(&hashers.lock);
    return admitted ||
           error_set(error, ERROR_UNAVAILABLE, "too many people are signing in at this moment; try again");
}

static void hasher_end(void)
{
    pthread_mutex_lock(&hashers.lock);
    hashers.running--;
    pthread_cond_signal(&hashers.one_is_done);
    pthread_mutex_unlock(&hashers.lock);
}

bool secret_password_hash(struct arena *arena, const char *password, const char **hash, struct error *error)
{
    char *text = arena_take(arena, crypto_pwhash_STRBYTES);
    int   failed;

    if (!hasher_begin(error))
        return false;
    failed = crypto_pwhash_str_alg(text, password, strlen(password), OPERATIONS, MEMORY,
                                   crypto_pwhash_ALG_ARGON2ID13);
    hasher_end();
    *hash = text;
    return !failed ||
           error_set(error, ERROR_UNAVAILABLE, "there is not enough memory to check a password; try again");
}

/* What an unknown account's password is compared with, so that the answer takes as long: a hash of random
 * bytes. */
static char           nobody_hash[crypto_pwhash_STRBYTES];
static pthread_once_t nobody_once = PTHREAD_ONCE_INIT;

static void nobody_make(void)
{
    char password[33];

    randombytes_buf(password, sizeof password);
    if (crypto_pwhash_str_alg(nobody_hash, password, sizeof password, OPERATIONS, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        nobody_hash[0] = '\0';
}

bool secret_password_check(const char *hash, const char *password, bool *correct, struct error *error)
{
    bool known = hash && *hash;

    *correct = false;
    if (strlen(password) > PASSWORD_MOST)
        return true;
    if (!hasher_begin(error))
        return false;
    pthread_once(&nobody_once, nobody_make);
    *correct = crypto_pwhash_str_verify(known ? hash : nobody_hash, password, strlen(password)) == 0 && known;
    hasher_end();
    return true;
}

/* Of the lists of most used passwords, those that are long enough to pass otherwise. */
static const char *const common_passwords[] = {
    "1234567890ab",     "123456789012",     "1234567890123",    "12345678901234",   "123456789abc",
    "123123123123",     "1q2w3e4r5t6y",     "1qaz2wsx3edc",     "1qaz2wsx3edc4rfv", "adminadminadmin",
    "administrator",    "administrator1",   "changemechangeme", "chocolate123",     "computer1234",
    "footballfootball", "hello1234567",     "iloveyou1234",     "iloveyou12345",    "letmein12345",
    "letmeinletmein",   "manchesterunited", "michaeljackson",   "motdepasse123",    "mypassword123",
    "p@ssw0rd1234",     "pa55word1234",     "passw0rd1234",     "password0123",     "password1234",
    "password12345",    "password123456",   "passwordpassword", "princess1234",     "qazwsxedcrfv",
    "qwerty123456",     "qwerty1234567",    "qwertyqwerty",     "qwertyuiop12",     "qwertyuiop123",
    "qwertyuiop[]",     "qwertyuiopasdf",   "qwertyuiopasdfgh", "superman1234",     "trustno1trustno1",
    "wachtwoord12",     "wachtwoord123",    "wachtwoord1234",   "welcome12345",     "welcome123456",
    "welkom123456",     "welkom2024!!",     "welkom2025!!",     "welkom2026!!",     "zaq12wsxcde3",
    "zxcvbnm12345",
};

static bool is_common(const char *password)
{
    for (size_t i = 0; i < COUNT_OF(common_passwords); i++)
        if (strcasecmp(password, common_passwords[i]) == 0)
            return true;
    return false;
}

/* The same few characters over and over ("abcabcabcabc"), or one after the other ("abcdefghijkl"). */
static bool is_monotonous(const char *password)
{
    size_t length = strlen(password), steps = 0;

    for (size_t period = 1; period <= 4; period++)
        if (memcmp(password, password + period, length - period) == 0)
            return true;
    for (size_t i = 1; i < length; i++)
        steps += password[i] - password[i - 1] == 1;
    return steps + 2 >= length;
}

bool secret_password_allowed(const char *password, const char *login, struct error *error)
{
    size_t length = strlen(password);

    if (length < PASSWORD_LEAST)
        return error_field(error, "password",
                           "A password needs at least %u characters; a few words in a row do well",
                           PASSWORD_LEAST);
    if (length > PASSWORD_MOST)
        return error_field(error, "password", "A password may have at most %u bytes", PASSWORD_MOST);
    if (is_common(password) || is_monotonous(password))
        return error_field(error, "password",
                           "This password is one of the first that would be tried; choose another");
    if (strcasestr(password, "spoor") || (strlen(login) > 3 && strcasestr(password, login)))
        return error_field(error, "password",
                           "A password must not contain your sign-in name or the name of this site");
    return true;
}
