/* Answers of as many cells as there may be are made in slices. What the longest takes is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "protocol/analytics/answer.h"
#include "test/unit/protocol/analytics/asked.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/suites.h"

/* Far above what a slice takes, under sanitizers and beside other tests too; without slices the
 * whole takes several times as long. */
enum { SLICE_MAX_US = 100000, SLICE_BYTES = 64 * 1024, ROW_BYTES = 1200 };

struct stopwatch {
    int64_t began_us;
    int64_t longest_us;
    int64_t total_us;
    int steps;
};

static int64_t now_us(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void begin(struct stopwatch *watch)
{
    watch->began_us = now_us();
}

static void end(struct stopwatch *watch)
{
    int64_t took_us = now_us() - watch->began_us;
    watch->longest_us = took_us > watch->longest_us ? took_us : watch->longest_us;
    watch->total_us += took_us;
    watch->steps++;
}

static void tell(const char *what, const struct stopwatch *watch)
{
    printf("%s: %d steps, the longest %lld us, %lld us together\n", what, watch->steps,
           (long long)watch->longest_us, (long long)watch->total_us);
    ck_assert_int_lt(watch->longest_us, SLICE_MAX_US);
}

static struct analytics_sums random_sums(void)
{
    struct analytics_sums sums = {.events = random_below(1000000),
                                  .playback_ms = random_below(1000000)};
    for (int i = 0; i < ANALYTICS_CELLS; i++)
        sums.cells[i] = random_below(1u << (1 + random_below(30)));
    return sums;
}

static void fill(struct asked *asked, size_t groups, struct stopwatch *watch)
{
    struct analytics_table *table = asked->report->table;
    for (size_t i = 0; i < groups; i++) {
        struct analytics_group_key key = {.key = (int64_t)(i * 7919 % 100003)};
        char name[64];
        ck_assert_int_gt(snprintf(name, sizeof name, "home.page.slot-%06zu", i), 0);
        begin(watch);
        analytics_table_name(table, key.key, name, strlen(name));
        end(watch);
        for (size_t bucket = 0; bucket < analytics_table_buckets(table); bucket++) {
            struct analytics_sums sums = random_sums();
            begin(watch);
            ck_assert(analytics_table_add(table, key, bucket, &sums, 1));
            end(watch);
        }
    }
}

static const struct {
    const char *what;
    enum analytics_group group;
    enum analytics_group bucket;
    size_t buckets;
    enum analytics_format format;
    bool is_by_metric;
} SHAPES[] = {
    {"placements by name, csv", GROUP_PLACEMENT, GROUP_NONE, 1, FORMAT_CSV, false},
    {"placements by completion rate, json", GROUP_PLACEMENT, GROUP_NONE, 1, FORMAT_JSON, true},
    {"ads and 31 days, csv", GROUP_AD, GROUP_DAY, 31, FORMAT_CSV, false},
    {"ads and 31 days by completion rate, ndjson", GROUP_AD, GROUP_DAY, 31, FORMAT_NDJSON, true},
    {"minutes by completion rate, csv", GROUP_NONE, GROUP_MINUTE, ANALYTICS_CELLS_MAX, FORMAT_CSV,
     true},
};

static size_t write_all(struct analytics_answer *answer, struct stopwatch *watch)
{
    struct render_text text = {0};
    size_t bytes = 0;
    bool is_more = true;
    while (is_more) {
        text.length = 0;
        begin(watch);
        is_more = analytics_answer_write(answer, &text);
        end(watch);
        ck_assert_uint_le(text.length, SLICE_BYTES + ROW_BYTES);
        bytes += text.length;
    }
    render_clear(&text);
    return bytes;
}

START_TEST(no_slice_of_the_largest_answer_is_long)
{
    struct asked asked;
    struct stopwatch adding = {0}, making = {0}, preparing = {0}, writing = {0}, freeing = {0};
    random_seed();
    asked_init(&asked, SHAPES[_i].group, GROUP_NONE, SHAPES[_i].bucket, SHAPES[_i].buckets);
    struct analytics_view *view = &asked.question.view;
    view->metrics = METRIC_BIT(ANALYTICS_METRICS) - 1;
    view->format = SHAPES[_i].format;
    view->is_ordered_by_metric = SHAPES[_i].is_by_metric;
    view->order_metric = METRIC_COMPLETION_RATE;
    fill(&asked, SHAPES[_i].group == GROUP_NONE ? 1 : ANALYTICS_CELLS_MAX / SHAPES[_i].buckets,
         &adding);
    begin(&making);
    struct analytics_answer *answer = analytics_answer_new(&asked.question, asked.report);
    end(&making);
    bool is_more = true;
    while (is_more) {
        begin(&preparing);
        is_more = analytics_answer_prepare(answer);
        end(&preparing);
    }
    size_t bytes = write_all(answer, &writing);
    begin(&freeing);
    analytics_answer_free(answer);
    asked_clear(&asked);
    end(&freeing);
    printf("%s: %zu bytes\n", SHAPES[_i].what, bytes);
    tell("  adding", &adding);
    tell("  making", &making);
    tell("  preparing", &preparing);
    tell("  writing", &writing);
    tell("  freeing", &freeing);
    ck_assert_int_gt(preparing.steps, 50);
    ck_assert_uint_ge((size_t)writing.steps, bytes / (SLICE_BYTES + ROW_BYTES));
}
END_TEST

Suite *analytics_answer_slices_suite(void)
{
    Suite *suite = suite_create("analytics_answer_slices");
    TCase *tcase = tcase_create("analytics_answer_slices");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, no_slice_of_the_largest_answer_is_long, 0,
                        (int)(sizeof SHAPES / sizeof SHAPES[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
