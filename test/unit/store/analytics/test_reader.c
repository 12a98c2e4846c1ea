/* What is answered, and told, as questions meet a connection: without a database. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/metrics.h"
#include "store/analytics/ask.h"
#include "store/analytics/reader.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct event_base *base;
static struct metrics *metrics;
static struct analytics_reader *reader;
static unsigned begun;

static struct {
    unsigned reports;
    unsigned faults;
    enum result result; /* of the last */
    char reason[200];
} answers;

static void on_beginning(void *arg)
{
    (void)arg;
    begun++;
}

static void on_complete(void *arg, struct analytics_report *report, uint64_t stored_sequence)
{
    (void)arg;
    ck_assert_uint_eq(stored_sequence, 77);
    report->pending_events = 3;
}

static void come_up(void)
{
    static const char *const schema[] = {"\"odd Schema\"", NULL};
    fake_conn_come_up();
    fake_conn_answer(schema);
}

static void set_up(void)
{
    static const struct analytics_reader_settings settings = {
        .journal = "00000000-0000-4000-8000-000000000001",
        .connections = 1,
        .listener = {.beginning = on_beginning, .complete = on_complete}};
    memset(&answers, 0, sizeof answers);
    begun = 0;
    fake_conn_reset();
    base = event_base_new();
    metrics = metrics_new();
    reader = analytics_reader_new(base, &settings, metrics, log_file_open());
    come_up();
}

static void tear_down(void)
{
    analytics_reader_free(reader);
    metrics_free(metrics);
    event_base_free(base);
    log_file_close();
}

static void on_done(void *arg, enum result result, struct analytics_report *report,
                    const char *reason)
{
    (void)arg;
    ck_assert((report == NULL) == (result != RESULT_OK));
    ck_assert((report == NULL) == (reason != NULL));
    answers.reports += report != NULL;
    answers.faults += report == NULL;
    answers.result = result;
    if (report == NULL) {
        ck_assert_uint_lt(strlen(reason), sizeof answers.reason);
        strcpy(answers.reason, reason);
        return;
    }
    ck_assert_uint_eq(report->pending_events, 3);
    ck_assert_int_eq(report->as_of_us, 1767225600000000);
    analytics_report_release(report);
}

static struct analytics_query query_of(int64_t end_us)
{
    struct analytics_query query;
    memset(&query, 0, sizeof query);
    query.window = (struct analytics_window){.start_us = 1, .end_us = end_us};
    strcpy(query.zone, "UTC");
    return query;
}

static enum result ask_until(int64_t end_us)
{
    struct error error;
    const struct analytics_query query = query_of(end_us);
    enum result result = analytics_reader_ask(reader, &query, on_done, NULL, &error);
    if (result != RESULT_OK)
        strcpy(answers.reason, error.text);
    return result;
}

static void ask(void)
{
    ck_assert_int_eq(ask_until(2), RESULT_OK);
}

static void answer_state(void)
{
    static const char *const row[] = {"0", "9 8 7 6 5 4 - - -", "77", "1767225600000000", NULL};
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, "analytics_state("));
    fake_conn_answer(row);
}

static void answer_report(void)
{
    answer_state();
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, "DECLARE c1 BINARY NO SCROLL CURSOR"));
    fake_conn_answer_nothing(ASK_COLUMNS);
    ck_assert_str_eq(fake_conn_query()->sql, "COMMIT");
    fake_conn_answer_nothing(0);
}

static void refuse(const char *sqlstate)
{
    fake_conn_refuse(sqlstate);
    if (fake_conn_query()->sql != NULL && strcmp(fake_conn_query()->sql, "ROLLBACK") == 0)
        fake_conn_answer_nothing(0);
}

static void wait_ms(int ms)
{
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    (void)event_base_loopexit(base, &wait);
    (void)event_base_dispatch(base);
}

static const struct {
    const char *sqlstate;
    const char *words;
    bool is_suspect; /* the session may be the cause */
} faults[] = {
    {"42883", "schema", true},           {"42P01", "schema", true},
    {"3F000", "schema", true},           {"42704", "schema", true},
    {"42703", "schema", true},           {"42501", "permission", true},
    {"57014", "too slow", false},        {"55P03", "too slow", false},
    {"XX000", "could not answer", true}, {"0A000", "could not answer", true},
};

START_TEST(says_what_is_wrong_and_logs_it_once)
{
    for (int i = 0; i < 3; i++) {
        ask();
        refuse(faults[_i].sqlstate);
        ck_assert_ptr_nonnull(strstr(answers.reason, faults[_i].words));
        ck_assert_ptr_nonnull(strstr(answers.reason, "database"));
        ck_assert_int_eq(answers.result, RESULT_UNAVAILABLE);
    }
    ck_assert_uint_eq(answers.faults, 3);
    ck_assert_uint_eq(fake_conn_counts()->failures, faults[_i].is_suspect ? 3 : 0);
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 0);
    ck_assert_uint_eq(log_file_count("analytics failed: sqlstate="), 1);
    ck_assert_uint_eq(log_file_count(faults[_i].sqlstate), 1);
}
END_TEST

/* Nothing is set for longer than the transaction, in which the tables are locked first. */
START_TEST(a_question_is_a_transaction_that_leaves_nothing_behind)
{
    ask();
    const char *sql = fake_conn_query()->sql;
    ck_assert_int_eq(strncmp(sql, "BEGIN ISOLATION LEVEL REPEATABLE READ", 37), 0);
    ck_assert_ptr_nonnull(strstr(sql, "SET LOCAL search_path = \"odd Schema\", pg_temp; "));
    ck_assert(strstr(sql, "LOCK TABLE") < strstr(sql, "SELECT"));
    for (const char *set = sql; (set = strstr(set, "SET ")) != NULL; set++)
        ck_assert_int_eq(strncmp(set, "SET LOCAL ", 10), 0);
    answer_report();
    ck_assert_uint_eq(answers.reports, 1);
    ck_assert_uint_eq(begun, 1);
    ck_assert_uint_eq(fake_conn_counts()->successes, 1);
}
END_TEST

START_TEST(the_same_question_is_asked_once)
{
    ask();
    ask();
    ask();
    answer_report();
    ck_assert_uint_eq(answers.reports, 3);
    ck_assert_ptr_null(fake_conn_query()->sql);
}
END_TEST

START_TEST(others_wait_for_their_turn)
{
    ask();
    ck_assert_int_eq(ask_until(3), RESULT_OK);
    answer_report();
    ck_assert_uint_eq(answers.reports, 1);
    answer_report();
    ck_assert_uint_eq(answers.reports, 2);
}
END_TEST

START_TEST(says_that_too_many_wait)
{
    for (int i = 0; i <= 100; i++)
        ck_assert_int_eq(ask_until(2 + i), RESULT_OK);
    ck_assert_int_eq(ask_until(500), RESULT_BUSY);
    ck_assert_str_eq(answers.reason, "too many questions are waiting");
    ck_assert_int_eq(ask_until(50), RESULT_OK); /* one that waits already */
}
END_TEST

/* A standby that has to go on ends it, and it is asked again. */
START_TEST(a_question_that_was_in_the_way_is_asked_again)
{
    ask();
    answer_state();
    refuse("40001");
    ck_assert_uint_eq(answers.faults, 0);
    answer_report();
    ck_assert_uint_eq(answers.reports, 1);
    ck_assert_uint_eq(begun, 2);
}
END_TEST

START_TEST(a_question_outlives_its_connection)
{
    ask();
    answer_state();
    fake_conn_go_down();
    come_up();
    answer_report();
    ck_assert_uint_eq(answers.reports, 1);
    ask();
    fake_conn_refuse("57P01");
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 1);
    come_up();
    answer_report();
    ck_assert_uint_eq(answers.reports, 2);
}
END_TEST

START_TEST(says_that_the_database_is_unreachable)
{
    ask();
    fake_conn_go_down();
    ck_assert_uint_eq(answers.faults, 0);
    wait_ms(2500);
    ck_assert_uint_eq(answers.faults, 1);
    ck_assert_str_eq(answers.reason, "the database is unreachable");
    ck_assert_int_eq(ask_until(9), RESULT_UNAVAILABLE);
    ck_assert_str_eq(answers.reason, "the database is unreachable");
    ck_assert_uint_eq(log_file_count("info store: analytics failed: the database is unreachable"),
                      1);
}
END_TEST

START_TEST(a_database_that_has_never_answered_is_no_warning)
{
    ask();
    refuse("42883");
    ck_assert_uint_eq(log_file_count("info store: analytics failed: sqlstate=42883"), 1);
    ask();
    answer_report();
    ask();
    refuse("42P01");
    ck_assert_uint_eq(log_file_count("warning store: analytics failed: sqlstate=42P01"), 1);
}
END_TEST

START_TEST(a_session_that_is_renewed_comes_back)
{
    ask();
    ck_assert_int_eq(ask_until(3), RESULT_OK);
    fake_conn_make_renewal_due();
    refuse("42501");
    ck_assert_uint_eq(answers.faults, 1);
    come_up();
    answer_report();
    ck_assert_uint_eq(answers.reports, 1);
}
END_TEST

START_TEST(what_waits_is_answered_when_it_stops)
{
    ask();
    ck_assert_int_eq(ask_until(3), RESULT_OK);
    analytics_reader_stop(reader);
    ck_assert_uint_eq(answers.faults, 2);
}
END_TEST

START_TEST(what_is_no_state_is_refused)
{
    static const char *const row[] = {"0", "9 8", "77", "5", NULL};
    ask();
    fake_conn_answer(row);
    ck_assert_str_eq(fake_conn_query()->sql, "ROLLBACK");
    ck_assert_str_eq(answers.reason, "the database could not answer the question");
}
END_TEST

Suite *analytics_reader_suite(void)
{
    Suite *suite = suite_create("analytics_reader");
    TCase *tcase = tcase_create("analytics_reader");
    tcase_set_timeout(tcase, 20);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, says_what_is_wrong_and_logs_it_once, 0,
                        (int)(sizeof faults / sizeof faults[0]));
    tcase_add_test(tcase, a_question_is_a_transaction_that_leaves_nothing_behind);
    tcase_add_test(tcase, the_same_question_is_asked_once);
    tcase_add_test(tcase, others_wait_for_their_turn);
    tcase_add_test(tcase, says_that_too_many_wait);
    tcase_add_test(tcase, a_question_that_was_in_the_way_is_asked_again);
    tcase_add_test(tcase, a_question_outlives_its_connection);
    tcase_add_test(tcase, says_that_the_database_is_unreachable);
    tcase_add_test(tcase, a_database_that_has_never_answered_is_no_warning);
    tcase_add_test(tcase, a_session_that_is_renewed_comes_back);
    tcase_add_test(tcase, what_waits_is_answered_when_it_stops);
    tcase_add_test(tcase, what_is_no_state_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
