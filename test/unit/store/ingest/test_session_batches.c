/* What a session sends of a batch. */
#include <stdbool.h>
#include <string.h>

#include <check.h>

#include "protocol/event_pack.h"
#include "store/database/conn.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/session.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/database/fake_migration.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static const char *const no_row[] = {NULL};

static struct ingest_session *session;
static unsigned nonces_asked;

static bool may_claim(void *arg, const uint8_t *owner)
{
    (void)arg;
    return owner == NULL;
}

/* Of the runs up to 4; each byte is its number. */
static bool find_nonce(void *arg, uint32_t run, uint8_t nonce[static UUID_BYTES])
{
    (void)arg;
    nonces_asked++;
    memset(nonce, (int)run, UUID_BYTES);
    return run < 5;
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
        .lineage = {.may_claim = may_claim, .find_nonce = find_nonce}};
    const struct db_listener listener = {.on_ready = on_nothing, .on_lost = on_nothing};
    nonces_asked = 0;
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
    (void)step;
    (void)error;
    ck_assert_ptr_nonnull(reply);
}

static void open_session(void)
{
    static const char *const claimed[] = {"7",  "{0}", "{0}", "{0}", "t",
                                          "on", "42",  "1",   "f",   NULL};
    ingest_session_open(session, 0, on_opened, NULL);
    fake_migration_finish(RESULT_OK, NULL);
    for (int i = 0; i < 3; i++)
        fake_conn_answer(no_row);
    fake_conn_answer(claimed);
}

static void on_sent(void *arg, const struct db_reply *reply)
{
    *(enum db_outcome *)arg = reply->outcome;
}

START_TEST(sends_a_batch_with_its_reject_reason)
{
    struct event_queue *queue = event_queue_new();
    struct batch *batch = batch_new(1);
    enum db_outcome outcome = DB_LOST;
    open_session();
    batch_fill(batch, queue, 1);
    const struct batch_scope scope = {.upto = 0};
    ingest_session_send(session, batch, &scope, _i == 0 ? NULL : "23514: odd", on_sent, &outcome);
    const struct fake_query *query = fake_conn_query();
    ck_assert_str_eq(query->sql, "ingest");
    ck_assert_int_eq(query->parameter_count, 33);
    ck_assert_str_eq(query->values[0], "0");
    ck_assert_str_eq(query->values[1], "42");
    ck_assert_str_eq(query->values[2], "nonce");
    ck_assert_ptr_null(query->values[3]);
    ck_assert_str_eq(query->values[4], "1");
    ck_assert_str_eq(query->values[5], "0");
    ck_assert_ptr_null(query->values[6]);
    ck_assert(query->values[7] == batch_parameters(batch).values[0]);
    ck_assert_pstr_eq(query->values[32], _i == 0 ? NULL : "23514: odd");
    fake_conn_answer(no_row);
    ck_assert_int_eq(outcome, DB_OK);
    batch_free(batch);
    event_queue_free(queue);
}
END_TEST

/* Each batch that of its events, asked for once a run; null where the journal does not know it. */
START_TEST(names_the_run_of_a_batch)
{
    static const struct {
        uint64_t run;
        const char *nonce;
        unsigned asked;
    } cases[] = {
        {3, "03030303-0303-0303-0303-030303030303", 1},
        {3, "03030303-0303-0303-0303-030303030303", 1},
        {5, NULL, 2},
        {5, NULL, 2},
        {4, "04040404-0404-0404-0404-040404040404", 3},
    };
    const struct event event = {.ad_id = 1, .quantity = 1};
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    size_t packed_bytes = event_pack(&event, packed);
    struct batch *batch = batch_new(1);
    enum db_outcome outcome = DB_LOST;
    open_session();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event_queue *queue = event_queue_new();
        event_queue_push(queue, (cases[i].run << 40) + 7, packed, packed_bytes);
        batch_fill(batch, queue, 1);
        const struct batch_scope scope = {.upto = batch_last_sequence(batch)};
        ingest_session_send(session, batch, &scope, NULL, on_sent, &outcome);
        ck_assert_pstr_eq(fake_conn_query()->values[3], cases[i].nonce);
        ck_assert_uint_eq(nonces_asked, cases[i].asked);
        fake_conn_answer(no_row);
        event_queue_free(queue);
    }
    batch_free(batch);
}
END_TEST

Suite *session_batches_suite(void)
{
    Suite *suite = suite_create("session_batches");
    TCase *tcase = tcase_create("session_batches");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, sends_a_batch_with_its_reject_reason, 0, 2);
    tcase_add_test(tcase, names_the_run_of_a_batch);
    suite_add_tcase(suite, tcase);
    return suite;
}
