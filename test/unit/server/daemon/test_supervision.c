/* When the service manager is told what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/clock.h"
#include "server/daemon/supervision.h"
#include "test/unit/server/daemon/manager.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct event_base *base;
static struct supervision *supervision;
static const char *now; /* what the words are */

static void write_words(void *arg, char *words, size_t size)
{
    (void)snprintf(words, size, "%s", *(const char **)arg);
}

static void open_all(const char *watchdog_usec, const char *watchdog_pid)
{
    if (watchdog_usec != NULL)
        ck_assert_int_eq(setenv("WATCHDOG_USEC", watchdog_usec, 1), 0);
    if (watchdog_pid != NULL)
        ck_assert_int_eq(setenv("WATCHDOG_PID", watchdog_pid, 1), 0);
    manager_open(NULL);
    now = "accepts";
    base = event_base_new();
    supervision = supervision_new(base, log_file_open());
    ck_assert_str_eq(manager_hear(), "STATUS=reads the journal");
    ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
    ck_assert_ptr_null(getenv("WATCHDOG_PID"));
}

static void close_all(void)
{
    supervision_free(supervision);
    event_base_free(base);
    log_file_close();
    manager_close();
}

START_TEST(it_is_ready_once_the_loop_turns)
{
    open_all(NULL, NULL);
    supervision_start(supervision, write_words, &now);
    ck_assert_ptr_null(manager_hear());
    ck_assert_str_eq(manager_wait(base), "READY=1\nSTATUS=accepts");
    now = "refuses";
    ck_assert_str_eq(manager_wait(base), "STATUS=refuses");
    close_all();
}
END_TEST

START_TEST(what_has_not_changed_is_not_told_again)
{
    open_all("6000000", NULL); /* more than one look in between */
    supervision_start(supervision, write_words, &now);
    const char *text;
    unsigned beats = 0;
    ck_assert_str_eq(manager_wait(base), "READY=1\nSTATUS=accepts");
    while (beats < 2) {
        text = manager_wait(base);
        ck_assert_str_eq(text, "WATCHDOG=1");
        beats++;
    }
    close_all();
}
END_TEST

struct ticker {
    struct event *timer;
    unsigned ticks;
};

/* A fourth slower than half of what is asked for below. */
static void arm(const struct ticker *ticker)
{
    static const struct timeval slower = {0, 125000};
    (void)event_add(ticker->timer, &slower);
}

static void count(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ticker *ticker = arg;
    ticker->ticks++;
    arm(ticker); /* so it loses the same time on a busy machine as the watchdog's */
}

START_TEST(the_watchdog_hears_twice_as_often_as_it_has_to)
{
    char pid[24];
    struct ticker ticker = {0};
    unsigned beats = 0;
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    open_all("200000", _i == 0 ? NULL : pid);
    ticker.timer = event_new(base, -1, 0, count, &ticker);
    arm(&ticker);
    supervision_start(supervision, write_words, &now);
    while (ticker.ticks < 12) {
        (void)event_base_loop(base, EVLOOP_ONCE);
        for (const char *text; (text = manager_hear()) != NULL;)
            beats += strcmp(text, "WATCHDOG=1") == 0;
    }
    ck_assert_uint_gt(beats, ticker.ticks);
    ck_assert_uint_lt(beats, 2 * ticker.ticks);
    event_free(ticker.timer);
    close_all();
}
END_TEST

START_TEST(a_loop_that_stands_still_is_not_heard_of)
{
    open_all("2000", NULL);
    supervision_start(supervision, write_words, &now);
    (void)usleep(50000);
    ck_assert_ptr_null(manager_hear());
    ck_assert_ptr_nonnull(manager_wait(base));
    close_all();
}
END_TEST

/* One that is meant for another process, or that is no number. */
START_TEST(no_other_watchdog_is_told)
{
    static const char *const set[][2] = {{"2000", "1"}, {"0", NULL}, {"2s", NULL}, {"2000", "x"}};
    open_all(set[_i][0], set[_i][1]);
    supervision_start(supervision, write_words, &now);
    ck_assert_str_eq(manager_wait(base), "READY=1\nSTATUS=accepts");
    now = "later";
    ck_assert_str_eq(manager_wait(base), "STATUS=later");
    close_all();
}
END_TEST

START_TEST(reloading_and_stopping_are_told_at_once)
{
    unsigned long long before;
    char rest[8];
    open_all(NULL, NULL);
    supervision_begin_reload(supervision);
    ck_assert_int_eq(sscanf(manager_hear(), "RELOADING=1\nMONOTONIC_USEC=%llu%7s", &before, rest),
                     1);
    ck_assert_uint_le(before, (unsigned long long)clock_monotonic_us());
    ck_assert_uint_gt(before, (unsigned long long)clock_monotonic_us() - 60000000);
    supervision_end_reload(supervision);
    ck_assert_str_eq(manager_hear(), "READY=1");
    supervision_stop(supervision, 3610000);
    ck_assert_str_eq(manager_hear(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=3610000000\nSTATUS=stops");
    close_all();
}
END_TEST

Suite *supervision_suite(void)
{
    Suite *suite = suite_create("supervision");
    TCase *tcase = tcase_create("supervision");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, it_is_ready_once_the_loop_turns);
    tcase_add_test(tcase, what_has_not_changed_is_not_told_again);
    tcase_add_loop_test(tcase, the_watchdog_hears_twice_as_often_as_it_has_to, 0, 2);
    tcase_add_test(tcase, a_loop_that_stands_still_is_not_heard_of);
    tcase_add_loop_test(tcase, no_other_watchdog_is_told, 0, 4);
    tcase_add_test(tcase, reloading_and_stopping_are_told_at_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
