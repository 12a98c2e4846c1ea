/* Syncs files without keeping the loop. */
#include "store/disk/syncer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/disk/sync_link.h"
#include "store/disk/sync_process.h"
#include "store/disk/sync_way.h"

enum {
    LOOK_MS = 500,            /* for an answer, before the worker is looked at */
    WAIT_NS = 500000,         /* for one that comes soon */
    START_AGAIN_US = 1000000, /* between two attempts to start it that fail */
    ENDED_MAX = 8,
};

struct syncer {
    struct event_base *base;
    struct log *log;
    struct sync_process process;
    struct event *answers; /* of `process` */
    struct event *look;
    struct event *child_signal;
    pid_t ended[ENDED_MAX]; /* to be waited for; 0 = none */
    int64_t failed_us;      /* monotonic, when it could not be started; 0 = it could */
    bool is_started;
    struct sync_way way;
    struct news news;
    STAILQ_HEAD(jobs, sync_job) waiting;
    struct sync_job *asked;   /* NULL = none, or it is forgotten */
    struct sync_request sent; /* what is in flight, if `is_in_flight` */
    bool is_in_flight;
};

static void on_answer(evutil_socket_t fd, short what, void *arg);

static void reap(struct syncer *syncer)
{
    for (size_t i = 0; i < ENDED_MAX; i++) {
        pid_t pid = syncer->ended[i];
        if (pid != 0 && (waitpid(pid, NULL, WNOHANG) == pid || errno == ECHILD))
            syncer->ended[i] = 0;
    }
}

static void on_child_signal(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    reap(arg);
}

/* Where its pid goes until it is reaped; NULL = nowhere. */
static pid_t *find_place(struct syncer *syncer)
{
    for (size_t i = 0; i < ENDED_MAX; i++) {
        if (syncer->ended[i] == 0)
            return &syncer->ended[i];
    }
    return NULL;
}

static void end_process(struct syncer *syncer)
{
    if (syncer->process.pid == 0)
        return;
    event_free(syncer->answers);
    syncer->answers = NULL;
    *find_place(syncer) = sync_process_end(&syncer->process);
    reap(syncer);
}

static void tell(struct syncer *syncer, enum log_level level, const char *text)
{
    if (news_is(&syncer->news, text, clock_monotonic_us()))
        log_write(syncer->log, level, "store", "%s", text);
}

/* Without it all is inline, as before. */
static bool has_process(struct syncer *syncer)
{
    int64_t now_us = clock_monotonic_us();
    if (syncer->process.pid != 0)
        return true;
    if (!syncer->is_started || find_place(syncer) == NULL ||
        (syncer->failed_us != 0 && now_us - syncer->failed_us < START_AGAIN_US))
        return false;
    int reason = sync_process_start(&syncer->process);
    syncer->failed_us = reason == 0 ? 0 : now_us;
    if (reason != 0) {
        char text[120];
        (void)snprintf(text, sizeof text, "the sync worker can't be started: %s", strerror(reason));
        tell(syncer, LOG_WARNING, text);
        return false;
    }
    syncer->answers = memory_required(
        event_new(syncer->base, syncer->process.socket, EV_READ | EV_PERSIST, on_answer, syncer));
    (void)event_priority_set(syncer->answers, 0);
    (void)event_add(syncer->answers, NULL);
    return true;
}

static void note(struct syncer *syncer, const struct sync_job *job, int64_t took_us)
{
    if (job == NULL || !job->is_urgent ||
        !sync_way_note(&syncer->way, took_us, clock_monotonic_us()))
        return;
    tell(syncer, LOG_INFO,
         syncer->way.is_apart ? "the disk is slow: syncs go through the sync worker"
                              : "the disk is quick: syncs are inline again");
}

static int sync_inline(struct syncer *syncer, const struct sync_job *job)
{
    int64_t began_us = clock_monotonic_us();
    int reason = (job->is_data ? fdatasync(job->fd) : fsync(job->fd)) == 0 ? 0 : errno;
    note(syncer, job, clock_monotonic_us() - began_us);
    return reason;
}

static void send_next(struct syncer *syncer);

/* What it does may ask for the next one. */
static void settle(struct syncer *syncer, int reason)
{
    struct sync_job *job = syncer->asked;
    syncer->is_in_flight = false;
    syncer->asked = NULL;
    (void)event_del(syncer->look);
    if (job != NULL) {
        job->is_asked = false;
        job->done(job->arg, reason);
    }
    send_next(syncer);
}

static void fail(struct syncer *syncer, const char *why)
{
    tell(syncer, LOG_WARNING, why);
    end_process(syncer);
    if (syncer->is_in_flight)
        settle(syncer, EIO);
}

/* Asked or failed, nothing else: a sync that has perhaps been asked is never done inline. */
static void ask(struct syncer *syncer, struct sync_job *job)
{
    syncer->asked = job;
    syncer->is_in_flight = true;
    syncer->sent =
        (struct sync_request){.number = syncer->sent.number + 1, .is_data = job->is_data};
    if (sync_link_ask(syncer->process.socket, &syncer->sent, job->fd) != 0)
        end_process(syncer); /* which is heard in the next turn */
    timer_arm(syncer->look, syncer->process.pid == 0 ? 0 : LOOK_MS);
}

static void send_next(struct syncer *syncer)
{
    struct sync_job *job = STAILQ_FIRST(&syncer->waiting);
    if (syncer->is_in_flight || job == NULL)
        return;
    STAILQ_REMOVE_HEAD(&syncer->waiting, others);
    int fd = job->fd; /* our own */
    if (has_process(syncer)) {
        ask(syncer, job);
        (void)close(fd);
        return;
    }
    syncer->asked = job;
    int reason = sync_inline(syncer, job);
    (void)close(fd);
    settle(syncer, reason);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct syncer *syncer = arg;
    struct sync_answer answer;
    enum sync_link_heard heard = sync_link_hear(syncer->process.socket, &answer);
    if (heard == SYNC_LINK_NOTHING)
        return;
    if (heard == SYNC_LINK_BROKEN)
        fail(syncer, "the sync worker is gone, and is started again");
    else if (!syncer->is_in_flight || answer.number != syncer->sent.number)
        fail(syncer, "the sync worker answers what was not asked, and is started again");
    else {
        note(syncer, syncer->asked, (int64_t)answer.took_us);
        settle(syncer, answer.reason);
    }
}

/* A disk that takes long is waited for, as it would be inline. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct syncer *syncer = arg;
    if (syncer->process.pid == 0)
        fail(syncer, "the sync worker can't be asked, and is started again");
    else if (sync_process_is_stopped(&syncer->process))
        fail(syncer, "the sync worker was stopped, and is started again");
    else
        timer_arm(syncer->look, LOOK_MS);
}

/*
 * While the disk is quick an answer is waited for, as an inline sync would be: in so little time
 * the loop gets nowhere, and the requests that come meanwhile make one large group. Returns the
 * reason, or SYNC_ASKED when the loop has to wait for it.
 */
static int hear_soon(struct syncer *syncer, struct sync_job *job)
{
    struct pollfd answers = {.fd = syncer->process.socket, .events = POLLIN};
    const struct timespec wait = {.tv_nsec = WAIT_NS};
    struct sync_answer answer;
    if (syncer->process.pid == 0 || ppoll(&answers, 1, &wait, NULL) != 1)
        return SYNC_ASKED;
    if (sync_link_hear(answers.fd, &answer) != SYNC_LINK_ANSWER ||
        answer.number != syncer->sent.number) {
        end_process(syncer);
        timer_arm(syncer->look, 0);
        return SYNC_ASKED;
    }
    note(syncer, job, (int64_t)answer.took_us);
    syncer->is_in_flight = job->is_asked = false;
    syncer->asked = NULL;
    (void)event_del(syncer->look);
    return answer.reason;
}

/* With a descriptor of its own: the file may be closed meanwhile, and its number be another's. */
static bool wait_in_line(struct syncer *syncer, struct sync_job *job)
{
    job->fd = fcntl(job->fd, F_DUPFD_CLOEXEC, 0);
    job->is_asked = job->fd >= 0;
    if (!job->is_asked)
        return false;
    if (job->is_urgent)
        STAILQ_INSERT_HEAD(&syncer->waiting, job, others);
    else
        STAILQ_INSERT_TAIL(&syncer->waiting, job, others);
    return true;
}

int syncer_sync(struct syncer *syncer, struct sync_job *job)
{
    bool may_be_inline = job->is_urgent && !syncer->way.is_apart;
    if (!syncer->is_in_flight && (may_be_inline || !has_process(syncer)))
        return sync_inline(syncer, job);
    if (syncer->is_in_flight)
        return wait_in_line(syncer, job) ? SYNC_ASKED : errno;
    job->is_asked = true;
    ask(syncer, job);
    return job->is_urgent && syncer->way.quick > 0 ? hear_soon(syncer, job) : SYNC_ASKED;
}

void syncer_look(struct syncer *syncer)
{
    char byte;
    if (syncer->is_in_flight &&
        recv(syncer->process.socket, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) > 0)
        event_active(syncer->answers, EV_READ, 0);
}

void syncer_forget(struct syncer *syncer, struct sync_job *job)
{
    if (!job->is_asked)
        return;
    job->is_asked = false;
    if (syncer->asked == job)
        syncer->asked = NULL;
    else {
        STAILQ_REMOVE(&syncer->waiting, job, sync_job, others);
        (void)close(job->fd);
    }
}

static double read_in_flight(void *arg)
{
    return ((const struct syncer *)arg)->is_in_flight;
}

struct syncer *syncer_new(struct event_base *base, struct metrics *metrics, struct log *log)
{
    struct syncer *syncer = memory_zeroed(sizeof *syncer);
    syncer->base = base;
    syncer->log = log;
    syncer->process.socket = -1;
    STAILQ_INIT(&syncer->waiting);
    syncer->look = memory_required(event_new(base, -1, 0, on_look, syncer));
    syncer->child_signal = memory_required(evsignal_new(base, SIGCHLD, on_child_signal, syncer));
    metrics_gauge(metrics, "adtracker_syncs_in_flight",
                  "Syncs that the sync worker does just now: 0 or 1.", "", read_in_flight, syncer);
    return syncer;
}

void syncer_start(struct syncer *syncer)
{
    syncer->is_started = true;
    (void)event_add(syncer->child_signal, NULL);
    (void)has_process(syncer);
}

void syncer_free(struct syncer *syncer)
{
    if (syncer == NULL)
        return;
    end_process(syncer);
    event_free(syncer->look);
    event_free(syncer->child_signal);
    free(syncer);
}
