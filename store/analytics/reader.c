/* Answers analytics questions. */
#include "store/analytics/reader.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/analytics/fault.h"
#include "store/analytics/inquiry.h"
#include "store/analytics/session.h"

enum {
    QUESTIONS_WAITING_MAX = 100,
    DEADLINE_US = 5000000,
    RECONNECT_PATIENCE_US = 2000000, /* how long a question waits for a connection that it lost */
    TICK_MS = 20,
};

/* Who asked it. */
struct asker {
    SLIST_ENTRY(asker) entry;
    analytics_done_fn done;
    void *arg;
};

struct question {
    TAILQ_ENTRY(question) entry;
    struct inquiry *inquiry;        /* owned */
    struct reader_session *session; /* that runs it; NULL = it waits */
    int64_t deadline_us;            /* monotonic */
    unsigned attempts;
    int64_t not_before_us; /* the next one; monotonic */
    SLIST_HEAD(, asker) askers;
};

TAILQ_HEAD(question_list, question);

struct analytics_reader {
    struct analytics_reader_settings settings;
    struct log *log;
    struct reader_session *sessions[READER_CONNECTIONS_MAX];
    char names[READER_CONNECTIONS_MAX][16];
    struct question_list questions; /* in the order in which they were asked */
    unsigned waiting;               /* of them, that no session runs */
    struct event *tick;             /* looks for deadlines, while there are questions */
    bool has_answered;              /* any question, ever */
    struct news faults;
    struct counter *shared;
};

static bool is_up(const struct analytics_reader *reader)
{
    for (uint32_t i = 0; i < reader->settings.connections; i++) {
        if (reader_session_is_up(reader->sessions[i]))
            return true;
    }
    return false;
}

/* A database that has never answered is about to, or others tell why not. */
static void tell(struct analytics_reader *reader, enum analytics_fault fault, const char *reason)
{
    bool is_early =
        (fault == ANALYTICS_NO_SCHEMA || fault == ANALYTICS_UNREACHABLE) && !reader->has_answered;
    if (news_is(&reader->faults, reason, clock_monotonic_us()))
        log_write(reader->log, is_early ? LOG_INFO : LOG_WARNING, "store", "analytics failed: %s",
                  reason);
}

/* Off the list first: whoever is answered may ask again. */
static void answer(struct analytics_reader *reader, struct question *question, enum result result,
                   struct analytics_report *report, const char *reason)
{
    TAILQ_REMOVE(&reader->questions, question, entry);
    reader->waiting -= question->session == NULL;
    while (!SLIST_EMPTY(&question->askers)) {
        struct asker *asker = SLIST_FIRST(&question->askers);
        SLIST_REMOVE_HEAD(&question->askers, entry);
        asker->done(asker->arg, result, report == NULL ? NULL : analytics_report_share(report),
                    reason);
        free(asker);
    }
    analytics_report_release(report);
    inquiry_free(question->inquiry);
    free(question);
}

static void answer_fault(struct analytics_reader *reader, struct question *question,
                         enum analytics_fault fault, const char *details)
{
    const char *text = analytics_fault_text(fault);
    tell(reader, fault, details != NULL ? details : text);
    answer(reader, question, RESULT_UNAVAILABLE, NULL, text);
}

/* The first that may run at `now_us`. */
static struct question *next_waiting(const struct analytics_reader *reader, int64_t now_us)
{
    struct question *question;
    TAILQ_FOREACH(question, &reader->questions, entry)
    {
        if (question->session == NULL && question->not_before_us <= now_us)
            return question;
    }
    return NULL;
}

static void run_waiting(struct analytics_reader *reader)
{
    int64_t now_us = clock_monotonic_us();
    struct question *question;
    for (uint32_t i = 0; i < reader->settings.connections; i++) {
        struct reader_session *session = reader->sessions[i];
        if (!reader_session_is_idle(session) || (question = next_waiting(reader, now_us)) == NULL)
            continue;
        question->session = session;
        question->attempts++;
        reader->waiting--;
        reader->settings.listener.beginning(reader->settings.listener.arg);
        reader_session_run(session, question->inquiry, question->deadline_us);
    }
    if (!TAILQ_EMPTY(&reader->questions) && !event_pending(reader->tick, EV_TIMEOUT, NULL))
        timer_arm(reader->tick, TICK_MS);
}

static void on_idle(void *arg)
{
    run_waiting(arg);
}

/* Again, by whichever connection is the first to be there: a lost one may be back soon. What was in
 * the way may be so for a while: after the first time it is given time. */
static void try_again(struct analytics_reader *reader, struct question *question,
                      enum analytics_fault fault)
{
    int64_t now_us = clock_monotonic_us();
    int64_t patience_us = now_us + RECONNECT_PATIENCE_US;
    question->session = NULL;
    if (question->attempts > 1)
        question->not_before_us = now_us + TICK_MS * INT64_C(1000);
    reader->waiting++;
    if (fault == ANALYTICS_UNREACHABLE && patience_us < question->deadline_us)
        question->deadline_us = patience_us;
}

static struct question *question_of(const struct analytics_reader *reader,
                                    const struct inquiry *inquiry)
{
    struct question *question;
    TAILQ_FOREACH(question, &reader->questions, entry)
    {
        if (question->inquiry == inquiry)
            return question;
    }
    return NULL;
}

static void on_ended(void *arg, struct inquiry *inquiry, const struct reader_end *end)
{
    struct analytics_reader *reader = arg;
    struct question *question = question_of(reader, inquiry);
    if (end->report != NULL) {
        const struct analytics_reader_listener *listener = &reader->settings.listener;
        reader->has_answered = true;
        listener->complete(listener->arg, end->report, inquiry_stored_sequence(inquiry));
        answer(reader, question, RESULT_OK, end->report, NULL);
    } else if (end->refusal != NULL) {
        answer(reader, question, RESULT_MALFORMED, NULL, end->refusal);
    } else if (end->may_try_again && clock_monotonic_us() < question->deadline_us) {
        try_again(reader, question, end->fault);
        run_waiting(reader);
    } else {
        answer_fault(reader, question, end->fault, end->details);
    }
}

/* What a session runs has a deadline there. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct analytics_reader *reader = arg;
    int64_t now_us = clock_monotonic_us();
    struct question *next;
    for (struct question *question = TAILQ_FIRST(&reader->questions); question != NULL;
         question = next) {
        next = TAILQ_NEXT(question, entry);
        if (question->session == NULL && now_us >= question->deadline_us)
            answer_fault(reader, question, is_up(reader) ? ANALYTICS_SLOW : ANALYTICS_UNREACHABLE,
                         NULL);
    }
    run_waiting(reader);
}

static struct question *find_same(const struct analytics_reader *reader,
                                  const struct analytics_query *query)
{
    struct question *question;
    TAILQ_FOREACH(question, &reader->questions, entry)
    {
        const void *other = inquiry_query(question->inquiry);
        if (memcmp(other, (const void *)query, sizeof *query) == 0)
            return question;
    }
    return NULL;
}

static void add_asker(struct question *question, analytics_done_fn done, void *arg)
{
    struct asker *asker = memory_zeroed(sizeof *asker);
    *asker = (struct asker){.done = done, .arg = arg};
    SLIST_INSERT_HEAD(&question->askers, asker, entry);
}

static void add_question(struct analytics_reader *reader, struct inquiry *inquiry,
                         analytics_done_fn done, void *arg)
{
    struct question *question = memory_zeroed(sizeof *question);
    question->inquiry = inquiry;
    question->deadline_us = clock_monotonic_us() + DEADLINE_US;
    SLIST_INIT(&question->askers);
    add_asker(question, done, arg);
    TAILQ_INSERT_TAIL(&reader->questions, question, entry);
    reader->waiting++;
}

enum result analytics_reader_ask(struct analytics_reader *reader,
                                 const struct analytics_query *query, analytics_done_fn done,
                                 void *arg, struct error *error)
{
    struct question *same = find_same(reader, query);
    if (same != NULL) {
        add_asker(same, done, arg);
        counter_add(reader->shared, 1);
        return RESULT_OK;
    }
    if (!is_up(reader)) {
        const char *text = analytics_fault_text(ANALYTICS_UNREACHABLE);
        tell(reader, ANALYTICS_UNREACHABLE, text);
        return error_set(error, RESULT_UNAVAILABLE, "%s", text);
    }
    if (reader->waiting >= QUESTIONS_WAITING_MAX)
        return error_set(error, RESULT_BUSY, "too many questions are waiting");
    struct inquiry *inquiry = inquiry_new(query, error);
    if (inquiry == NULL)
        return RESULT_MALFORMED;
    add_question(reader, inquiry, done, arg);
    run_waiting(reader);
    return RESULT_OK;
}

static double read_waiting(void *arg)
{
    return ((const struct analytics_reader *)arg)->waiting;
}

struct analytics_reader *analytics_reader_new(struct event_base *base,
                                              const struct analytics_reader_settings *settings,
                                              struct metrics *metrics, struct log *log)
{
    struct analytics_reader *reader = memory_zeroed(sizeof *reader);
    assert(settings->connections > 0 && settings->connections <= READER_CONNECTIONS_MAX);
    reader->settings = *settings;
    reader->log = log;
    TAILQ_INIT(&reader->questions);
    reader->tick = memory_required(event_new(base, -1, 0, on_tick, reader));
    reader->shared =
        metrics_counter(metrics, "adtracker_analytics_shared_total",
                        "Questions that were answered by the query of another one.", "");
    metrics_gauge(metrics, "adtracker_analytics_waiting",
                  "Questions that wait for a connection to the database.", "", read_waiting,
                  reader);
    const struct reader_session_listener listener = {
        .idle = on_idle, .ended = on_ended, .arg = reader};
    for (uint32_t i = 0; i < settings->connections; i++) {
        (void)snprintf(reader->names[i], sizeof reader->names[i], i == 0 ? "reader" : "reader_%u",
                       i + 1);
        reader->sessions[i] = reader_session_new(base, settings->target, reader->names[i],
                                                 settings->journal, listener, metrics, log);
    }
    return reader;
}

static void answer_all(struct analytics_reader *reader)
{
    struct question *question;
    while ((question = next_waiting(reader, INT64_MAX)) != NULL)
        answer_fault(reader, question, ANALYTICS_UNREACHABLE, NULL);
}

void analytics_reader_free(struct analytics_reader *reader)
{
    if (reader == NULL)
        return;
    analytics_reader_stop(reader);
    for (uint32_t i = 0; i < reader->settings.connections; i++)
        reader_session_free(reader->sessions[i]);
    event_free(reader->tick);
    free(reader);
}

void analytics_reader_start(struct analytics_reader *reader)
{
    for (uint32_t i = 0; i < reader->settings.connections; i++)
        reader_session_start(reader->sessions[i]);
}

/* What runs comes back to wait, for which no connection is left. */
void analytics_reader_stop(struct analytics_reader *reader)
{
    for (uint32_t i = 0; i < reader->settings.connections; i++)
        reader_session_stop(reader->sessions[i]);
    answer_all(reader);
}
