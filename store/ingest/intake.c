/* Takes events in: journal first, then the answer, then the queue that the writer sends from. */
#include "store/ingest/intake.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "protocol/event_pack.h"
#include "protocol/memory.h"
#include "store/base/refusals.h"
#include "store/ingest/backlog.h"
#include "store/ingest/pace.h"
#include "store/journal/commit.h"
#include "store/journal/journal.h"

enum { LOOK_EVERY = 32 }; /* requests, whether the sync is over */

struct intake {
    struct journal *journal;
    struct backlog *backlog;
    intake_queued_fn queued;
    void *arg;
    struct event *commit_timer;
    struct event *next_commit; /* before all else that is ready */
    struct event *answers;
    struct waiters waiters;
    uint64_t durable; /* the highest sequence of a commit that became so; 0 = none */
    struct pace pace;
};

static void on_durable(void *arg, uint64_t sequence, const uint8_t *packed, size_t packed_bytes)
{
    struct intake *intake = arg;
    if (sequence > intake->durable)
        intake->durable = sequence;
    backlog_push(intake->backlog, sequence, packed, packed_bytes);
}

static void answer_waiters(struct intake *intake)
{
    backlog_count_replayed(intake->backlog, waiters_answer(&intake->waiters));
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct intake *intake = arg;
    answer_waiters(intake);
    intake->queued(intake->arg);
}

/* While another makes the syncs the next one begins before the answers go out. */
static void on_committed(void *arg)
{
    struct intake *intake = arg;
    if (intake->waiters.over.count > 0)
        answer_waiters(intake);
    pace_end(&intake->pace, intake->waiters.group.count, intake->waiters.next.count,
             clock_monotonic_us());
    waiters_end_group(&intake->waiters, intake->durable, journal_refusal(intake->journal));
    if (!intake->pace.is_apart) {
        answer_waiters(intake);
        intake->queued(intake->arg);
        return;
    }
    if (intake->waiters.next.count > 0)
        event_active(intake->next_commit, EV_TIMEOUT, 0);
    event_active(intake->answers, EV_TIMEOUT, 0);
}

static void on_commit(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct intake *intake = arg;
    int64_t now_us = clock_monotonic_us();
    if (!journal_can_commit(intake->journal))
        return; /* when that is over we are woken */
    int64_t wait_us = journal_is_synced(intake->journal)
                          ? pace_wait(&intake->pace, intake->waiters.next.count, now_us)
                          : 0;
    if (wait_us > 0) {
        timer_arm(intake->commit_timer, wait_us / 1000);
        return;
    }
    intake->durable = 0;
    pace_begin(&intake->pace, intake->waiters.next.count, now_us);
    waiters_begin_group(&intake->waiters);
    journal_commit(intake->journal);
    if (!journal_can_commit(intake->journal))
        pace_leave(&intake->pace);
}

/* Without a sync nothing waits: whoever is answered in the turn that read the request costs fewer
 * epoll_ctl() calls. */
static void expect_commit(struct intake *intake)
{
    if (intake->waiters.next.count > 0)
        return;
    pace_first(&intake->pace, clock_monotonic_us());
    if (!journal_can_commit(intake->journal))
        return;
    if (journal_is_synced(intake->journal))
        timer_arm(intake->commit_timer, 0);
    else
        event_active(intake->commit_timer, EV_TIMEOUT, 0);
}

static void append(struct intake *intake, const struct event *events, size_t count, bool is_client,
                   waiter_done_fn done, void *arg)
{
    uint64_t last = 0;
    expect_commit(intake);
    for (size_t i = 0; i < count; i++) {
        uint8_t packed[EVENT_PACKED_MAX_BYTES];
        size_t packed_bytes = event_pack(&events[i], packed);
        last = journal_append(intake->journal, packed, packed_bytes);
    }
    waiters_add(&intake->waiters, events, count, last, is_client, done, arg);
    if (!journal_can_commit(intake->journal)) {
        if (intake->waiters.next.count % LOOK_EVERY == 0)
            journal_look(intake->journal);
    } else if (pace_is_complete(&intake->pace, intake->waiters.next.count)) {
        event_active(intake->next_commit, EV_TIMEOUT, 0);
    }
    backlog_begin(intake->backlog, events[0].received_at_us);
}

static size_t journal_bytes(const struct event *events, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += journal_record_bytes(event_packed_bytes(&events[i]));
    return bytes;
}

bool intake_is_too_large(const struct intake *intake, const struct event *events, size_t count)
{
    return count > 1 && journal_is_too_large(intake->journal, journal_bytes(events, count));
}

/* A single one has room as long as the journal takes any. */
enum refusal intake_submit(struct intake *intake, const struct event *events, size_t count,
                           waiter_done_fn done, void *arg)
{
    if (journal_is_behind(intake->journal))
        return REFUSAL_DISK_SLOW;
    if (count > 1) {
        enum refusal refusal = journal_reserve(intake->journal, journal_bytes(events, count));
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    append(intake, events, count, true, done, arg);
    return REFUSAL_NONE;
}

void intake_submit_own(struct intake *intake, const struct event *event, waiter_done_fn done,
                       void *arg)
{
    append(intake, event, 1, false, done, arg);
}

static void append_again(void *arg, uint64_t sequence, const uint8_t *packed, size_t packed_bytes)
{
    const struct intake *intake = arg;
    journal_append_again(intake->journal, sequence, packed, packed_bytes);
}

/* The disk may have lost what it took after `after`: all of it that is queued is written again. */
static void on_rewrite(void *arg, uint64_t after)
{
    struct intake *intake = arg;
    backlog_each(intake->backlog, after, append_again, intake);
}

static void on_wake(void *arg)
{
    struct intake *intake = arg;
    timer_arm(intake->commit_timer, 0);
}

struct backlog *intake_backlog(struct intake *intake)
{
    return intake->backlog;
}

uint64_t intake_accepted(const struct intake *intake)
{
    return waiters_accepted(&intake->waiters);
}

bool intake_is_settled(const struct intake *intake)
{
    return waiters_is_empty(&intake->waiters);
}

struct intake *intake_new(struct event_base *base, struct journal *journal,
                          uint64_t queue_max_events, struct refusals *refusals,
                          struct metrics *metrics, struct log *log, intake_queued_fn queued,
                          void *arg)
{
    struct intake *intake = memory_zeroed(sizeof *intake);
    intake->journal = journal;
    intake->queued = queued;
    intake->arg = arg;
    intake->backlog = backlog_new(base, journal, queue_max_events, metrics, log, queued, arg);
    const struct journal_listener listener = {.durable = on_durable,
                                              .committed = on_committed,
                                              .wake = on_wake,
                                              .rewrite = on_rewrite,
                                              .arg = intake};
    journal_set_listener(journal, listener);
    intake->commit_timer = memory_required(event_new(base, -1, 0, on_commit, intake));
    intake->next_commit = memory_required(event_new(base, -1, 0, on_commit, intake));
    intake->answers = memory_required(event_new(base, -1, 0, on_answer, intake));
    (void)event_priority_set(intake->next_commit, 0);
    (void)event_priority_set(intake->answers, 0);
    waiters_init(&intake->waiters, refusals, metrics);
    return intake;
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    answer_waiters(intake);
    while (!waiters_is_empty(&intake->waiters)) {
        waiters_end_group(&intake->waiters, 0, journal_refusal(intake->journal));
        answer_waiters(intake);
        waiters_begin_group(&intake->waiters);
    }
    event_free(intake->commit_timer);
    event_free(intake->next_commit);
    event_free(intake->answers);
    waiters_clear(&intake->waiters);
    backlog_free(intake->backlog);
    free(intake);
}
