/* Counts of a batch, by the minute. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/vast_error.h"
#include "store/ingest/batch_counts.h"
#include "test/unit/suites.h"

#define MINUTE_US INT64_C(60000000)

static struct batch_counts *counts;

static void set_up(void)
{
    counts = batch_counts_new();
}

static void tear_down(void)
{
    batch_counts_free(counts);
}

static struct event make_event(enum event_kind kind, int32_t ad_id)
{
    return (struct event){.kind = (uint8_t)kind, .ad_id = ad_id, .quantity = 1};
}

static void assert_row(uint32_t at, enum count_dimension dimension, int64_t key, int32_t detail,
                       enum event_kind kind, int64_t events)
{
    ck_assert_uint_lt(at, batch_counts_rows(counts));
    const struct count_row *row = batch_counts_sorted(counts)[at];
    ck_assert_int_eq(row->dimension, dimension);
    ck_assert_int_eq(row->key, key);
    ck_assert_int_eq(row->detail, detail);
    for (int i = 0; i < EVENT_KINDS; i++)
        ck_assert_int_eq(row->cells[i], i == (int)kind ? events : 0);
}

START_TEST(counts_an_event_in_its_dimensions)
{
    static const struct {
        enum event_kind kind;
        int32_t ad_id;
        int32_t detail;
        int64_t placement;
        uint32_t rows;
    } cases[] = {{EVENT_CLICK, 5, 0, 0, 2},    {EVENT_CLICK, 5, 0, 77, 3},
                 {EVENT_REQUEST, 0, 0, 0, 1},  {EVENT_REQUEST, 0, 0, 77, 2},
                 {EVENT_ERROR, 5, 303, 77, 4}, {EVENT_ERROR, 0, 303, 0, 2},
                 {EVENT_NOFILL, 0, 3, 77, 3},  {EVENT_NOFILL, 0, 3, 0, 2}};
    struct event event = make_event(cases[_i].kind, cases[_i].ad_id);
    event.detail = cases[_i].detail;
    event.quantity = 9;
    batch_counts_add(counts, &event, cases[_i].placement);
    ck_assert_uint_eq(batch_counts_rows(counts), cases[_i].rows);
    ck_assert_uint_le(cases[_i].rows, COUNT_ROWS_PER_EVENT);
    uint32_t at = 0;
    assert_row(at++, COUNT_OF_ALL, 0, 0, cases[_i].kind, 9);
    if (cases[_i].ad_id != 0)
        assert_row(at++, COUNT_OF_AD, 5, 0, cases[_i].kind, 9);
    if (cases[_i].placement != 0)
        assert_row(at++, COUNT_OF_PLACEMENT, 77, 0, cases[_i].kind, 9);
    if (cases[_i].kind == EVENT_ERROR)
        assert_row(at++, COUNT_OF_ERROR, cases[_i].ad_id, 303, EVENT_ERROR, 9);
    if (cases[_i].kind == EVENT_NOFILL)
        assert_row(at++, COUNT_OF_NOFILL, cases[_i].placement, 3, EVENT_NOFILL, 9);
    ck_assert_uint_eq(at, cases[_i].rows);
}
END_TEST

/* Also of times before 1970. */
START_TEST(cuts_times_to_their_minute)
{
    static const struct {
        int64_t at_us;
        int64_t bucket_us;
    } cases[] = {{0, 0},
                 {MINUTE_US - 1, 0},
                 {MINUTE_US, MINUTE_US},
                 {-1, -MINUTE_US},
                 {-MINUTE_US, -MINUTE_US},
                 {INT64_C(1764115199999999), INT64_C(1764115140000000)}};
    struct event event = make_event(EVENT_CLICK, 0);
    event.ad_id = 1;
    event.occurred_at_us = cases[_i].at_us;
    batch_counts_add(counts, &event, 0);
    ck_assert_int_eq(batch_counts_sorted(counts)[0]->bucket_us, cases[_i].bucket_us);
}
END_TEST

/* Of a click, within a day: the largest number of as many clicks as a batch has is no overflow. */
START_TEST(sums_the_playback_of_clicks)
{
    static const struct {
        enum event_kind kind;
        int64_t playback_ms;
        int64_t counted_ms;
    } cases[] = {{EVENT_CLICK, 1, 1},
                 {EVENT_CLICK, COUNT_PLAYBACK_MAX_MS, COUNT_PLAYBACK_MAX_MS},
                 {EVENT_CLICK, EVENT_PLAYBACK_MAX_MS, COUNT_PLAYBACK_MAX_MS},
                 {EVENT_CLICK, -1, 0},
                 {EVENT_CLICK, EVENT_PLAYBACK_MIN_MS, 0},
                 {EVENT_IMPRESSION, 5000, 0}};
    struct event event = make_event(cases[_i].kind, 1);
    event.playback_ms = cases[_i].playback_ms;
    for (int i = 0; i < 10000; i++)
        batch_counts_add(counts, &event, 0);
    ck_assert_int_eq(batch_counts_sorted(counts)[0]->playback_ms, 10000 * cases[_i].counted_ms);
    ck_assert_int_eq(batch_counts_sorted(counts)[1]->playback_ms, 10000 * cases[_i].counted_ms);
}
END_TEST

START_TEST(keeps_verdicts_apart)
{
    struct event event = make_event(EVENT_CLICK, 1);
    for (int i = 0; i < 6; i++) {
        event.verdict = i % 3 == 0 ? VERDICT_DECLARED_BOT : VERDICT_VALID;
        batch_counts_add(counts, &event, 0);
    }
    ck_assert_uint_eq(batch_counts_rows(counts), 4);
    assert_row(0, COUNT_OF_ALL, 0, 0, EVENT_CLICK, 4);
    assert_row(1, COUNT_OF_ALL, 0, 0, EVENT_CLICK, 2);
    assert_row(2, COUNT_OF_AD, 1, 0, EVENT_CLICK, 4);
    assert_row(3, COUNT_OF_AD, 1, 0, EVENT_CLICK, 2);
}
END_TEST

START_TEST(counts_errors_that_vast_does_not_list_as_undefined)
{
    static const int32_t codes[][2] = {{100, 100}, {102, 102}, {103, 900},   {99, 900},  {206, 206},
                                       {207, 900}, {304, 304}, {404, 900},   {411, 411}, {412, 900},
                                       {503, 503}, {604, 604}, {605, 900},   {900, 900}, {902, 902},
                                       {903, 900}, {0, 900},   {65535, 900}, {-1, 900}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        ck_assert_int_eq(vast_error_listed(codes[i][0]), codes[i][1]);
    struct event event = make_event(EVENT_ERROR, 0);
    event.detail = 404;
    batch_counts_add(counts, &event, 0);
    assert_row(1, COUNT_OF_ERROR, 0, VAST_ERROR_UNDEFINED, EVENT_ERROR, 1);
}
END_TEST

static int compare(const struct count_row *a, const struct count_row *b)
{
    const int64_t left[] = {a->bucket_us, a->dimension, a->key, a->detail, a->verdict};
    const int64_t right[] = {b->bucket_us, b->dimension, b->key, b->detail, b->verdict};
    for (size_t i = 0; i < 5; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}

/* Random events, counted here by looking at every row. */
START_TEST(is_what_one_by_one_counting_gives)
{
    enum { EVENTS = 3000 };
    static struct event events[EVENTS];
    static int64_t placements[EVENTS];
    srand(1);
    batch_counts_clear(counts);
    for (size_t i = 0; i < EVENTS; i++) {
        events[i] = make_event((enum event_kind)(rand() % EVENT_KINDS), rand() % 40 + 1);
        events[i].occurred_at_us = rand() % 5 * MINUTE_US + rand() % 1000;
        events[i].verdict = (uint8_t)(rand() % 3);
        events[i].detail = rand() % 3 + 100;
        events[i].quantity = rand() % 9 + 1;
        placements[i] = rand() % 30 * INT64_C(0x100000001);
        batch_counts_add(counts, &events[i], placements[i]);
    }
    const struct count_row *const *rows = batch_counts_sorted(counts);
    for (uint32_t at = 0; at < batch_counts_rows(counts); at++) {
        const struct count_row *row = rows[at];
        int64_t expected[EVENT_KINDS] = {0};
        if (at > 0)
            ck_assert_int_lt(compare(rows[at - 1], row), 0);
        for (size_t i = 0; i < EVENTS; i++) {
            const struct event *event = &events[i];
            bool is_error = event->kind == EVENT_ERROR;
            bool is_nofill = event->kind == EVENT_NOFILL;
            int64_t key = row->dimension == COUNT_OF_ALL ? 0
                          : row->dimension == COUNT_OF_AD || row->dimension == COUNT_OF_ERROR
                              ? event->ad_id
                              : placements[i];
            bool is_in = event->verdict == row->verdict && key == row->key &&
                         event->occurred_at_us / MINUTE_US * MINUTE_US == row->bucket_us;
            if (row->dimension >= COUNT_OF_ERROR)
                is_in = is_in && event->detail == row->detail &&
                        (row->dimension == COUNT_OF_ERROR ? is_error : is_nofill);
            if (is_in)
                expected[event->kind] += event->quantity;
        }
        ck_assert_mem_eq(row->cells, expected, sizeof expected);
    }
}
END_TEST

Suite *batch_counts_suite(void)
{
    Suite *suite = suite_create("batch_counts");
    TCase *tcase = tcase_create("batch_counts");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, counts_an_event_in_its_dimensions, 0, 8);
    tcase_add_loop_test(tcase, cuts_times_to_their_minute, 0, 6);
    tcase_add_loop_test(tcase, sums_the_playback_of_clicks, 0, 6);
    tcase_add_test(tcase, keeps_verdicts_apart);
    tcase_add_test(tcase, counts_errors_that_vast_does_not_list_as_undefined);
    tcase_add_test(tcase, is_what_one_by_one_counting_gives);
    suite_add_tcase(suite, tcase);
    return suite;
}
