/* What is answered, and told, when questions fail: without a database. */
#include <string.h>

#include <check.h>

#include "store/analytics.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct analytics_reader *reader;

static struct {
    unsigned totals;
    unsigned faults;
    const char *reason; /* of the last fault */
} answers;

static void set_up(void)
{
    memset(&answers, 0, sizeof answers);
    fake_conn_reset();
    reader = analytics_reader_new(NULL, NULL, NULL, log_file_open());
    fake_conn_come_up();
}

static void tear_down(void)
{
    analytics_reader_free(reader);
    log_file_close();
}

static void on_done(void *arg, enum result result, const struct analytics_totals *totals,
                    const char *reason)
{
    (void)arg;
    ck_assert_int_eq(result, totals != NULL ? RESULT_OK : RESULT_UNAVAILABLE);
    ck_assert((totals == NULL) == (reason != NULL));
    answers.totals += totals != NULL;
    answers.faults += totals == NULL;
    answers.reason = reason;
}

static void ask(void)
{
    static const struct analytics_window window = {.start_us = 1, .end_us = 2};
    const char *reason = NULL;
    ck_assert_int_eq(analytics_reader_ask(reader, &window, on_done, NULL, &reason), RESULT_OK);
}

static void answer_totals(void)
{
    static const char *const row[] = {"0", "7", "9", NULL};
    fake_conn_answer(row);
}

static const struct {
    const char *sqlstate;
    const char *words;
    bool is_suspect;  /* the session may be the cause */
    bool is_given_up; /* the connection */
} faults[] = {
    {"42883", "schema", true, false},           {"42P01", "schema", true, false},
    {"3F000", "schema", true, false},           {"42704", "schema", true, false},
    {"42703", "schema", true, false},           {"42501", "permission", true, false},
    {"57014", "too slow", false, false},        {"55P03", "too slow", false, false},
    {"57P01", "unreachable", false, true},      {"08006", "unreachable", false, true},
    {"25006", "unreachable", false, true},      {"XX000", "could not answer", true, false},
    {"0A000", "could not answer", true, false},
};

enum { FAULTS = sizeof faults / sizeof faults[0] };

START_TEST(says_what_is_wrong_and_logs_it_once)
{
    for (int i = 0; i < 3; i++) {
        ask();
        fake_conn_refuse(faults[_i].sqlstate);
        ck_assert_ptr_nonnull(strstr(answers.reason, faults[_i].words));
        ck_assert_ptr_nonnull(strstr(answers.reason, "database"));
        if (faults[_i].is_given_up)
            fake_conn_come_up();
    }
    ck_assert_uint_eq(answers.faults, 3);
    ck_assert_uint_eq(fake_conn_counts()->failures, faults[_i].is_suspect ? 3 : 0);
    ck_assert_uint_eq(fake_conn_counts()->reconnects, faults[_i].is_given_up ? 3 : 0);
    ck_assert_uint_eq(log_file_count("analytics failed: sqlstate="), 1);
    ck_assert_uint_eq(log_file_count(faults[_i].sqlstate), 1);
}
END_TEST

START_TEST(asks_for_the_traffic_of_the_window)
{
    for (int i = 0; i < ANALYTICS_TRAFFICS; i++) {
        const struct analytics_window window = {.end_us = 2, .traffic = i};
        const char *reason = NULL;
        ck_assert_int_eq(analytics_reader_ask(reader, &window, on_done, NULL, &reason), RESULT_OK);
        ck_assert_int_eq(fake_conn_query()->parameter_count, 4);
        ck_assert_str_eq(fake_conn_query()->values[3], analytics_traffic_name(i));
        answer_totals();
    }
    ck_assert_uint_eq(answers.totals, ANALYTICS_TRAFFICS);
}
END_TEST

START_TEST(a_database_that_has_never_answered_is_no_warning)
{
    ask();
    fake_conn_refuse("42883");
    ck_assert_uint_eq(log_file_count("info store: analytics failed: sqlstate=42883"), 1);
    ask();
    answer_totals();
    ck_assert_uint_eq(answers.totals, 1);
    ask();
    fake_conn_refuse("42P01");
    ck_assert_uint_eq(log_file_count("warning store: analytics failed: sqlstate=42P01"), 1);
    ask();
    fake_conn_go_down();
    ck_assert_uint_eq(log_file_count("warning store: analytics failed: the database"), 1);
}
END_TEST

START_TEST(says_that_the_database_is_unreachable)
{
    static const struct analytics_window window = {.start_us = 1, .end_us = 2};
    const char *reason = NULL;
    ask();
    ask();
    fake_conn_go_down();
    ck_assert_uint_eq(answers.faults, 2);
    ck_assert_str_eq(answers.reason, "the database is unreachable");
    ck_assert_int_eq(analytics_reader_ask(reader, &window, on_done, NULL, &reason),
                     RESULT_UNAVAILABLE);
    ck_assert_str_eq(reason, "the database is unreachable");
    ck_assert_uint_eq(answers.faults, 2);
    ck_assert_uint_eq(log_file_count("info store: analytics failed: the database is unreachable"),
                      1);
}
END_TEST

START_TEST(says_that_too_many_wait)
{
    static const struct analytics_window window = {.start_us = 1, .end_us = 2};
    const char *reason = NULL;
    for (int i = 0; i < 256; i++)
        ask();
    ck_assert_int_eq(analytics_reader_ask(reader, &window, on_done, NULL, &reason), RESULT_BUSY);
    ck_assert_str_eq(reason, "too many questions are waiting");
}
END_TEST

START_TEST(those_that_wait_get_the_reason_for_which_the_connection_is_given_up)
{
    ask();
    ask();
    ask();
    fake_conn_make_renewal_due();
    fake_conn_refuse("42501");
    ck_assert_uint_eq(answers.faults, 3);
    ck_assert_str_eq(answers.reason, "the database denies permission");
    fake_conn_come_up();
    ask();
    answer_totals();
    ck_assert_uint_eq(answers.totals, 1);
    ck_assert_uint_eq(fake_conn_counts()->successes, 1);
    ask();
    fake_conn_go_down();
    ck_assert_str_eq(answers.reason, "the database is unreachable");
}
END_TEST

Suite *analytics_reader_suite(void)
{
    Suite *suite = suite_create("analytics_reader");
    TCase *tcase = tcase_create("analytics_reader");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, says_what_is_wrong_and_logs_it_once, 0, FAULTS);
    tcase_add_test(tcase, asks_for_the_traffic_of_the_window);
    tcase_add_test(tcase, a_database_that_has_never_answered_is_no_warning);
    tcase_add_test(tcase, says_that_the_database_is_unreachable);
    tcase_add_test(tcase, says_that_too_many_wait);
    tcase_add_test(tcase, those_that_wait_get_the_reason_for_which_the_connection_is_given_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
