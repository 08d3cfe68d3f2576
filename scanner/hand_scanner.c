#include "hand_scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <libevdev/libevdev.h>

struct hand_scanner {
    int              file;
    struct libevdev *device; /* NULL: a serial port */
    bool             left, right, caps;
};

static struct hand_scanner *open_file(const char *path, int flags, struct error *error)
{
    struct hand_scanner *scanner = calloc(1, sizeof *scanner);

    if (!scanner)
        abort();
    scanner->file = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (scanner->file >= 0)
        return scanner;
    error_set(error, ERROR_INVALID, "cannot open %s: %s", path, strerror(errno));
    free(scanner);
    return NULL;
}

struct hand_scanner *hand_scanner_open_keys(const char *path, struct error *error)
{
    struct hand_scanner *scanner = open_file(path, O_RDONLY, error);
    int                  code;

    if (!scanner)
        return NULL;
    code = libevdev_new_from_fd(scanner->file, &scanner->device);
    if (code < 0) {
        error_set(error, ERROR_INVALID, "%s is not an event device (/dev/input/eventN): %s", path,
                  strerror(-code));
        scanner->device = NULL;
    } else if (!libevdev_has_event_code(scanner->device, EV_KEY, KEY_ENTER)) {
        error_set(error, ERROR_INVALID, "%s has no keys: it is not a scanner", path);
    } else if (libevdev_grab(scanner->device, LIBEVDEV_GRAB) != 0) {
        error_set(error, ERROR_CONFLICT, "in use: another program has taken %s for itself", path);
    } else {
        return scanner;
    }
    hand_scanner_close(scanner);
    return NULL;
}

struct hand_scanner *hand_scanner_open_serial(const char *path, struct error *error)
{
    struct hand_scanner *scanner = open_file(path, O_RDWR, error);
    struct termios       settings;

    if (!scanner)
        return NULL;
    if (tcgetattr(scanner->file, &settings) == 0) {
        cfmakeraw(&settings);
        cfsetspeed(&settings, B9600);
        settings.c_cflag |= CLOCAL | CREAD;
        if (tcsetattr(scanner->file, TCSANOW, &settings) == 0)
            return scanner;
    }
    error_set(error, ERROR_INVALID, "%s is not a serial port: %s", path, strerror(errno));
    hand_scanner_close(scanner);
    return NULL;
}

void hand_scanner_close(struct hand_scanner *scanner)
{
    if (!scanner)
        return;
    if (scanner->device) {
        libevdev_grab(scanner->device, LIBEVDEV_UNGRAB);
        libevdev_free(scanner->device);
    }
    close(scanner->file);
    free(scanner);
}

int hand_scanner_descriptor(const struct hand_scanner *scanner)
{
    return scanner->file;
}

char hand_scanner_character(unsigned key, bool shifted)
{
    static const struct {
        unsigned    first; /* key of the first character */
        const char *plain, *shifted;
    } rows[] = {
        {KEY_1, "1234567890-=", "!@#$%^&*()_+"},
        {KEY_TAB, "\tqwertyuiop[]\n", "\tQWERTYUIOP{}\n"},
        {KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
        {KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
        {KEY_SPACE, " ", " "},
        {KEY_KP7, "789-456+1230.", "789-456+1230."},
        {KEY_KPENTER, "\n", "\n"},
        {KEY_KPSLASH, "/", "/"},
        {KEY_KPASTERISK, "*", "*"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (key >= rows[i].first && key - rows[i].first < strlen(rows[i].plain))
            return (shifted ? rows[i].shifted : rows[i].plain)[key - rows[i].first];
    return '\0';
}

/* 0: no character. */
static char take_key(struct hand_scanner *scanner, const struct input_event *event)
{
    char character;
    bool shifted = scanner->left || scanner->right;

    if (event->type != EV_KEY)
        return '\0';
    if (event->code == KEY_LEFTSHIFT)
        scanner->left = event->value != 0;
    else if (event->code == KEY_RIGHTSHIFT)
        scanner->right = event->value != 0;
    else if (event->code == KEY_CAPSLOCK && event->value == 1)
        scanner->caps = !scanner->caps;
    if (event->value != 1)
        return '\0';
    character = hand_scanner_character(event->code, shifted);
    if (scanner->caps && character >= 'a' && character <= 'z')
        return (char)(character - 'a' + 'A');
    if (scanner->caps && character >= 'A' && character <= 'Z')
        return (char)(character - 'A' + 'a');
    return character;
}

static bool read_keys(struct hand_scanner *scanner, char *bytes, size_t most, size_t *count,
                      struct error *error)
{
    unsigned flag = LIBEVDEV_READ_FLAG_NORMAL;

    while (*count < most) {
        struct input_event event;
        int                code = libevdev_next_event(scanner->device, flag, &event);
        char               character;

        if (code == -EAGAIN && flag == LIBEVDEV_READ_FLAG_NORMAL)
            return true;
        if (code == -EAGAIN) {
            flag = LIBEVDEV_READ_FLAG_NORMAL;
            continue;
        }
        if (code < 0)
            return error_set(error, ERROR_UNAVAILABLE, "the scanner is gone: %s", strerror(-code));
        if (code == LIBEVDEV_READ_STATUS_SYNC && flag == LIBEVDEV_READ_FLAG_NORMAL) {
            flag = LIBEVDEV_READ_FLAG_SYNC;
            continue;
        }
        character = take_key(scanner, &event);
        if (character)
            bytes[(*count)++] = character;
    }
    return true;
}

bool hand_scanner_read(struct hand_scanner *scanner, char *bytes, size_t most, size_t *count,
                       struct error *error)
{
    ssize_t got;

    *count = 0;
    if (scanner->device)
        return read_keys(scanner, bytes, most, count, error);
    got = read(scanner->file, bytes, most);
    if (got > 0)
        *count = (size_t)got;
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return true;
    return error_set(error, ERROR_UNAVAILABLE, "the scanner is gone: %s",
                     got ? strerror(errno) : "it hung up");
}
