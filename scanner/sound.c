#include "sound.h"

#include <alsa/asoundlib.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SAMPLES_MOST (SOUND_RATE * 1u) /* no sound lasts longer than a second */
#define PI           3.14159265358979323846

struct note {
    unsigned hertz, ms; /* 0 Hz: silence */
    bool     buzz;      /* with overtones */
};

static const struct note notes[][6] = {
    [SOUND_RECORDED] = {{1568, 110, false}},
    [SOUND_LOOK] = {{880, 70, false}, {0, 60, false}, {880, 70, false}},
    [SOUND_PROBLEM] = {{392, 160, true}, {0, 30, false}, {311, 160, true}, {0, 30, false}, {196, 300, true}},
};
static const unsigned bells[] = {[SOUND_RECORDED] = 1, [SOUND_LOOK] = 2, [SOUND_PROBLEM] = 3};

struct sound {
    snd_pcm_t      *card; /* NULL: the bell */
    pthread_t       thread;
    pthread_mutex_t mutex;
    pthread_cond_t  changed;
    int             wanted; /* -1: none */
    bool            stop;
};

static double wave(const struct note *note, double t)
{
    double angle = 2 * PI * note->hertz * t;

    return note->buzz ? (sin(angle) + sin(3 * angle) / 3 + sin(5 * angle) / 5) * 0.8 : sin(angle);
}

/* Each note fades in and out within 5 ms: no clicks. */
static size_t write_note(const struct note *note, int16_t *samples, size_t most)
{
    size_t count = (size_t)note->ms * SOUND_RATE / 1000, edge = SOUND_RATE / 200;

    if (count > most)
        count = most;
    for (size_t i = 0; i < count; i++) {
        size_t nearest = i < count - i ? i : count - i;
        double loud = nearest < edge ? (double)nearest / (double)edge : 1;

        samples[i] = (int16_t)(note->hertz ? 14000 * loud * wave(note, (double)i / SOUND_RATE) : 0);
    }
    return count;
}

size_t sound_samples(enum sound_kind kind, int16_t *samples, size_t most)
{
    size_t length = 0;

    for (const struct note *note = notes[kind]; note->ms; note++)
        length += write_note(note, samples + length, most - length);
    return length;
}

static void play_card(struct sound *sound, enum sound_kind kind)
{
    static int16_t    samples[SAMPLES_MOST]; /* one thread plays */
    size_t            count = sound_samples(kind, samples, SAMPLES_MOST);
    snd_pcm_sframes_t written;

    snd_pcm_prepare(sound->card);
    written = snd_pcm_writei(sound->card, samples, count);
    if (written < 0 && snd_pcm_recover(sound->card, (int)written, 1) == 0)
        written = snd_pcm_writei(sound->card, samples, count);
    if (written >= 0)
        snd_pcm_drain(sound->card);
}

static void ring_bell(enum sound_kind kind)
{
    const struct timespec apart = {.tv_nsec = 120000000};

    for (unsigned i = 0; isatty(STDERR_FILENO) && i < bells[kind]; i++) {
        if (i > 0)
            nanosleep(&apart, NULL);
        if (write(STDERR_FILENO, "\a", 1) != 1)
            return;
    }
}

static void *work(void *context)
{
    struct sound *sound = context;

    pthread_mutex_lock(&sound->mutex);
    for (;;) {
        int kind = sound->wanted;

        if (kind < 0 && sound->stop)
            break;
        if (kind < 0) {
            pthread_cond_wait(&sound->changed, &sound->mutex);
            continue;
        }
        sound->wanted = -1;
        pthread_mutex_unlock(&sound->mutex);
        if (sound->card)
            play_card(sound, (enum sound_kind)kind);
        else
            ring_bell((enum sound_kind)kind);
        pthread_mutex_lock(&sound->mutex);
    }
    pthread_mutex_unlock(&sound->mutex);
    return NULL;
}

static void be_silent(const char *file, int line, const char *function, int code, const char *format, ...)
{
    (void)file;
    (void)line;
    (void)function;
    (void)code;
    (void)format;
}

static snd_pcm_t *open_card(void)
{
    snd_pcm_t *card = NULL;

    snd_lib_error_set_handler(be_silent);
    if (snd_card_next(&(int){-1}) < 0 || snd_pcm_open(&card, "default", SND_PCM_STREAM_PLAYBACK, 0) < 0)
        return NULL;
    if (snd_pcm_set_params(card, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, SOUND_RATE, 1,
                           100000) == 0)
        return card;
    snd_pcm_close(card);
    return NULL;
}

struct sound *sound_new(bool quiet)
{
    struct sound *sound;

    if (quiet)
        return NULL;
    sound = calloc(1, sizeof *sound);
    if (!sound)
        abort();
    sound->wanted = -1;
    sound->card = open_card();
    pthread_mutex_init(&sound->mutex, NULL);
    pthread_cond_init(&sound->changed, NULL);
    if (pthread_create(&sound->thread, NULL, work, sound) != 0)
        abort();
    return sound;
}

void sound_play(struct sound *sound, enum sound_kind kind)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->mutex);
    if ((int)kind > sound->wanted) /* of several at once the worst is heard */
        sound->wanted = (int)kind;
    pthread_cond_signal(&sound->changed);
    pthread_mutex_unlock(&sound->mutex);
}

void sound_free(struct sound *sound)
{
    if (!sound)
        return;
    pthread_mutex_lock(&sound->mutex);
    sound->stop = true;
    pthread_cond_signal(&sound->changed);
    pthread_mutex_unlock(&sound->mutex);
    pthread_join(sound->thread, NULL);
    if (sound->card)
        snd_pcm_close(sound->card);
    snd_config_update_free_global();
    pthread_cond_destroy(&sound->changed);
    pthread_mutex_destroy(&sound->mutex);
    free(sound);
}
