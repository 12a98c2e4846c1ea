/* Whether a connection is told from one that keeps no session. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/database/session_proof.h"
#include "test/unit/suites.h"

enum { SECOND_US = 1000000, IDLE_US = 200000 };

static const char idle_end[] = "sqlstate=57P05 terminating connection due to idle-session timeout";

static struct session_proof proof;

static void set_up(void)
{
    session_proof_init(&proof, "SET a = 1");
}

static void tear_down(void)
{
    session_proof_clear(&proof);
}

/* A row of one value. */
static PGresult *row_of(const char *value)
{
    PGresult *row = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc column = {.name = (char[]){"x"}};
    char text[64];
    strcpy(text, value);
    ck_assert_int_eq(PQsetResultAttrs(row, 1, &column), 1);
    ck_assert_int_eq(PQsetvalue(row, 0, 0, text, (int)strlen(text)), 1);
    return row;
}

/* At second 1. Without a connection the pooler's number is 0. */
static bool is_given(const char *pid)
{
    PGresult *row = row_of(pid);
    bool is_given = session_proof_is_given(&proof, NULL, row, SECOND_US);
    PQclear(row);
    return is_given;
}

static bool is_kept(const char *mark, int64_t now_us)
{
    PGresult *row = row_of(mark);
    bool is_kept = session_proof_is_kept(&proof, row, now_us);
    PQclear(row);
    return is_kept;
}

/* The proof is under way on a connection. */
static void prove(void)
{
    ck_assert(!is_given("4711"));
    session_proof_await_end(&proof, SECOND_US);
}

START_TEST(the_servers_own_number_needs_no_proof)
{
    ck_assert(is_given("0"));
    ck_assert(!session_proof_is_check_due(&proof, 3600 * INT64_C(1000000)));
}
END_TEST

START_TEST(the_connection_behind_one_that_kept_its_session_is_used)
{
    prove();
    ck_assert(session_proof_take_end(&proof, idle_end, SECOND_US + IDLE_US));
    ck_assert(is_given("4711"));
    ck_assert(!is_given("4711")); /* once */
}
END_TEST

START_TEST(an_end_that_comes_with_the_answer_is_no_proof)
{
    prove();
    ck_assert(!session_proof_take_end(&proof, idle_end, SECOND_US + IDLE_US / 2 - 1));
    ck_assert(!is_given("4711"));
}
END_TEST

static const char *const other_ends[] = {
    "", "sqlstate=57P01 terminating connection due to administrator command",
    "sqlstate=08P01 server conn crashed?", "sqlstate=57P03 the database system is starting up"};

START_TEST(no_other_end_is_a_proof)
{
    prove();
    ck_assert(!session_proof_take_end(&proof, other_ends[_i], SECOND_US + IDLE_US));
    ck_assert(!is_given("4711"));
}
END_TEST

START_TEST(a_connection_that_is_given_up_proves_nothing)
{
    prove();
    ck_assert(session_proof_take_end(&proof, idle_end, SECOND_US + IDLE_US));
    session_proof_drop(&proof);
    ck_assert(!is_given("4711"));
}
END_TEST

START_TEST(it_looks_every_two_seconds_for_its_mark)
{
    char *sql = session_proof_setup_sql(&proof);
    ck_assert_ptr_nonnull(strstr(sql, proof.mark));
    free(sql);
    ck_assert(!is_given("4711"));
    ck_assert(!session_proof_is_check_due(&proof, 3 * SECOND_US - 1));
    ck_assert(session_proof_is_check_due(&proof, 3 * SECOND_US));
    ck_assert(session_proof_is_kept(&proof, NULL, 3 * SECOND_US));
    ck_assert(session_proof_is_check_due(&proof, 3 * SECOND_US));
    ck_assert(is_kept(proof.mark, 3 * SECOND_US));
    ck_assert(!session_proof_is_check_due(&proof, 5 * SECOND_US - 1));
    ck_assert(!is_kept("", 5 * SECOND_US));
    ck_assert(!is_kept("f81d4fae-7dec-41d0-a765-00a0c91e6bf6", 5 * SECOND_US));
}
END_TEST

START_TEST(each_session_has_a_mark_of_its_own)
{
    char first[UUID_TEXT_SIZE];
    free(session_proof_setup_sql(&proof));
    strcpy(first, proof.mark);
    free(session_proof_setup_sql(&proof));
    ck_assert_str_ne(first, proof.mark);
}
END_TEST

START_TEST(who_keeps_nothing_in_a_session_proves_nothing)
{
    session_proof_clear(&proof);
    session_proof_init(&proof, NULL);
    char *sql = session_proof_setup_sql(&proof);
    ck_assert_str_eq(sql, "SELECT 1");
    free(sql);
    ck_assert(is_given("4711"));
    ck_assert(!session_proof_is_check_due(&proof, 3600 * INT64_C(1000000)));
}
END_TEST

Suite *session_proof_suite(void)
{
    Suite *suite = suite_create("session_proof");
    TCase *tcase = tcase_create("session_proof");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_servers_own_number_needs_no_proof);
    tcase_add_test(tcase, the_connection_behind_one_that_kept_its_session_is_used);
    tcase_add_test(tcase, an_end_that_comes_with_the_answer_is_no_proof);
    tcase_add_loop_test(tcase, no_other_end_is_a_proof, 0,
                        sizeof other_ends / sizeof other_ends[0]);
    tcase_add_test(tcase, a_connection_that_is_given_up_proves_nothing);
    tcase_add_test(tcase, it_looks_every_two_seconds_for_its_mark);
    tcase_add_test(tcase, each_session_has_a_mark_of_its_own);
    tcase_add_test(tcase, who_keeps_nothing_in_a_session_proves_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
