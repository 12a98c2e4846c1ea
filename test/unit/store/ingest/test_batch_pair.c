/* The batch that is in flight, and what is made of the next one meanwhile. */
#include <check.h>

#include "store/ingest/batch_pair.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/writer_source.h"
#include "test/unit/store/ingest/batch_reading.h"
#include "test/unit/suites.h"

#define MINUTE_US INT64_C(60000000)

enum { SLICE = WRITER_READY_ROWS, SLICES = BATCH_ROWS_MAX / SLICE };

static struct event_queue *queue;
static struct batch_pair pair;
static uint64_t pushed;

static void set_up(void)
{
    queue = event_queue_new();
    pair = batch_pair_new();
    pushed = 0;
}

static void tear_down(void)
{
    batch_pair_free(&pair);
    event_queue_free(queue);
}

/* `count` more of run `run`, each so much later than the one before. */
static void push(uint64_t run, unsigned count, int64_t apart_us)
{
    struct event event = batch_make_event("127.0.0.1", NULL);
    for (unsigned i = 0; i < count; i++) {
        event.occurred_at_us += apart_us;
        batch_push(queue, (run << 40) + ++pushed, &event);
    }
}

/* Returns how many there were. */
static int make_slices(void)
{
    int slices = 0;
    for (; batch_pair_has_slice(&pair, queue); slices++)
        batch_pair_make_slice(&pair);
    return slices;
}

static void store_two(void)
{
    batch_pair_make(&pair, queue, 2, 2);
    ck_assert_uint_eq(batch_rows(pair.batch), 2);
}

static void make_whole(void)
{
    batch_pair_make(&pair, queue, BATCH_ROWS_MAX, SLICE);
}

START_TEST(is_full_of_ten_thousand_and_finished_in_a_turn_of_its_own)
{
    push(0, 2 + BATCH_ROWS_MAX, 0);
    store_two();
    ck_assert_int_eq(make_slices(), SLICES + 1);
    ck_assert(pair.is_ahead_finished);
    ck_assert_uint_eq(batch_rows(pair.ahead), BATCH_ROWS_MAX);
    push(0, SLICE, 0);
    ck_assert_int_eq(make_slices(), 0);
    event_queue_drop(queue, 2);
    make_whole();
    ck_assert_uint_eq(batch_read_first(pair.batch), 3);
    ck_assert_uint_eq(batch_elements(pair.batch, SEQUENCE), BATCH_ROWS_MAX);
    ck_assert_uint_eq(batch_rows(pair.ahead), 0);
    ck_assert_int_eq(make_slices(), 1); /* of what came behind it */
}
END_TEST

START_TEST(ends_with_the_run_wherever_that_is)
{
    push(0, 2 + BATCH_ROWS_MAX - SLICE / 2, 0);
    push(1, 2 * SLICE, 0);
    store_two();
    ck_assert_int_eq(make_slices(), SLICES + 1);
    ck_assert_uint_eq(batch_rows(pair.ahead), BATCH_ROWS_MAX - SLICE / 2);
    event_queue_drop(queue, 2);
    make_whole();
    ck_assert_int_eq(make_slices(), 2);
    event_queue_drop(queue, UINT64_C(1) << 40);
    make_whole();
    ck_assert_uint_eq(batch_rows(pair.batch), 2 * SLICE);
    ck_assert_uint_eq(batch_read_first(pair.batch),
                      (UINT64_C(1) << 40) + 3 + BATCH_ROWS_MAX - SLICE / 2);
}
END_TEST

/* Each makes rows of its own, of all and of its ad. */
START_TEST(ends_where_the_counts_are_as_many_as_fit)
{
    push(0, 2 + 2 * BATCH_ROWS_MAX, MINUTE_US);
    store_two();
    (void)make_slices();
    ck_assert(pair.is_ahead_finished);
    ck_assert_uint_lt(batch_rows(pair.ahead), BATCH_ROWS_MAX);
    ck_assert_uint_gt(batch_rows(pair.ahead), BATCH_ROWS_MAX - SLICE);
    ck_assert_uint_le(batch_elements(pair.ahead, COUNT_BUCKET), BATCH_COUNT_ROWS_MAX);
    uint32_t rows = batch_rows(pair.ahead);
    event_queue_drop(queue, 2);
    make_whole();
    ck_assert_uint_eq(batch_rows(pair.batch), rows);
}
END_TEST

START_TEST(what_is_not_stored_is_sent_again_as_it_was)
{
    push(0, 5 * SLICE, 0);
    make_whole();
    ck_assert_int_eq(make_slices(), 4);
    event_queue_drop(queue, SLICE);
    make_whole();
    ck_assert_uint_eq(batch_rows(pair.batch), 4 * SLICE);
    make_whole();
    ck_assert_uint_eq(batch_rows(pair.batch), 4 * SLICE);
    ck_assert_uint_eq(batch_read_first(pair.batch), SLICE + 1);
    push(0, SLICE, 0);
    ck_assert_int_eq(make_slices(), 1);
    event_queue_drop(queue, 5 * SLICE);
    make_whole();
    ck_assert_uint_eq(batch_read_first(pair.batch), 5 * SLICE + 1);
}
END_TEST

START_TEST(reads_on_in_a_queue_that_is_filled_anew)
{
    push(0, 2 + 3 * SLICE, 0);
    store_two();
    event_queue_drop(queue, 2);
    make_whole();
    event_queue_drop(queue, pushed);
    pushed = 2;
    push(0, 3 * SLICE, 0);
    make_whole();
    ck_assert_uint_eq(batch_read_first(pair.batch), 3);
    ck_assert_int_eq(make_slices(), 2);
    event_queue_drop(queue, 2 + SLICE);
    make_whole();
    ck_assert_uint_eq(batch_read_first(pair.batch), 3 + SLICE);
    ck_assert_uint_eq(batch_rows(pair.batch), 2 * SLICE);
}
END_TEST

START_TEST(less_is_made_where_less_is_asked_for)
{
    for (uint32_t less = 0; less < 2; less++) {
        push(0, 2 + SLICE, 0);
        store_two();
        ck_assert_int_eq(make_slices(), 1);
        event_queue_drop(queue, pushed - SLICE);
        batch_pair_make(&pair, queue, SLICE - less, 1);
        ck_assert_uint_eq(batch_rows(pair.batch), less == 0 ? SLICE : 1);
        batch_pair_make(&pair, queue, SLICE - 2, 2);
        ck_assert_uint_eq(batch_rows(pair.batch), less == 0 ? 2 : 1);
        event_queue_drop(queue, pushed);
    }
}
END_TEST

START_TEST(what_is_of_a_queue_that_is_gone_is_forgotten)
{
    push(0, 3 * SLICE, 0);
    make_whole();
    (void)make_slices();
    batch_pair_forget(&pair);
    make_whole();
    ck_assert_uint_eq(batch_read_first(pair.batch), 1);
    ck_assert_int_eq(make_slices(), 2);
}
END_TEST

Suite *batch_pair_suite(void)
{
    Suite *suite = suite_create("batch_pair");
    TCase *tcase = tcase_create("batch_pair");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, is_full_of_ten_thousand_and_finished_in_a_turn_of_its_own);
    tcase_add_test(tcase, ends_with_the_run_wherever_that_is);
    tcase_add_test(tcase, ends_where_the_counts_are_as_many_as_fit);
    tcase_add_test(tcase, what_is_not_stored_is_sent_again_as_it_was);
    tcase_add_test(tcase, reads_on_in_a_queue_that_is_filled_anew);
    tcase_add_test(tcase, less_is_made_where_less_is_asked_for);
    tcase_add_test(tcase, what_is_of_a_queue_that_is_gone_is_forgotten);
    suite_add_tcase(suite, tcase);
    return suite;
}
