/* The steps of a session: what is sent, and what each answer leads to. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/database/conn.h"
#include "store/ingest/session.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/database/fake_migration.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static const char *const no_row[] = {NULL};

static struct ingest_session *session;

/* How the opening and the upkeep ended. */
static struct {
    unsigned opened;
    char step[40];
    char sqlstate[6];
    char reason[100];
    bool is_claimed;
    unsigned kept;
    bool is_kept_claimed;
} ends;

/* What the journal is asked, and what it answers. */
static struct {
    unsigned asked;
    bool is_owned;
    uint8_t owner[UUID_BYTES];
    bool is_ours;
} lineage;

static bool may_claim(void *arg, const uint8_t *owner)
{
    ck_assert_ptr_eq(arg, &lineage);
    lineage.asked++;
    lineage.is_owned = owner != NULL;
    if (owner != NULL)
        memcpy(lineage.owner, owner, UUID_BYTES);
    return lineage.is_ours;
}

static bool find_nonce(void *arg, uint32_t run, uint8_t nonce[static UUID_BYTES])
{
    (void)arg;
    (void)run;
    (void)nonce;
    return false;
}

static void on_nothing(void *arg)
{
    (void)arg;
}

static void set_up(void)
{
    static const struct ingest_settings settings = {
        .journal = "journal",
        .nonce = "nonce",
        .lineage = {.may_claim = may_claim, .find_nonce = find_nonce, .arg = &lineage}};
    const struct db_listener listener = {.on_ready = on_nothing, .on_lost = on_nothing};
    memset(&ends, 0, sizeof ends);
    memset(&lineage, 0, sizeof lineage);
    lineage.is_ours = true;
    fake_conn_reset();
    fake_migration_reset();
    struct db_conn *conn = db_conn_new(NULL, NULL, NULL, listener, NULL, NULL);
    session = ingest_session_new(conn, &settings, log_file_open());
    fake_conn_come_up();
}

static void tear_down(void)
{
    ingest_session_free(session);
    log_file_close();
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    (void)arg;
    ends.opened++;
    ck_assert((reply == NULL) == (error != NULL));
    (void)strncpy(ends.step, step, sizeof ends.step - 1);
    if (reply == NULL)
        (void)snprintf(ends.reason, sizeof ends.reason, "%.*s", (int)sizeof ends.reason - 1,
                       error->text);
    else
        (void)strncpy(ends.sqlstate, reply->sqlstate, sizeof ends.sqlstate - 1);
    ends.is_claimed = reply != NULL && reply->outcome == DB_OK && PQntuples(reply->rows) == 1;
}

static void on_kept(void *arg, const struct db_reply *claimed)
{
    (void)arg;
    ends.kept++;
    ends.is_kept_claimed = claimed != NULL;
}

static void assert_asked(const char *sql)
{
    ck_assert_ptr_nonnull(fake_conn_query()->sql);
    ck_assert_ptr_nonnull(strstr(fake_conn_query()->sql, sql));
}

static void answer_claim_of(bool is_locked, const char *fsync, const char *lanes)
{
    const char *const row[] = {"7",   "{0,0}", "{0,0}", "{0,0}", is_locked ? "t" : "f",
                               fsync, "42",    lanes,   "f",     NULL};
    assert_asked("journal_id, lanes, is_distributed FROM claim_journal(");
    fake_conn_answer(row);
}

static void answer_claim(bool is_locked, const char *fsync)
{
    answer_claim_of(is_locked, fsync, "1");
}

static void begin(void)
{
    ingest_session_open(session, 0, on_opened, NULL);
    fake_migration_finish(RESULT_OK, NULL);
}

static void open_session(bool is_locked)
{
    begin();
    fake_conn_answer(no_row);
    fake_conn_answer(no_row);
    fake_conn_answer(no_row);
    answer_claim(is_locked, "on");
    ck_assert(ends.is_claimed);
}

START_TEST(opens_step_by_step)
{
    ingest_session_open(session, 0, on_opened, NULL);
    ck_assert(fake_migration_is_running());
    fake_migration_finish(RESULT_OK, NULL);
    assert_asked("SELECT maintain()");
    fake_conn_answer(no_row);
    assert_asked("FROM ingest_batch($1::smallint, $2::integer, $3::uuid, $4::uuid, "
                 "$5::smallint, $6::bigint, $7::int8multirange, $8::bigint[], ");
    assert_asked(", $32::bigint[], $33::text)");
    ck_assert_str_eq(fake_conn_query()->prepare_as, "ingest");
    fake_conn_answer(no_row);
    assert_asked("SELECT nonce FROM ingest_cursor");
    ck_assert_str_eq(fake_conn_query()->values[0], "journal");
    ck_assert_uint_eq(lineage.asked, 0);
    fake_conn_answer(no_row);
    ck_assert_uint_eq(lineage.asked, 1);
    ck_assert(!lineage.is_owned);
    assert_asked("FROM claim_journal(");
    ck_assert_str_eq(fake_conn_query()->values[0], "journal");
    ck_assert_str_eq(fake_conn_query()->values[1], "{}");
    ck_assert_str_eq(fake_conn_query()->values[2], "nonce");
    ck_assert_uint_eq(ends.opened, 0);
    answer_claim(true, "on");
    ck_assert_uint_eq(ends.opened, 1);
    ck_assert(ends.is_claimed);
    ck_assert_ptr_null(fake_conn_query()->sql);
    ck_assert(!ingest_session_is_upkeep_due(session));
}
END_TEST

/* Once it is known to be the journal's own past, which is noted by then. */
START_TEST(names_whom_it_follows)
{
    static const char *const owner[] = {"00112233-4455-6677-8899-aabbccddeeff", NULL};
    lineage.is_ours = _i == 0;
    begin();
    fake_conn_answer(no_row);
    fake_conn_answer(no_row);
    fake_conn_answer(owner);
    ck_assert_uint_eq(lineage.asked, 1);
    ck_assert(lineage.is_owned);
    ck_assert_mem_eq(lineage.owner,
                     "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
                     UUID_BYTES);
    assert_asked("FROM claim_journal(");
    ck_assert_str_eq(fake_conn_query()->values[1],
                     _i == 0 ? "{00112233-4455-6677-8899-aabbccddeeff}" : "{}");
    answer_claim(true, "on");
}
END_TEST

START_TEST(says_which_step_was_refused)
{
    static const char *const names[] = {"prepare", "look", "claim_journal"};
    begin();
    for (int i = 0; i <= _i; i++)
        fake_conn_answer(no_row);
    fake_conn_refuse("42P01");
    ck_assert_uint_eq(ends.opened, 1);
    ck_assert_str_eq(ends.step, names[_i]);
    ck_assert_str_eq(ends.sqlstate, "42P01");
    ck_assert_ptr_null(fake_conn_query()->sql);
    open_session(true); /* again, from the start */
}
END_TEST

START_TEST(says_why_the_schema_is_unusable)
{
    ingest_session_open(session, 0, on_opened, NULL);
    fake_migration_finish(RESULT_FAILED, "it was changed");
    ck_assert_uint_eq(ends.opened, 1);
    ck_assert_str_eq(ends.step, "migration");
    ck_assert_str_eq(ends.reason, "it was changed");
    open_session(true);
}
END_TEST

START_TEST(a_statement_that_is_prepared_already_is_no_obstacle)
{
    begin();
    fake_conn_answer(no_row);
    fake_conn_refuse("42P05");
    fake_conn_answer(no_row);
    answer_claim(true, "on");
    ck_assert(ends.is_claimed);
}
END_TEST

START_TEST(a_failing_maintenance_is_told_and_is_no_obstacle)
{
    begin();
    fake_conn_refuse("55P03");
    ck_assert_uint_eq(log_file_count("maintenance failed sqlstate=55P03"), 1);
    ck_assert_str_eq(fake_conn_query()->prepare_as, "ingest");
    ck_assert(!ends.is_claimed);
}
END_TEST

START_TEST(ends_without_a_word_when_the_connection_is_lost)
{
    ingest_session_open(session, 0, on_opened, NULL);
    if (_i == 0) {
        fake_migration_finish(RESULT_UNAVAILABLE, "");
    } else {
        fake_migration_finish(RESULT_OK, NULL);
        for (int i = 1; i < _i; i++)
            fake_conn_answer(no_row);
    }
    fake_conn_go_down();
    ck_assert_uint_eq(ends.opened, 0);
    fake_conn_come_up();
    open_session(true);
}
END_TEST

START_TEST(tells_once_that_the_database_does_not_sync)
{
    for (int i = 0; i < 2; i++) {
        begin();
        fake_conn_answer(no_row);
        fake_conn_answer(no_row);
        fake_conn_answer(no_row);
        answer_claim(true, "off");
        ck_assert_uint_eq(log_file_count("fsync=off"), 1);
    }
}
END_TEST

/* Waits for it: the session has the real clock. */
START_TEST(claims_again_every_two_seconds_while_the_lock_is_anothers)
{
    open_session(false);
    ck_assert(!ingest_session_is_upkeep_due(session));
    (void)usleep(2010 * 1000);
    ck_assert(ingest_session_is_upkeep_due(session));
    ingest_session_keep(session, on_kept, NULL);
    if (_i == 0) {
        answer_claim(true, "on");
    } else {
        assert_asked("FROM claim_journal(");
        fake_conn_refuse("40001"); /* the next batch tells */
    }
    ck_assert_uint_eq(ends.kept, 1);
    ck_assert_int_eq(ends.is_kept_claimed, _i == 0);
    ck_assert_uint_eq(ends.opened, 1);
    ck_assert(!ingest_session_is_upkeep_due(session));
}
END_TEST

/* As long as there is more, but no more than those of the days around. */
START_TEST(makes_the_first_partitions_before_it_goes_on)
{
    static const char *const more[] = {"t", NULL};
    static const char *const enough[] = {"f", NULL};
    begin();
    for (int i = 1; i <= 10; i++) {
        assert_asked("SELECT maintain()");
        fake_conn_answer(more);
    }
    assert_asked("SELECT maintain()");
    if (_i == 0)
        fake_conn_answer(enough);
    else if (_i == 1)
        fake_conn_refuse("55P03");
    else
        fake_conn_answer(more);
    ck_assert_str_eq(fake_conn_query()->prepare_as, "ingest");
}
END_TEST

START_TEST(is_unusable_with_more_lanes_than_it_knows)
{
    for (int i = 0; i < 2; i++) {
        begin();
        fake_conn_answer(no_row);
        fake_conn_answer(no_row);
        fake_conn_answer(no_row);
        answer_claim_of(true, "on", i == 0 ? "128" : "0");
        ck_assert_uint_eq(ends.opened, (unsigned)i + 1);
        ck_assert(!ends.is_claimed);
        ck_assert_ptr_nonnull(strstr(ends.reason, i == 0 ? "lanes=128" : "is being changed"));
    }
}
END_TEST

Suite *session_suite(void)
{
    Suite *suite = suite_create("session");
    TCase *tcase = tcase_create("session");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, opens_step_by_step);
    tcase_add_loop_test(tcase, names_whom_it_follows, 0, 2);
    tcase_add_loop_test(tcase, says_which_step_was_refused, 0, 3);
    tcase_add_test(tcase, says_why_the_schema_is_unusable);
    tcase_add_test(tcase, a_statement_that_is_prepared_already_is_no_obstacle);
    tcase_add_test(tcase, a_failing_maintenance_is_told_and_is_no_obstacle);
    tcase_add_loop_test(tcase, ends_without_a_word_when_the_connection_is_lost, 0, 5);
    tcase_add_test(tcase, tells_once_that_the_database_does_not_sync);
    tcase_add_loop_test(tcase, claims_again_every_two_seconds_while_the_lock_is_anothers, 0, 2);
    tcase_add_loop_test(tcase, makes_the_first_partitions_before_it_goes_on, 0, 3);
    tcase_add_test(tcase, is_unusable_with_more_lanes_than_it_knows);
    suite_add_tcase(suite, tcase);
    return suite;
}
