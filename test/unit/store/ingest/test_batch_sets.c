/* What a batch has beside the columns of its events: the keys they claim, placements, counts. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "protocol/event_key.h"
#include "store/ingest/event_queue.h"
#include "test/unit/store/ingest/batch_reading.h"
#include "test/unit/suites.h"

#define POSTGRES_EPOCH_US 946684800000000

static struct event_queue *queue;
static struct batch *batch;

static void set_up(void)
{
    queue = event_queue_new();
    batch = batch_new(100);
}

static void tear_down(void)
{
    batch_free(batch);
    event_queue_free(queue);
}

/* Ascending, as the database takes them; each with its event. */
START_TEST(claims_the_keys_of_its_events_in_order)
{
    uint8_t before[EVENT_KEY_BYTES] = {0};
    unsigned claimed[100] = {0};
    unsigned count = 0;
    for (uint64_t i = 0; i < 100; i++) {
        struct event event = batch_make_event(NULL, i % 4 == 0 ? NULL : "a");
        event.ad_id = (int32_t)(100 - i);
        batch_push(queue, i + 1, &event);
    }
    batch_fill(batch, queue, 100);
    count = batch_elements(batch, CLAIM);
    ck_assert_uint_eq(count, 150); /* two days each */
    for (uint32_t i = 0; i < count; i++) {
        struct element claim = batch_element(batch, CLAIM, i);
        uint32_t event = batch_read_32(batch_element(batch, CLAIM_EVENT, i).bytes);
        ck_assert_int_eq(claim.length, EVENT_KEY_BYTES);
        ck_assert_int_gt(memcmp(claim.bytes, before, EVENT_KEY_BYTES), 0);
        memcpy(before, claim.bytes, EVENT_KEY_BYTES);
        if (claimed[event - 1]++ == 0)
            batch_assert_element(batch, KEY, event - 1, claim.bytes, EVENT_KEY_BYTES);
    }
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_uint_eq(claimed[i], i % 4 == 0 ? 0 : 2);
}
END_TEST

START_TEST(names_its_placements_once_each_in_order)
{
    static const char *const texts[] = {"a", "b", "c", NULL};
    for (uint64_t i = 0; i < 20; i++) {
        struct event event = batch_make_event(NULL, NULL);
        if (texts[i % 4] != NULL)
            batch_set_placement(&event, texts[i % 4]);
        batch_push(queue, i + 1, &event);
    }
    batch_fill(batch, queue, 20);
    ck_assert_uint_eq(batch_elements(batch, NAME), 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct element name = batch_element(batch, NAME, i);
        int64_t id = (int64_t)batch_read_64(batch_element(batch, NAME_ID, i).bytes);
        ck_assert_int_eq(id, placement_id(name.bytes, (size_t)name.length));
        if (i > 0)
            ck_assert_int_gt(id,
                             (int64_t)batch_read_64(batch_element(batch, NAME_ID, i - 1).bytes));
    }
    batch_fill(batch, queue, 2); /* not those of the batch before */
    ck_assert_uint_eq(batch_elements(batch, NAME), 2);
}
END_TEST

START_TEST(counts_its_events)
{
    struct event event = batch_make_event(NULL, NULL);
    event.occurred_at_us = POSTGRES_EPOCH_US + 61 * 1000000;
    event.playback_ms = 1500;
    event.ad_id = 7;
    batch_push(queue, 1, &event);
    batch_push(queue, 2, &event);
    batch_fill(batch, queue, 2);
    ck_assert_uint_eq(batch_elements(batch, COUNT_BUCKET), 2);
    ck_assert_uint_eq(batch_elements(batch, COUNT_CELLS), 2 * EVENT_KINDS);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(batch_read_64(batch_element(batch, COUNT_BUCKET, i).bytes), 60 * 1000000);
        batch_assert_element(batch, COUNT_DIMENSION, i, i == 0 ? "\0\0" : "\0\1", 2);
        ck_assert_uint_eq(batch_read_64(batch_element(batch, COUNT_KEY, i).bytes), i == 0 ? 0 : 7);
        batch_assert_element(batch, COUNT_DETAIL, i, "\0\0\0\0", 4);
        batch_assert_element(batch, COUNT_VERDICT, i, "\0\0", 2);
        ck_assert_uint_eq(batch_read_64(batch_element(batch, COUNT_PLAYBACK, i).bytes), 3000);
        for (uint32_t kind = 0; kind < EVENT_KINDS; kind++)
            ck_assert_uint_eq(
                batch_read_64(batch_element(batch, COUNT_CELLS, i * EVENT_KINDS + kind).bytes),
                kind == EVENT_CLICK ? 2 : 0);
    }
}
END_TEST

/* Four each: it ends before there are more than the limit. */
START_TEST(ends_before_it_has_too_many_counts)
{
    struct batch *large = batch_new(BATCH_ROWS_MAX);
    for (uint64_t i = 0; i < BATCH_COUNT_ROWS_MAX; i++) {
        char placement[20];
        struct event event = batch_make_event(NULL, NULL);
        event.kind = EVENT_ERROR;
        event.occurred_at_us += (int64_t)i * 60000000;
        (void)snprintf(placement, sizeof placement, "p%u", (unsigned)i);
        batch_set_placement(&event, placement);
        batch_push(queue, i + 1, &event);
    }
    batch_fill(large, queue, BATCH_ROWS_MAX);
    ck_assert_uint_eq(batch_rows(large), BATCH_COUNT_ROWS_MAX / 4);
    batch_free(large);
}
END_TEST

Suite *batch_sets_suite(void)
{
    Suite *suite = suite_create("batch_sets");
    TCase *tcase = tcase_create("batch_sets");
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, claims_the_keys_of_its_events_in_order);
    tcase_add_test(tcase, names_its_placements_once_each_in_order);
    tcase_add_test(tcase, counts_its_events);
    tcase_add_test(tcase, ends_before_it_has_too_many_counts);
    suite_add_tcase(suite, tcase);
    return suite;
}
