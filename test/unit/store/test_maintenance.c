/* The turns of the database's maintenance, over a connection that is the test's. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/metrics.h"
#include "store/maintenance.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static const char *const more[] = {"t", NULL};
static const char *const enough[] = {"f", NULL};
static const char *const silent[] = {"f", "2", "7,9", NULL};
static const char *const state[] = {"f",          "1234.5", "678", "1700000000",
                                    "1710000000", "2",      "1",   NULL};
static const char *const state_of_two_lanes[] = {"f", "0", "0", "0", "0", "0", "2", NULL};

/* In turn. */
static const char *const calls[] = {"close_minutes($1::smallint, now())",
                                    "roll_up($1::smallint)",
                                    "fold_late($1::smallint)",
                                    "bring_over()",
                                    "maintain(now(), $1::integer)",
                                    "expire_addresses($1::smallint, $2::integer)",
                                    "summarize_events()",
                                    "pg_current_xact_id()",
                                    "note_rest($1::uuid, $2::bigint)",
                                    "silent_ads()",
                                    "maintenance_report($1::uuid)"};
enum {
    CALLS = sizeof calls / sizeof calls[0],
    ROLL_UP = 1,
    FOLD = 2,
    MAINTAIN = 4,
    ADDRESSES = 5,
    REST = CALLS - 3,
    SILENT = CALLS - 2,
    STATE = CALLS - 1
};

static const char journal[] = "0193e3a0-0000-7000-8000-000000000000";

static struct event_base *base;
static struct maintenance *maintenance;
static struct metrics *metrics;

static uint64_t waiting;

static uint64_t read_waiting(void *arg)
{
    return *(const uint64_t *)arg;
}

static void set_up(void)
{
    fake_conn_reset();
    base = event_base_new();
    metrics = rendering_set_up();
    waiting = 0;
    const struct maintenance_settings settings = {.journal = journal,
                                                  .waiting = read_waiting,
                                                  .arg = &waiting,
                                                  .retention_days = 90,
                                                  .address_days = 30};
    maintenance = maintenance_new(base, NULL, &settings, metrics, log_file_open());
    maintenance_start(maintenance);
}

static void tear_down(void)
{
    maintenance_free(maintenance);
    event_base_free(base);
    rendering_tear_down();
    log_file_close();
}

static void assert_called(int call)
{
    ck_assert_ptr_nonnull(fake_conn_query()->sql);
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, calls[call]));
}

/* What a call answers when there is nothing more to do. */
static const char *const *last_of(int call)
{
    if (call == STATE)
        return state;
    return call == SILENT ? silent : enough;
}

static void answer_all(void)
{
    for (int i = 0; i < CALLS; i++) {
        assert_called(i);
        fake_conn_answer(last_of(i));
    }
}

static double lag(void)
{
    static const char name[] = "\nadtracker_rollup_lag_seconds ";
    const char *at = strstr(render(), name);
    ck_assert_ptr_nonnull(at);
    return strtod(at + sizeof name - 1, NULL);
}

START_TEST(does_all_there_is_to_do_in_turn)
{
    ck_assert_ptr_null(fake_conn_query()->sql);
    fake_conn_come_up();
    answer_all();
    ck_assert_ptr_null(fake_conn_query()->sql);
    ck_assert_double_ge(lag(), 1234.5);
    ck_assert_double_lt(lag(), 1334.5);
    ck_assert_ptr_nonnull(strstr(render(), "adtracker_late_count_rows 678\n"));
    ck_assert_ptr_nonnull(strstr(render(), "adtracker_events_from_timestamp_seconds 1700000000\n"));
    ck_assert_ptr_nonnull(
        strstr(render(), "adtracker_addresses_from_timestamp_seconds 1710000000\n"));
}
END_TEST

START_TEST(tells_how_long_events_and_addresses_are_kept)
{
    fake_conn_come_up();
    for (int i = 0; i < CALLS; i++) {
        ck_assert_int_eq(fake_conn_query()->parameter_count,
                         i == REST || i == ADDRESSES ? 2
                                                     : i <= FOLD || i == MAINTAIN || i == STATE);
        if (i == MAINTAIN)
            ck_assert_str_eq(fake_conn_query()->values[0], "90");
        if (i == ADDRESSES) {
            ck_assert_str_eq(fake_conn_query()->values[0], "0");
            ck_assert_str_eq(fake_conn_query()->values[1], "30");
        }
        fake_conn_answer(last_of(i));
    }
}
END_TEST

static const struct {
    uint64_t waiting;
    const char *text;
} RESTS[] = {{0, "0"}, {12, "12"}, {UINT64_MAX, "9223372036854775807"}};

START_TEST(tells_how_many_events_wait)
{
    waiting = RESTS[_i].waiting;
    fake_conn_come_up();
    for (int i = 0; i < REST; i++)
        fake_conn_answer(last_of(i));
    assert_called(REST);
    ck_assert_str_eq(fake_conn_query()->values[0], journal);
    ck_assert_str_eq(fake_conn_query()->values[1], RESTS[_i].text);
}
END_TEST

/* With this one, which counts whether it has stored something or not. */
START_TEST(tells_of_the_servers_there_are)
{
    struct maintenance_news news = maintenance_tell(maintenance);
    ck_assert(!news.is_connected);
    ck_assert_int_eq(news.told_us, 0);
    ck_assert_uint_eq(news.instances, 1);
    fake_conn_come_up();
    answer_all();
    news = maintenance_tell(maintenance);
    ck_assert(news.is_connected);
    ck_assert_int_gt(news.told_us, 0);
    ck_assert_uint_eq(news.instances, 3);
    fake_conn_go_down();
    ck_assert(!maintenance_tell(maintenance).is_connected);
}
END_TEST

/* Those that have more go on, but none keeps the others waiting. */
START_TEST(goes_on_in_turns_while_there_is_more)
{
    fake_conn_come_up();
    for (int i = 0; i < CALLS; i++) {
        assert_called(i);
        fake_conn_answer(i == 1 || i == 3 ? more : last_of(i));
    }
    for (int i = 0; i < 3; i++) {
        assert_called(1);
        fake_conn_answer(i == 2 ? enough : more);
        assert_called(3);
        fake_conn_answer(i == 2 ? enough : more);
    }
    ck_assert_ptr_null(fake_conn_query()->sql);
}
END_TEST

/* One after another at once; one whose node is down is no reason to leave the server. */
START_TEST(goes_through_the_lanes)
{
    fake_conn_come_up();
    for (int i = 0; i < CALLS; i++) {
        assert_called(i);
        fake_conn_answer(i == ROLL_UP ? more : i == STATE ? state_of_two_lanes : last_of(i));
    }
    assert_called(ROLL_UP);
    ck_assert_str_eq(fake_conn_query()->values[0], "0");
    fake_conn_refuse("08006");
    assert_called(ROLL_UP);
    ck_assert_str_eq(fake_conn_query()->values[0], "1");
    fake_conn_answer(more);
    assert_called(ROLL_UP);
    ck_assert_str_eq(fake_conn_query()->values[0], "1");
    fake_conn_answer(enough);
    ck_assert_ptr_null(fake_conn_query()->sql);
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 0);
    ck_assert_uint_eq(log_file_count("maintenance: roll_up failed sqlstate=08006"), 1);
}
END_TEST

/* What fails waits, and the others go on. */
START_TEST(puts_off_what_fails)
{
    fake_conn_come_up();
    assert_called(0);
    fake_conn_refuse("55P03");
    for (int i = 1; i < CALLS; i++) {
        assert_called(i);
        fake_conn_answer(last_of(i));
    }
    ck_assert_ptr_null(fake_conn_query()->sql);
    ck_assert_uint_eq(log_file_count("maintenance: close_minutes failed sqlstate=55P03"), 1);
    ck_assert_uint_eq(metrics_counter(metrics, "adtracker_maintenance_failures_total", "",
                                      "call=\"close_minutes\"")
                          ->value,
                      1);
    ck_assert_uint_eq(fake_conn_counts()->failures, 1);
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 0);
}
END_TEST

/* Each is told once, also where all fail alike. */
START_TEST(tells_of_each_that_fails)
{
    fake_conn_come_up();
    for (int i = 0; i < CALLS; i++) {
        assert_called(i);
        fake_conn_refuse("53100");
    }
    ck_assert_uint_eq(log_file_count("maintenance: "), CALLS);
    ck_assert_uint_eq(log_file_count("maintenance: roll_up failed sqlstate=53100"), 1);
}
END_TEST

/* A connection that can't be had is no reason to tell the lag of yesterday. */
START_TEST(lag_grows_while_nobody_tells)
{
    double before = lag();
    (void)usleep(20000);
    ck_assert_double_ge(lag(), before + 0.02);
    fake_conn_come_up();
    answer_all();
    fake_conn_go_down();
    before = lag();
    ck_assert_double_ge(before, 1234.5);
    (void)usleep(20000);
    ck_assert_double_ge(lag(), before + 0.02);
}
END_TEST

START_TEST(leaves_a_server_that_is_of_no_use)
{
    fake_conn_come_up();
    fake_conn_refuse("25006");
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 1);
    ck_assert_uint_eq(log_file_count("maintenance:"), 0);
    ck_assert_ptr_null(fake_conn_query()->sql);
}
END_TEST

START_TEST(what_was_lost_is_done_again)
{
    fake_conn_come_up();
    fake_conn_answer(enough);
    assert_called(1);
    fake_conn_go_down();
    fake_conn_come_up();
    for (int i = 2; i < CALLS; i++) {
        assert_called(i);
        fake_conn_answer(last_of(i));
    }
    assert_called(1);
    fake_conn_answer(enough);
    ck_assert_ptr_null(fake_conn_query()->sql);
}
END_TEST

Suite *maintenance_suite(void)
{
    Suite *suite = suite_create("maintenance");
    TCase *tcase = tcase_create("maintenance");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, does_all_there_is_to_do_in_turn);
    tcase_add_test(tcase, tells_how_long_events_and_addresses_are_kept);
    tcase_add_loop_test(tcase, tells_how_many_events_wait, 0, 3);
    tcase_add_test(tcase, tells_of_the_servers_there_are);
    tcase_add_test(tcase, goes_on_in_turns_while_there_is_more);
    tcase_add_test(tcase, goes_through_the_lanes);
    tcase_add_test(tcase, puts_off_what_fails);
    tcase_add_test(tcase, tells_of_each_that_fails);
    tcase_add_test(tcase, lag_grows_while_nobody_tells);
    tcase_add_test(tcase, leaves_a_server_that_is_of_no_use);
    tcase_add_test(tcase, what_was_lost_is_done_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
