/* Who waits for events: each is answered once, for all of his, and counted by that. */
#include <string.h>

#include <check.h>

#include "metrics/metrics.h"
#include "store/ingest/waiters.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/suites.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct metrics *metrics;
static struct refusals refusals;
static struct waiters waiters;

/* Whom an answer is for. */
struct asker {
    int answers;
    enum result result;
};

static void set_up(void)
{
    metrics = rendering_set_up();
    refusals_init(&refusals, metrics);
    waiters_init(&waiters, &refusals, metrics);
}

static void tear_down(void)
{
    waiters_clear(&waiters);
    rendering_tear_down();
}

static void on_done(void *arg, enum result result)
{
    struct asker *asker = arg;
    asker->answers++;
    asker->result = result;
}

/* Three clicks and two impressions. */
static const struct event mixed[5] = {
    {.kind = EVENT_CLICK, .quantity = 1},      {.kind = EVENT_IMPRESSION, .quantity = 1},
    {.kind = EVENT_CLICK, .quantity = 1},      {.kind = EVENT_CLICK, .quantity = 1},
    {.kind = EVENT_IMPRESSION, .quantity = 1},
};

static uint64_t accepted(const char *labels)
{
    return metrics_counter(metrics, "adtracker_events_accepted_total", "", labels)->value;
}

static uint64_t refused(void)
{
    return refusals.counters[REFUSAL_DISK_FAILED]->value;
}

static void assert_counted(uint64_t clicks, uint64_t impressions, uint64_t refused_events)
{
    ck_assert_uint_eq(accepted("kind=\"click\""), clicks);
    ck_assert_uint_eq(accepted("kind=\"impression\""), impressions);
    ck_assert_uint_eq(refused(), refused_events);
}

static void assert_answered(const struct asker *asker, enum result result)
{
    ck_assert_int_eq(asker->answers, 1);
    ck_assert_int_eq(asker->result, result);
}

static uint64_t answer(uint64_t durable, enum refusal refusal)
{
    waiters_begin_group(&waiters);
    waiters_end_group(&waiters, durable, refusal);
    return waiters_answer(&waiters);
}

START_TEST(all_that_is_durable_counts_by_its_kind)
{
    struct asker askers[2] = {{0}};
    waiters_add(&waiters, mixed, 5, 15, true, on_done, &askers[0]);
    waiters_add(&waiters, mixed, 1, 16, true, on_done, &askers[1]);
    ck_assert_uint_eq(waiters.next.count, 2);
    ck_assert_uint_eq(answer(16, REFUSAL_NONE), 0);
    ck_assert_uint_eq(waiters.group.count, 0);
    assert_answered(&askers[0], RESULT_OK);
    assert_answered(&askers[1], RESULT_OK);
    assert_counted(4, 2, 0);
}
END_TEST

START_TEST(nothing_durable_counts_as_refused)
{
    struct asker asker = {0};
    waiters_add(&waiters, mixed, 5, 15, true, on_done, &asker);
    ck_assert_uint_eq(answer(0, REFUSAL_DISK_FAILED), 0);
    assert_answered(&asker, RESULT_UNAVAILABLE);
    assert_counted(0, 0, 5);
}
END_TEST

/* The loop's number: how many of the second one's five are durable. */
START_TEST(part_of_them_is_refused_as_a_whole)
{
    struct asker askers[3] = {{0}};
    waiters_add(&waiters, mixed, 2, 12, true, on_done, &askers[0]);
    waiters_add(&waiters, mixed, 5, 17, true, on_done, &askers[1]);
    waiters_add(&waiters, mixed, 1, 18, true, on_done, &askers[2]);
    ck_assert_uint_eq(answer(12 + (uint64_t)_i, REFUSAL_DISK_FAILED), (uint64_t)_i % 5);
    assert_answered(&askers[0], RESULT_OK);
    assert_answered(&askers[1], _i == 5 ? RESULT_OK : RESULT_UNAVAILABLE);
    assert_answered(&askers[2], RESULT_UNAVAILABLE);
    if (_i == 5)
        assert_counted(4, 3, 1);
    else
        assert_counted(1, 1, 6);
}
END_TEST

START_TEST(nobody_is_answered_twice)
{
    struct asker askers[2] = {{0}};
    waiters_add(&waiters, mixed, 1, 11, true, on_done, &askers[0]);
    ck_assert_uint_eq(answer(11, REFUSAL_NONE), 0);
    waiters_add(&waiters, mixed, 1, 12, true, on_done, &askers[1]);
    ck_assert_uint_eq(answer(12, REFUSAL_NONE), 0);
    ck_assert_uint_eq(answer(12, REFUSAL_NONE), 0);
    assert_answered(&askers[0], RESULT_OK);
    assert_answered(&askers[1], RESULT_OK);
    assert_counted(2, 0, 0);
}
END_TEST

static struct asker more[300];

static void on_done_ask_more(void *arg, enum result result)
{
    on_done(arg, result);
    for (size_t i = 0; i < COUNT(more); i++)
        waiters_add(&waiters, mixed, 1, 14 + i, true, on_done, &more[i]);
}

/* As when the sums that are left at a stop follow those that are answered. */
START_TEST(whom_an_answer_brings_waits_for_the_next)
{
    struct asker askers[3] = {{0}};
    memset(more, 0, sizeof more);
    waiters_add(&waiters, mixed, 1, 11, true, on_done_ask_more, &askers[0]);
    waiters_add(&waiters, mixed, 1, 12, true, on_done, &askers[1]);
    waiters_add(&waiters, mixed, 1, 13, true, on_done, &askers[2]);
    ck_assert_uint_eq(answer(13, REFUSAL_NONE), 0);
    for (size_t i = 0; i < COUNT(askers); i++)
        assert_answered(&askers[i], RESULT_OK);
    for (size_t i = 0; i < COUNT(more); i++)
        ck_assert_int_eq(more[i].answers, 0);
    ck_assert_uint_eq(answer(13 + COUNT(more), REFUSAL_NONE), 0);
    for (size_t i = 0; i < COUNT(more); i++)
        assert_answered(&more[i], RESULT_OK);
    assert_counted(3 + COUNT(more), 0, 0);
}
END_TEST

START_TEST(many_may_wait)
{
    enum { ASKERS = 3000 };
    static struct asker askers[ASKERS];
    for (size_t i = 0; i < ASKERS; i++)
        waiters_add(&waiters, mixed, 1, i + 1, true, on_done, &askers[i]);
    ck_assert_uint_eq(answer(2000, REFUSAL_DISK_FAILED), 0);
    for (size_t i = 0; i < ASKERS; i++)
        assert_answered(&askers[i], i < 2000 ? RESULT_OK : RESULT_UNAVAILABLE);
    assert_counted(2000, 0, 1000);
}
END_TEST

Suite *waiters_suite(void)
{
    Suite *suite = suite_create("waiters");
    TCase *tcase = tcase_create("waiters");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, all_that_is_durable_counts_by_its_kind);
    tcase_add_test(tcase, nothing_durable_counts_as_refused);
    tcase_add_loop_test(tcase, part_of_them_is_refused_as_a_whole, 0, 6);
    tcase_add_test(tcase, nobody_is_answered_twice);
    tcase_add_test(tcase, whom_an_answer_brings_waits_for_the_next);
    tcase_add_test(tcase, many_may_wait);
    suite_add_tcase(suite, tcase);
    return suite;
}
