/* Syncs through the worker, a real one, and what becomes of those that it does not answer. */
#include "store/disk/syncer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "test/unit/store/disk/worker_found.h"
#include "test/unit/suites.h"

enum { JOBS = 3, WAIT_MAX_US = 20000000 };

static struct event_base *base;
static struct metrics *metrics;
static struct log *syncer_log;
static struct syncer *syncer;
static int file;
static struct sync_job jobs[JOBS];
static int reasons[JOBS];
static unsigned order[JOBS]; /* in which they were done, from 1; 0 = not yet */
static unsigned done;

static void on_done(void *arg, int reason)
{
    size_t i = (size_t)((struct sync_job *)arg - jobs);
    reasons[i] = reason;
    ck_assert_uint_eq(order[i], 0);
    order[i] = ++done;
}

static void set_up(void)
{
    char path[] = "/tmp/adtracker-syncer-XXXXXX";
    base = event_base_new();
    metrics = metrics_new();
    syncer_log = log_new(LOG_ERROR, STDERR_FILENO);
    syncer = syncer_new(base, metrics, syncer_log);
    file = mkostemp(path, O_CLOEXEC);
    ck_assert_int_ge(file, 0);
    (void)unlink(path);
    for (size_t i = 0; i < JOBS; i++) {
        jobs[i] = (struct sync_job){.fd = file, .done = on_done, .arg = &jobs[i]};
        order[i] = 0;
    }
    done = 0;
}

static void tear_down(void)
{
    syncer_free(syncer);
    log_free(syncer_log);
    metrics_free(metrics);
    event_base_free(base);
    (void)close(file);
}

static void run_until_done(unsigned count)
{
    int64_t end_us = clock_monotonic_us() + WAIT_MAX_US;
    while (done < count && clock_monotonic_us() < end_us)
        (void)event_base_loop(base, EVLOOP_ONCE);
    ck_assert_uint_eq(done, count);
}

static pid_t start(void)
{
    syncer_start(syncer);
    pid_t worker = worker_find();
    ck_assert_int_gt(worker, 0);
    return worker;
}

static void ask(size_t i)
{
    ck_assert_int_eq(syncer_sync(syncer, &jobs[i]), SYNC_ASKED);
}

static void wait_for_end(pid_t worker)
{
    int64_t end_us = clock_monotonic_us() + WAIT_MAX_US;
    char state;
    do
        state = worker_state(worker);
    while (state != 'Z' && state != '\0' && clock_monotonic_us() < end_us);
    ck_assert(state == 'Z' || state == '\0');
}

START_TEST(before_the_start_all_is_inline)
{
    ck_assert_int_eq(syncer_sync(syncer, &jobs[0]), 0);
    jobs[0].fd = -1;
    ck_assert_int_eq(syncer_sync(syncer, &jobs[0]), EBADF);
    ck_assert_int_eq(worker_find(), 0);
    ck_assert_uint_eq(done, 0);
}
END_TEST

START_TEST(then_what_is_not_urgent_is_asked)
{
    start();
    ask(0);
    ck_assert_uint_eq(done, 0);
    run_until_done(1);
    ck_assert_int_eq(reasons[0], 0);
}
END_TEST

START_TEST(what_is_urgent_is_inline_but_behind_what_is_in_flight)
{
    start();
    jobs[1].is_urgent = jobs[1].is_data = true;
    ck_assert_int_eq(syncer_sync(syncer, &jobs[1]), 0);
    ask(0);
    ask(2);
    ask(1);
    run_until_done(3);
    ck_assert_uint_eq(order[0], 1);
    ck_assert_uint_eq(order[1], 2);
    ck_assert_uint_eq(order[2], 3);
}
END_TEST

START_TEST(its_failure_comes_back)
{
    int ends[2];
    start();
    ck_assert_int_eq(pipe(ends), 0);
    jobs[0].fd = ends[0];
    ask(0);
    run_until_done(1);
    ck_assert_int_eq(reasons[0], EINVAL);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(a_file_that_is_closed_meanwhile_is_synced_all_the_same)
{
    start();
    ask(0);
    ask(1);                                           /* behind it */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC); /* which can't be synced */
    ck_assert_int_eq(dup3(null, file, O_CLOEXEC), file);
    run_until_done(2);
    (void)close(null);
    ck_assert_int_eq(reasons[1], 0);
}
END_TEST

START_TEST(a_worker_that_was_killed_has_failed_and_is_replaced)
{
    pid_t before = start();
    (void)kill(before, SIGSTOP);
    ask(0);
    ask(1);
    (void)kill(before, SIGKILL);
    run_until_done(2);
    ck_assert_int_eq(reasons[0], EIO);
    ck_assert_int_eq(reasons[1], 0);
    ck_assert_int_ne(worker_find(), before);
}
END_TEST

START_TEST(a_worker_that_is_stopped_is_killed)
{
    pid_t before = start();
    (void)kill(before, SIGSTOP);
    ask(0);
    run_until_done(1);
    ck_assert_int_eq(reasons[0], EIO);
    wait_for_end(before);
    ask(1);
    run_until_done(2);
    ck_assert_int_eq(reasons[1], 0);
}
END_TEST

START_TEST(what_is_forgotten_is_not_told)
{
    start();
    ask(0);
    ask(1);
    ask(2);
    syncer_forget(syncer, &jobs[0]);
    syncer_forget(syncer, &jobs[1]);
    run_until_done(1);
    ck_assert_uint_eq(order[2], 1);
}
END_TEST

START_TEST(the_worker_has_nothing_of_ours_and_outlives_signals)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    pid_t worker = start();
    ask(0);
    run_until_done(1); /* it runs */
    ck_assert_uint_eq(worker_descriptors(worker), 4);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)kill(worker, signals[i]);
    ask(1);
    run_until_done(2);
    ck_assert_int_eq(reasons[1], 0);
    ck_assert_int_eq(worker_find(), worker);
}
END_TEST

START_TEST(it_ends_with_us)
{
    pid_t worker = start();
    syncer_free(syncer);
    syncer = NULL;
    wait_for_end(worker);
}
END_TEST

Suite *syncer_suite(void)
{
    Suite *suite = suite_create("syncer");
    TCase *tests = tcase_create("syncer");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, before_the_start_all_is_inline);
    tcase_add_test(tests, then_what_is_not_urgent_is_asked);
    tcase_add_test(tests, what_is_urgent_is_inline_but_behind_what_is_in_flight);
    tcase_add_test(tests, its_failure_comes_back);
    tcase_add_test(tests, a_file_that_is_closed_meanwhile_is_synced_all_the_same);
    tcase_add_test(tests, a_worker_that_was_killed_has_failed_and_is_replaced);
    tcase_add_test(tests, a_worker_that_is_stopped_is_killed);
    tcase_add_test(tests, what_is_forgotten_is_not_told);
    tcase_add_test(tests, the_worker_has_nothing_of_ours_and_outlives_signals);
    tcase_add_test(tests, it_ends_with_us);
    suite_add_tcase(suite, tests);
    return suite;
}
