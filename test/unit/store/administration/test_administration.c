/* Changes of ads, over a connection that is the test's. */
#include "store/administration/administration.h"

#include <stdio.h>
#include <string.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/metrics.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct event_base *base;
static struct administration *administration;

/* What the last answer was, and how many there were. */
static int answers;
static int status;
static char fault[200];
static char etag[40];

static void set_up(void)
{
    fake_conn_reset();
    base = event_base_new();
    answers = 0;
    administration = administration_new(base, NULL, rendering_set_up(), log_file_open());
}

static void tear_down(void)
{
    administration_free(administration);
    event_base_free(base);
    rendering_tear_down();
    log_file_close();
}

static void on_answer(void *arg, const struct ad_answer *answer)
{
    (void)arg;
    answers++;
    status = answer->status;
    (void)snprintf(fault, sizeof fault, "%s", answer->fault == NULL ? "" : answer->fault);
    (void)snprintf(etag, sizeof etag, "%s", answer->etag == NULL ? "" : answer->etag);
}

static enum result change(const char *verifications, const char **reason)
{
    const struct ad_change asked = {.kind = AD_MODIFY,
                                    .id = 7,
                                    .tags = "\"a\"\n",
                                    .members = "{}",
                                    .verifications = verifications,
                                    .key = "k",
                                    .digest = "d"};
    return administration_change(administration, &asked, on_answer, NULL, reason);
}

static void send_change(void)
{
    const char *reason;
    ck_assert_int_eq(change(NULL, &reason), RESULT_OK);
}

static void send_read(void)
{
    const char *reason;
    ck_assert_int_eq(administration_read(administration, 7, on_answer, NULL, &reason), RESULT_OK);
}

/* Until the loop has nothing to do for now, timers of `ms` included. */
static void run_loop(int ms)
{
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    ck_assert_int_eq(event_base_loopexit(base, &wait), 0);
    ck_assert_int_ge(event_base_loop(base, 0), 0);
}

static const char *const found[] = {"200", "7", "\"e\"", "{}", "", "", NULL};

START_TEST(asks_one_after_the_other)
{
    send_change();
    send_read();
    ck_assert_ptr_null(fake_conn_query()->sql);
    fake_conn_come_up();
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, "change_ad("));
    ck_assert_int_eq(fake_conn_query()->parameter_count, 6);
    ck_assert_str_eq(fake_conn_query()->values[0], "PATCH");
    ck_assert_str_eq(fake_conn_query()->values[1], "7");
    ck_assert_str_eq(fake_conn_query()->values[2], "\"a\"\n");
    ck_assert_str_eq(fake_conn_query()->values[4], "k");
    fake_conn_answer(found);
    ck_assert_int_eq(answers, 1);
    ck_assert_int_eq(status, 200);
    ck_assert_str_eq(etag, "\"e\"");
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, "read_ad("));
    fake_conn_answer(found);
    ck_assert_int_eq(answers, 2);
    ck_assert_ptr_null(fake_conn_query()->sql);
}
END_TEST

START_TEST(a_change_whose_answer_is_lost_says_so)
{
    send_change();
    fake_conn_come_up();
    fake_conn_go_down();
    ck_assert_int_eq(status, 503);
    ck_assert_ptr_nonnull(strstr(fault, "the change was made, or was not"));
    send_read();
    fake_conn_come_up();
    fake_conn_go_down();
    ck_assert_int_eq(answers, 2);
    ck_assert_str_eq(fault, "the database is unreachable");
}
END_TEST

START_TEST(nobody_waits_for_a_database_that_is_away)
{
    send_change();
    send_read();
    run_loop(30);
    ck_assert_int_eq(answers, 0);
    fake_conn_fail_to_connect();
    run_loop(30);
    ck_assert_int_eq(answers, 2);
    ck_assert_int_eq(status, 503);
    ck_assert_str_eq(fault, "the database is unreachable");
    send_read();
    ck_assert_uint_eq(fake_conn_counts()->starts, 3);
    fake_conn_come_up();
    fake_conn_answer(found);
    ck_assert_int_eq(status, 200);
}
END_TEST

START_TEST(the_queue_has_an_end)
{
    const char *reason;
    for (int i = 0; i < ADMINISTRATION_WAITING_MAX; i++)
        send_change();
    ck_assert_int_eq(change(NULL, &reason), RESULT_BUSY);
    ck_assert_str_eq(reason, "too many changes and questions about ads are waiting");
    fake_conn_come_up();
    fake_conn_answer(found);
    send_change();
    ck_assert_int_eq(change(NULL, &reason), RESULT_BUSY);
    ck_assert_int_eq(answers, 1);
}
END_TEST

START_TEST(stopping_answers_all)
{
    const char *reason;
    send_read();
    send_change();
    fake_conn_come_up();
    administration_stop(administration);
    ck_assert_int_eq(answers, 2);
    ck_assert_int_eq(status, 503);
    ck_assert_int_eq(change(NULL, &reason), RESULT_UNAVAILABLE);
    ck_assert_str_eq(reason, "the server is shutting down");
}
END_TEST

START_TEST(verifications_are_read_before_anybody_is_asked)
{
    const char *reason;
    ck_assert_int_eq(change("<a/>", &reason), RESULT_INVALID);
    ck_assert_str_eq(reason, "its element is not AdVerifications");
    ck_assert_int_eq(change("<AdVerifications/>", &reason), RESULT_OK);
    ck_assert_int_eq(answers, 0);
}
END_TEST

static const struct {
    const char *sqlstate;
    int status;
    const char *words;
    unsigned reconnects;
} ERRORS[] = {
    {"42501", 503, "the database denies it to this server's role", 0},
    {"55P03", 503, "somebody else keeps what is to be changed locked", 0},
    {"57014", 503, "the database took too long", 0},
    {"40P01", 503, "another change came between", 0},
    {"25006", 503, "the database takes no changes: it is read-only", 1},
    {"57P01", 503, "the database is unreachable", 1},
    {"08006", 503, "the database is unreachable", 1},
    {"42883", 503, "the database does not have the schema yet", 0},
    {"22P05", 422, "a text has a character that the database's encoding lacks", 0},
    {"54000", 422, "it is too large for the database", 0},
    {"XX000", 503, "the database could not do it; the log says why", 0},
};

START_TEST(an_error_of_the_database_is_told_in_words)
{
    send_change();
    fake_conn_come_up();
    fake_conn_refuse(ERRORS[_i].sqlstate);
    ck_assert_int_eq(answers, 1);
    ck_assert_int_eq(status, ERRORS[_i].status);
    ck_assert_ptr_eq(strstr(fault, ERRORS[_i].words), fault);
    ck_assert_uint_eq(fake_conn_counts()->reconnects, ERRORS[_i].reconnects);
}
END_TEST

START_TEST(an_answer_that_is_none_is_a_fault_of_ours)
{
    send_change();
    fake_conn_come_up();
    fake_conn_answer_nothing(6);
    ck_assert_int_eq(status, 503);
    ck_assert_str_eq(fault, "the database could not do it; the log says why");
}
END_TEST

Suite *administration_suite(void)
{
    Suite *suite = suite_create("administration");
    TCase *tcase = tcase_create("administration");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, asks_one_after_the_other);
    tcase_add_test(tcase, a_change_whose_answer_is_lost_says_so);
    tcase_add_test(tcase, nobody_waits_for_a_database_that_is_away);
    tcase_add_test(tcase, the_queue_has_an_end);
    tcase_add_test(tcase, stopping_answers_all);
    tcase_add_test(tcase, verifications_are_read_before_anybody_is_asked);
    tcase_add_loop_test(tcase, an_error_of_the_database_is_told_in_words, 0,
                        (int)(sizeof ERRORS / sizeof ERRORS[0]));
    tcase_add_test(tcase, an_answer_that_is_none_is_a_fault_of_ours);
    suite_add_tcase(suite, tcase);
    return suite;
}
