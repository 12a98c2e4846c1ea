/* What the service manager hears of this service. */
#include "server/daemon/supervision.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "protocol/digits.h"
#include "protocol/memory.h"
#include "server/daemon/notifier.h"

enum { WORDS_SIZE = 256, STATUS_MS = 2000, SOON_MS = 100, WATCHDOG_DIGITS_MAX = 18 };

struct supervision {
    struct notifier *notifier;
    supervision_words_fn words;
    void *arg;
    struct event *status;
    struct event *beat;
    int64_t beat_ms;       /* 0 = no watchdog */
    char told[WORDS_SIZE]; /* the words that the manager has */
    bool is_ready;
};

/* The words, if they are others than it has. */
static bool find_news(struct supervision *supervision, char words[static WORDS_SIZE])
{
    supervision->words(supervision->arg, words, WORDS_SIZE);
    return strcmp(words, supervision->told) != 0;
}

static void tell_ready(struct supervision *supervision)
{
    char lines[NOTIFIER_TEXT_SIZE];
    supervision->words(supervision->arg, supervision->told, sizeof supervision->told);
    (void)snprintf(lines, sizeof lines, "READY=1\nSTATUS=%s", supervision->told);
    notifier_tell(supervision->notifier, lines);
    supervision->is_ready = true;
}

static void on_status(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct supervision *supervision = arg;
    char words[WORDS_SIZE];
    char lines[NOTIFIER_TEXT_SIZE];
    timer_arm(supervision->status, STATUS_MS);
    if (!supervision->is_ready) {
        tell_ready(supervision);
        return;
    }
    if (!find_news(supervision, words))
        return;
    (void)snprintf(lines, sizeof lines, "STATUS=%s", words);
    if (notifier_mention(supervision->notifier, lines))
        memcpy(supervision->told, words, sizeof words);
}

/* On the loop, so that it stops when the loop does. */
static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct supervision *supervision = arg;
    bool is_heard = notifier_mention(supervision->notifier, "WATCHDOG=1");
    timer_arm(supervision->beat,
              is_heard || supervision->beat_ms < SOON_MS ? supervision->beat_ms : SOON_MS);
}

/* Returns false when it is not set to a number. */
static bool read_number(const char *name, uint64_t *number)
{
    const char *text = getenv(name);
    return text != NULL && digits_read(text, strlen(text), WATCHDOG_DIGITS_MAX, number);
}

/* Half of what the manager waits, in milliseconds; 0 = it does not wait for us. */
static int64_t find_beat_ms(void)
{
    uint64_t limit_us = 0;
    uint64_t pid = (uint64_t)getpid();
    bool is_ours = getenv("WATCHDOG_PID") == NULL ||
                   (read_number("WATCHDOG_PID", &pid) && pid == (uint64_t)getpid());
    bool is_set = read_number("WATCHDOG_USEC", &limit_us) && limit_us > 0;
    (void)unsetenv("WATCHDOG_PID");
    (void)unsetenv("WATCHDOG_USEC");
    if (!is_ours || !is_set)
        return 0;
    int64_t beat_ms = (int64_t)(limit_us / 2000);
    return beat_ms > 0 ? beat_ms : 1;
}

struct supervision *supervision_new(struct event_base *base, struct log *log)
{
    struct supervision *supervision = memory_zeroed(sizeof *supervision);
    supervision->notifier = notifier_new(base, log);
    supervision->beat_ms = find_beat_ms();
    supervision->status = memory_required(event_new(base, -1, 0, on_status, supervision));
    supervision->beat = memory_required(event_new(base, -1, 0, on_beat, supervision));
    notifier_tell(supervision->notifier, "STATUS=reads the journal");
    return supervision;
}

void supervision_free(struct supervision *supervision)
{
    if (supervision == NULL)
        return;
    event_free(supervision->status);
    event_free(supervision->beat);
    notifier_free(supervision->notifier);
    free(supervision);
}

void supervision_start(struct supervision *supervision, supervision_words_fn words, void *arg)
{
    supervision->words = words;
    supervision->arg = arg;
    if (!notifier_has_listener(supervision->notifier))
        return;
    timer_arm(supervision->status, 0);
    if (supervision->beat_ms > 0)
        timer_arm(supervision->beat, 0);
}

void supervision_begin_reload(struct supervision *supervision)
{
    char lines[NOTIFIER_TEXT_SIZE];
    (void)snprintf(lines, sizeof lines, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                   clock_monotonic_us());
    notifier_tell(supervision->notifier, lines);
}

void supervision_end_reload(struct supervision *supervision)
{
    notifier_tell(supervision->notifier, "READY=1");
}

void supervision_stop(struct supervision *supervision, uint32_t within_ms)
{
    char lines[NOTIFIER_TEXT_SIZE];
    (void)snprintf(lines, sizeof lines, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRIu64 "\nSTATUS=stops",
                   UINT64_C(1000) * within_ms);
    notifier_tell(supervision->notifier, lines);
}
