/* What a submission is told at once, and what later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/store.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/suites.h"

static char directory[] = "/tmp/adt-store-XXXXXX";
static struct store_settings settings;
static struct event_base *base;
static struct metrics *metrics;
static struct log *store_log;
static struct store *store;
static unsigned answers;
static enum result answer;

/* Never connected: what it has of ads is unknown, so any will do. */
static void set_up(void)
{
    struct error error = {""};
    (void)strcpy(directory, "/tmp/adt-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    settings = (struct store_settings){
        .reader_connections = 1,
        .db_conn = "host=127.0.0.1",
        .queue_max_events = 100,
        .journal = {.directory = directory, .sync = JOURNAL_SYNC_OFF, .max_bytes = 1024 * 1024}};
    answers = 0;
    base = event_base_new();
    metrics = rendering_set_up();
    store_log = log_new(LOG_ERROR, STDERR_FILENO);
    store = store_new(base, &settings, metrics, store_log, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
}

static void tear_down(void)
{
    char command[64];
    store_free(store);
    log_free(store_log);
    rendering_tear_down();
    event_base_free(base);
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static void on_done(void *arg, enum result result)
{
    ck_assert_ptr_eq(arg, &answers);
    answers++;
    answer = result;
}

static void on_drained(void *arg, uint64_t left)
{
    *(uint64_t *)arg = left;
}

static const struct event events[3] = {
    {.ad_id = 1, .quantity = 1, .kind = EVENT_CLICK},
    {.ad_id = 2, .quantity = 1, .kind = EVENT_IMPRESSION},
    {.ad_id = 3, .quantity = 1, .kind = EVENT_CLICK},
};

START_TEST(submission_is_answered_once_from_the_loop)
{
    struct store_fault fault;
    ck_assert_int_eq(store_submit(store, events, 3, on_done, &answers, &fault), RESULT_OK);
    ck_assert_uint_eq(answers, 0);
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(answers, 1);
    ck_assert_int_eq(answer, RESULT_OK);
    ck_assert_uint_eq(store_pending_events(store), 3);
}
END_TEST

static void on_left(void *arg, uint64_t left)
{
    *(int64_t *)arg = (int64_t)left;
}

/* Once, when its grace time is over; until then whatever else the loop does. */
START_TEST(drain_waits_as_long_as_it_may)
{
    struct store_fault fault;
    int64_t left = -1;
    ck_assert_int_eq(store_submit(store, events, 3, on_done, &answers, &fault), RESULT_OK);
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    store_drain(store, 3600 * 1000, on_left, &left);
    for (int turn = 0; turn < 50; turn++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(left, -1);
    store_drain(store, 0, on_left, &left);
    (void)event_base_loop(base, EVLOOP_ONCE);
    ck_assert_int_eq(left, 3);
    left = -1;
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(left, -1);
}
END_TEST

static uint64_t counted(const char *kind)
{
    char labels[64];
    (void)metrics_label(labels, sizeof labels, "kind", kind);
    return metrics_counter(metrics, "adtracker_events_accepted_total", "", labels)->value;
}

/* A clean stop loses none of them, though their second is not over: they are in the journal. */
START_TEST(drain_brings_the_sums_into_the_journal)
{
    int64_t left = -1;
    for (int i = 0; i < 3000; i++)
        store_add(store, EVENT_FILL, 1 + i % 2500, "top", VERDICT_VALID, 0, 2);
    store_add(store, EVENT_REQUEST, 0, NULL, VERDICT_DECLARED_BOT, 0, UINT32_MAX);
    store_drain(store, 3600 * 1000, on_left, &left);
    for (int turn = 0; turn < 50; turn++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(counted("fill"), 6000);
    ck_assert_uint_eq(counted("request"), UINT32_MAX);
    ck_assert_ptr_nonnull(strstr(render(), "adtracker_events_lost_total{kind=\"fill\"} 0\n"));
    ck_assert_ptr_nonnull(strstr(render(), "adtracker_events_lost_total{kind=\"request\"} 0\n"));
}
END_TEST

/* Not from inside the call. */
START_TEST(drain_of_nothing_is_over_at_once)
{
    int64_t left = -1;
    store_drain(store, 3600 * 1000, on_left, &left);
    ck_assert_int_eq(left, -1);
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(left, 0);
}
END_TEST

START_TEST(refusal_comes_with_its_reason_and_counts_every_event)
{
    struct store_fault fault = {0};
    uint64_t left = 0;
    ck_assert_ptr_null(store_refusal(store));
    store_drain(store, 1000, on_drained, &left);
    ck_assert_int_eq(store_submit(store, events, 3, on_done, &answers, &fault), RESULT_BUSY);
    ck_assert_str_eq(fault.reason, "the server is shutting down");
    ck_assert_str_eq(store_refusal(store), fault.reason);
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(answers, 0);
    ck_assert_ptr_nonnull(
        strstr(render(), "adtracker_events_refused_total{reason=\"shutting_down\"} 3\n"));
}
END_TEST

Suite *store_suite(void)
{
    Suite *suite = suite_create("store");
    TCase *tcase = tcase_create("store");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, submission_is_answered_once_from_the_loop);
    tcase_add_test(tcase, drain_waits_as_long_as_it_may);
    tcase_add_test(tcase, drain_brings_the_sums_into_the_journal);
    tcase_add_test(tcase, drain_of_nothing_is_over_at_once);
    tcase_add_test(tcase, refusal_comes_with_its_reason_and_counts_every_event);
    suite_add_tcase(suite, tcase);
    return suite;
}
