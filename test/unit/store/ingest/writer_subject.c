/* A writer under test. */
#include "test/unit/store/ingest/writer_subject.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include <check.h>
#include <event2/event.h>

#include "store/ingest/event_queue.h"
#include "store/ingest/session.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/database/fake_migration.h"
#include "test/unit/store/ingest/log_file.h"

/* Among the parameters of ingest_batch(). */
enum { SEQUENCE_AT = 7, REASON_AT = 32 };

/* Shorter than there are kinds. */
static const char zeros[] = "{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}";

static bool may_claim(void *arg, const uint8_t *owner)
{
    (void)arg;
    return owner == NULL;
}

static bool find_nonce(void *arg, uint32_t run, uint8_t nonce[static UUID_BYTES])
{
    (void)arg;
    (void)run;
    memset(nonce, 0, UUID_BYTES);
    return true;
}

static void on_claimed(void *arg)
{
    ((struct writer_subject *)arg)->claimed++;
}

static void on_stored(void *arg, unsigned lane, uint64_t sequence)
{
    struct writer_subject *subject = arg;
    ck_assert_uint_eq(lane, 0);
    event_queue_drop(subject->queue, sequence);
}

static void on_waiting(void *arg, unsigned times)
{
    ((struct writer_subject *)arg)->waiting = times;
}

static struct event_queue *find_queue(void *arg, unsigned lane)
{
    ck_assert_uint_eq(lane, 0);
    return ((struct writer_subject *)arg)->queue;
}

void writer_subject_open(struct writer_subject *subject)
{
    static const struct ingest_settings settings = {
        .journal = "journal",
        .nonce = "nonce",
        .lineage = {.may_claim = may_claim, .find_nonce = find_nonce}};
    const struct writer_listener listener = {
        .claimed = on_claimed, .stored = on_stored, .waiting = on_waiting, .arg = subject};
    const struct writer_source source = {.queue = find_queue, .arg = subject};
    fake_conn_reset();
    fake_migration_reset();
    *subject = (struct writer_subject){.base = event_base_new(), .queue = event_queue_new()};
    subject->writer = writer_new(subject->base, NULL, &settings, source, listener,
                                 rendering_set_up(), log_file_open());
    writer_start(subject->writer);
}

void writer_subject_close(struct writer_subject *subject)
{
    writer_stop(subject->writer);
    writer_free(subject->writer);
    event_queue_free(subject->queue);
    event_base_free(subject->base);
    rendering_tear_down();
    log_file_close();
}

void writer_push(struct writer_subject *subject, uint32_t count)
{
    const struct event event = {.ad_id = 1, .quantity = 1, .id = "a", .id_bytes = 1};
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    size_t packed_bytes = event_pack(&event, packed);
    for (uint32_t i = 0; i < count; i++)
        event_queue_push(subject->queue, ++subject->pushed, packed, packed_bytes);
    writer_wake(subject->writer);
}

void writer_answer_claim(struct writer_subject *subject)
{
    char cursor[24];
    const char *const row[] = {cursor, zeros, zeros, zeros, subject->is_lock_anothers ? "f" : "t",
                               "on",   "42",  "1",   "f",   NULL};
    (void)snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)subject->stored);
    ck_assert_ptr_nonnull(fake_conn_query()->sql);
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, "claim_journal"));
    fake_conn_answer(row);
}

void writer_open_session(struct writer_subject *subject)
{
    static const char *const no_row[] = {NULL};
    fake_migration_finish(RESULT_OK, NULL);
    fake_conn_answer(no_row); /* maintain */
    fake_conn_answer(no_row); /* prepare */
    fake_conn_answer(no_row); /* look */
    writer_answer_claim(subject);
}

void writer_come_up(struct writer_subject *subject)
{
    fake_conn_come_up();
    writer_open_session(subject);
}

/* The rows are in the header of each of the arrays. */
static uint32_t rows_in_flight(void)
{
    uint32_t rows;
    memcpy(&rows, fake_conn_query()->values[SEQUENCE_AT] + 12, sizeof rows);
    return be32toh(rows);
}

/* An array's header, then the first element's length and bytes. */
uint64_t writer_first_in_flight(void)
{
    uint64_t sequence;
    memcpy(&sequence, fake_conn_query()->values[SEQUENCE_AT] + 20 + 4, sizeof sequence);
    return be64toh(sequence);
}

bool writer_is_sending(uint32_t rows, const char *reject_reason)
{
    const struct fake_query *query = fake_conn_query();
    if (query->sql == NULL || strcmp(query->sql, "ingest") != 0)
        return false;
    ck_assert_pstr_eq(query->values[REASON_AT], reject_reason);
    ck_assert_uint_eq(rows_in_flight(), rows);
    return true;
}

void writer_commit(struct writer_subject *subject)
{
    char cursor[24];
    const char *const row[] = {cursor, zeros, zeros, zeros, NULL};
    subject->stored += rows_in_flight();
    (void)snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)subject->stored);
    fake_conn_answer(row);
}

struct search {
    short is_persistent; /* EV_PERSIST: the timer that looks for upkeep */
    struct event *found;
};

static int look_at(const struct event_base *base, const struct event *event, void *arg)
{
    (void)base;
    struct search *search = arg;
    const union {
        const struct event *seen;
        struct event *own;
    } same = {.seen = event}; /* it is not const: the writer has made it */
    if ((event_get_events(event) & EV_PERSIST) == search->is_persistent &&
        event_pending(event, EV_TIMEOUT, NULL) != 0)
        search->found = same.own;
    return 0;
}

/* NULL = not armed. */
static struct event *find_timer(struct writer_subject *subject, short is_persistent)
{
    struct search search = {.is_persistent = is_persistent};
    (void)event_base_foreach_event(subject->base, look_at, &search);
    return search.found;
}

bool writer_is_timer_armed(struct writer_subject *subject)
{
    return find_timer(subject, 0) != NULL;
}

enum { COARSE_MS = 50 }; /* between libevent's clock and the other */

static int left_ms(const struct event *timer)
{
    struct timeval at;
    struct timeval now;
    ck_assert_int_ne(event_pending(timer, EV_TIMEOUT, &at), 0);
    evutil_gettimeofday(&now, NULL);
    return (int)((at.tv_sec - now.tv_sec) * 1000) + (int)((at.tv_usec - now.tv_usec) / 1000);
}

static int look_for_work(const struct event_base *base, const struct event *event, void *arg)
{
    (void)base;
    bool *has_work = arg;
    if ((event_get_events(event) & EV_PERSIST) == 0)
        *has_work = *has_work || left_ms(event) <= COARSE_MS;
    return 0;
}

bool writer_has_work(struct writer_subject *subject)
{
    bool has_work = false;
    (void)event_base_foreach_event(subject->base, look_for_work, &has_work);
    return has_work;
}

void writer_turn(struct writer_subject *subject)
{
    (void)event_base_loop(subject->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

void writer_assert_timer(struct writer_subject *subject, int wait_ms)
{
    enum { SLOW_MS = 1000 }; /* what the machine may have lost meanwhile */
    struct event *timer = find_timer(subject, 0);
    ck_assert_ptr_nonnull(timer);
    int wait_left_ms = left_ms(timer);
    ck_assert_int_le(wait_left_ms, wait_ms + COARSE_MS);
    ck_assert_int_gt(wait_left_ms, wait_ms - SLOW_MS);
}

static void run(struct writer_subject *subject, struct event *timer)
{
    ck_assert_ptr_nonnull(timer);
    event_active(timer, EV_TIMEOUT, 0);
    (void)event_base_loop(subject->base, EVLOOP_NONBLOCK);
}

void writer_run_timer(struct writer_subject *subject)
{
    run(subject, find_timer(subject, 0));
}

void writer_run_upkeep_timer(struct writer_subject *subject)
{
    run(subject, find_timer(subject, EV_PERSIST));
}

void writer_assert_gauges(bool is_up, bool is_held)
{
    ck_assert_ptr_nonnull(strstr(render(), is_up ? "adtracker_db_up 1\n" : "adtracker_db_up 0\n"));
    ck_assert_ptr_nonnull(
        strstr(render(), is_held ? "adtracker_ingest_held 1\n" : "adtracker_ingest_held 0\n"));
}
