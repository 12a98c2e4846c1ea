/* The reply to a query: which result counts, and that it is delivered once. */
#include <check.h>
#include <stdbool.h>
#include <string.h>

#include "store/database/query.h"
#include "store/database/reply.h"
#include "test/unit/suites.h"

static PGresult *result_of(ExecStatusType status)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, status);
    ck_assert_ptr_nonnull(result);
    return result;
}

/* Two results of one query in their order, and which of them is kept. */
static const struct {
    ExecStatusType earlier;
    ExecStatusType later;
    bool is_earlier_kept;
} pairs[] = {
    {PGRES_TUPLES_OK, PGRES_COMMAND_OK, false},
    {PGRES_COMMAND_OK, PGRES_FATAL_ERROR, false},
    {PGRES_FATAL_ERROR, PGRES_COMMAND_OK, true},
    {PGRES_FATAL_ERROR, PGRES_FATAL_ERROR, true},
};

START_TEST(keeps_the_first_error_else_the_latest_result)
{
    PGresult *earlier = result_of(pairs[_i].earlier);
    PGresult *later = result_of(pairs[_i].later);
    PGresult *kept = db_query_merge_results(earlier, later);
    ck_assert_ptr_eq(kept, pairs[_i].is_earlier_kept ? earlier : later);
    PQclear(kept);
}
END_TEST

START_TEST(the_first_result_has_none_before_it)
{
    PGresult *first = result_of(PGRES_TUPLES_OK);
    ck_assert_ptr_eq(db_query_merge_results(NULL, first), first);
    PQclear(first);
}
END_TEST

static const struct {
    ExecStatusType status;
    bool is_success;
} statuses[] = {
    {PGRES_COMMAND_OK, true},   {PGRES_TUPLES_OK, true},     {PGRES_EMPTY_QUERY, true},
    {PGRES_FATAL_ERROR, false}, {PGRES_BAD_RESPONSE, false}, {PGRES_COPY_IN, false},
};

START_TEST(knows_a_query_that_succeeded)
{
    struct db_pending_reply pending = {.result = result_of(statuses[_i].status)};
    ck_assert_int_eq(db_reply_is_success(&pending), statuses[_i].is_success);
    db_reply_discard(&pending);
    ck_assert_ptr_null(pending.result);
}
END_TEST

START_TEST(a_query_without_a_result_has_not_succeeded)
{
    const struct db_pending_reply pending = {0};
    ck_assert(!db_reply_is_success(&pending));
}
END_TEST

/* An owner that sends its next query from inside the reply. */
struct owner {
    struct db_pending_reply pending;
    int replies;
    enum db_outcome outcome;
    const PGresult *rows;
};

static void on_reply(void *arg, const struct db_reply *reply)
{
    struct owner *owner = arg;
    ck_assert(owner->pending.done == NULL);
    ck_assert_ptr_null(owner->pending.result);
    ck_assert_str_eq(reply->sqlstate, "");
    ck_assert_str_eq(reply->message, "");
    owner->replies++;
    owner->outcome = reply->outcome;
    owner->rows = reply->rows;
    owner->pending.done = on_reply;
    owner->pending.arg = owner;
}

START_TEST(is_delivered_once_and_makes_room_for_the_next)
{
    static const enum db_outcome outcomes[] = {DB_OK, DB_ERROR, DB_LOST};
    struct owner owner = {.replies = 0};
    PGresult *result = result_of(PGRES_TUPLES_OK);
    owner.pending = (struct db_pending_reply){.result = result, .done = on_reply, .arg = &owner};
    db_reply_deliver(&owner.pending, outcomes[_i]);
    ck_assert_int_eq(owner.replies, 1);
    ck_assert_int_eq(owner.outcome, outcomes[_i]);
    ck_assert_ptr_eq(owner.rows, result);
    ck_assert(owner.pending.done == on_reply);
    db_reply_deliver(&owner.pending, DB_LOST);
    ck_assert_int_eq(owner.replies, 2);
    ck_assert_ptr_null(owner.rows);
}
END_TEST

static void on_reply_to_keep(void *arg, const struct db_reply *reply)
{
    PGresult **kept = arg;
    ck_assert_ptr_eq(reply->rows, *kept);
    *kept = db_reply_take_rows(reply);
    ck_assert_ptr_null(db_reply_take_rows(reply));
}

/* AddressSanitizer tells if they are freed all the same. */
START_TEST(rows_that_were_taken_outlive_it)
{
    PGresult *result = result_of(PGRES_TUPLES_OK);
    PGresult *kept = result;
    struct db_pending_reply pending = {.result = result, .done = on_reply_to_keep, .arg = &kept};
    db_reply_deliver(&pending, DB_OK);
    ck_assert_ptr_eq(kept, result);
    ck_assert_int_eq(PQresultStatus(kept), PGRES_TUPLES_OK);
    PQclear(kept);
}
END_TEST

START_TEST(nobody_need_wait_for_it)
{
    struct db_pending_reply pending = {.result = result_of(PGRES_TUPLES_OK)};
    db_reply_deliver(&pending, DB_LOST);
    ck_assert_ptr_null(pending.result);
}
END_TEST

Suite *db_reply_suite(void)
{
    Suite *suite = suite_create("db_reply");
    TCase *tcase = tcase_create("db_reply");
    tcase_add_loop_test(tcase, keeps_the_first_error_else_the_latest_result, 0,
                        (int)(sizeof pairs / sizeof pairs[0]));
    tcase_add_test(tcase, the_first_result_has_none_before_it);
    tcase_add_loop_test(tcase, knows_a_query_that_succeeded, 0,
                        (int)(sizeof statuses / sizeof statuses[0]));
    tcase_add_test(tcase, a_query_without_a_result_has_not_succeeded);
    tcase_add_loop_test(tcase, is_delivered_once_and_makes_room_for_the_next, 0, 3);
    tcase_add_test(tcase, rows_that_were_taken_outlive_it);
    tcase_add_test(tcase, nobody_need_wait_for_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
