/* How an export goes through its window, over events that lie in an array instead of a database. */
#include <stdint.h>
#include <stdlib.h>

#include <check.h>

#include "store/analytics/export_pace.h"
#include "test/unit/suites.h"

#define DAY_US (INT64_C(86400) * 1000000)

enum { EVENTS = 60000 };

static struct export_position events[EVENTS];
static size_t count;
static uint64_t seed;

static uint64_t random_below(uint64_t bound)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % bound;
}

static void add(int64_t at_us)
{
    ck_assert_uint_lt(count, EVENTS);
    events[count] = (struct export_position){at_us, (int64_t)count};
    count++;
}

static int compare(struct export_position a, struct export_position b)
{
    if (a.at_us != b.at_us)
        return a.at_us < b.at_us ? -1 : 1;
    return (a.id > b.id) - (a.id < b.id);
}

static int compare_events(const void *a, const void *b)
{
    return compare(*(const struct export_position *)a, *(const struct export_position *)b);
}

/* Where the first event at or behind a moment stands. */
static size_t first_from(int64_t at_us)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (events[middle].at_us < at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct run {
    size_t told;
    size_t read; /* that the slices held */
    unsigned pages;
};

/* Each event of the window behind the position comes once, in order. */
static struct run export(const struct export_question *question)
{
    struct export_pace pace = export_pace_start(question);
    struct run run = {0};
    size_t next = first_from(question->start_us);
    while (question->has_position && next < count && compare(events[next], question->position) <= 0)
        next++;
    while (!pace.is_done) {
        const struct export_page page = export_pace_next(&pace);
        uint32_t rows = 0;
        ck_assert_int_le(page.to_us, question->end_us);
        for (size_t i = first_from(page.from_us); i < count && events[i].at_us <= page.to_us; i++) {
            run.read++;
            if ((page.has_position && compare(events[i], page.position) <= 0) || rows == page.limit)
                continue;
            ck_assert_uint_eq(i, next);
            next++;
            rows++;
        }
        export_pace_took(&pace, &page, rows, next > 0 ? events[next - 1] : events[0], 1000);
        run.told += rows;
        ck_assert_uint_lt(++run.pages, 10000);
    }
    if (question->limit == 0)
        ck_assert(next == count || events[next].at_us > question->end_us);
    else
        ck_assert_uint_le(run.told, question->limit);
    return run;
}

static void set_up(void)
{
    count = 0;
    seed = 7;
}

START_TEST(a_steady_stream_is_read_about_once)
{
    const struct export_question question = {.start_us = 0, .end_us = DAY_US - 1};
    for (int i = 0; i < EVENTS; i++)
        add(DAY_US / EVENTS * i);
    struct run run = export(&question);
    ck_assert_uint_eq(run.told, EVENTS);
    ck_assert_uint_le(run.read, EVENTS + EVENTS / 4);
    ck_assert_uint_le(run.pages, 25);
}
END_TEST

START_TEST(an_empty_window_is_soon_over)
{
    const struct export_question question = {.start_us = -62135596800 * INT64_C(1000000),
                                             .end_us = 253402300799 * INT64_C(1000000)};
    ck_assert_uint_lt(export(&question).pages, 400);
}
END_TEST

START_TEST(many_at_one_moment_are_told_by_their_ids)
{
    const struct export_question question = {.start_us = 0, .end_us = DAY_US};
    for (int i = 0; i < 23000; i++)
        add(i < 3 ? i : DAY_US / 2);
    ck_assert_uint_eq(export(&question).told, 23000);
}
END_TEST

/* Bursts, gaps and single microseconds; from anywhere, to anywhere, cut anywhere. */
START_TEST(every_event_comes_once_in_order)
{
    int64_t at_us = 0;
    while (count < 40000) {
        int64_t steps[] = {0, 1, 1000, 1000000, DAY_US};
        int64_t step = steps[random_below(_i % 2 == 0 ? 3 : 5)];
        for (uint64_t burst = random_below(step == DAY_US ? 2 : 3000) + 1;
             burst > 0 && count < 40000; burst--)
            add(at_us += step);
    }
    qsort(events, count, sizeof events[0], compare_events);
    for (int i = 0; i < 20; i++) {
        size_t from = random_below(count);
        size_t to = from + random_below(count - from);
        struct export_question question = {.start_us = events[from].at_us,
                                           .end_us = events[to].at_us,
                                           .has_position = random_below(2) == 0,
                                           .position = events[from + random_below(to - from + 1)],
                                           .limit =
                                               random_below(3) == 0 ? 1 + random_below(9000) : 0};
        (void)export(&question);
    }
}
END_TEST

START_TEST(a_limit_ends_it)
{
    struct export_question question = {.start_us = 0, .end_us = DAY_US};
    for (int i = 0; i < 20000; i++)
        add(i);
    static const uint64_t limits[] = {1, 4999, 5000, 5001, 10000, 19999, 20000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        question.limit = limits[i];
        ck_assert_uint_eq(export(&question).told, limits[i]);
    }
}
END_TEST

START_TEST(what_takes_long_gets_smaller)
{
    const struct export_question question = {.start_us = 0, .end_us = 1000 * DAY_US};
    struct export_pace pace = export_pace_start(&question);
    for (int i = 0; i < 8; i++) {
        struct export_page page = export_pace_next(&pace);
        export_pace_took(&pace, &page, 0, events[0], 1000);
    }
    int64_t width_us = pace.width_us;
    ck_assert_uint_lt(export_pace_next(&pace).timeout_ms, 5000);
    ck_assert(export_pace_shrink(&pace));
    ck_assert_int_lt(pace.width_us, width_us / 10);
    while (export_pace_shrink(&pace))
        ck_assert_int_gt(pace.width_us, 0);
    struct export_page page = export_pace_next(&pace);
    ck_assert_int_eq(page.to_us, page.from_us);
}
END_TEST

Suite *export_pace_suite(void)
{
    Suite *suite = suite_create("export_pace");
    TCase *tcase = tcase_create("export_pace");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, a_steady_stream_is_read_about_once);
    tcase_add_test(tcase, an_empty_window_is_soon_over);
    tcase_add_test(tcase, many_at_one_moment_are_told_by_their_ids);
    tcase_add_loop_test(tcase, every_event_comes_once_in_order, 0, 6);
    tcase_add_test(tcase, a_limit_ends_it);
    tcase_add_test(tcase, what_takes_long_gets_smaller);
    suite_add_tcase(suite, tcase);
    return suite;
}
