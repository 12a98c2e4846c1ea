/* The server's own sums, by a clock of the test's. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "store/ingest/sums.h"
#include "test/unit/suites.h"

#define SECOND_US INT64_C(1000000)
#define NOON_US (INT64_C(1764158400) * SECOND_US)

static struct sums *sums;
static struct sum taken[SUMS_MAX];

static void set_up(void)
{
    sums = sums_new();
}

static void tear_down(void)
{
    sums_free(sums);
}

static struct sum make_sum(int32_t ad_id, const char *placement)
{
    struct sum sum = {.quantity = 1, .ad_id = ad_id, .kind = EVENT_REQUEST};
    sum.placement_bytes = (uint8_t)strlen(placement);
    memcpy(sum.placement, placement, sum.placement_bytes);
    return sum;
}

static void add(int32_t ad_id, const char *placement, int64_t now_us)
{
    const struct sum sum = make_sum(ad_id, placement);
    ck_assert_uint_eq(sums_add(sums, &sum, now_us), 0);
}

static uint64_t total(size_t count)
{
    uint64_t quantity = 0;
    for (size_t i = 0; i < count; i++)
        quantity += taken[i].quantity;
    return quantity;
}

START_TEST(adds_up_what_is_alike_in_a_second)
{
    struct sum other = make_sum(1, "top");
    for (int i = 0; i < 10; i++)
        add(1, "top", NOON_US + i);
    other.reason = 1;
    ck_assert_uint_eq(sums_add(sums, &other, NOON_US), 0);
    other.verdict = VERDICT_DECLARED_BOT;
    ck_assert_uint_eq(sums_add(sums, &other, NOON_US), 0);
    other.kind = EVENT_FILL;
    ck_assert_uint_eq(sums_add(sums, &other, NOON_US), 0);
    add(2, "top", NOON_US);
    add(1, "to", NOON_US);
    add(1, "", NOON_US);
    add(1, "top", NOON_US + SECOND_US);
    ck_assert_uint_eq(sums_count(sums), 8);
    ck_assert_uint_eq(sums_take(sums, INT64_MAX, taken, SUMS_MAX), 8);
    ck_assert_uint_eq(taken[0].quantity, 10);
    ck_assert_int_eq(taken[0].period_us, NOON_US);
    ck_assert_int_eq(taken[7].period_us, NOON_US + SECOND_US);
    ck_assert_uint_eq(total(8), 17);
    ck_assert_uint_eq(sums_count(sums), 0);
}
END_TEST

START_TEST(takes_the_seconds_that_are_over)
{
    for (int i = 0; i < 5; i++)
        add(1, "", NOON_US + i * SECOND_US);
    ck_assert_uint_eq(sums_take(sums, NOON_US + 3 * SECOND_US, taken, 2), 2);
    ck_assert_uint_eq(sums_take(sums, NOON_US + 3 * SECOND_US, taken, 2), 1);
    ck_assert_uint_eq(sums_take(sums, NOON_US + 3 * SECOND_US, taken, 2), 0);
    add(1, "", NOON_US + 4 * SECOND_US); /* what stays is still found */
    ck_assert_uint_eq(sums_count(sums), 2);
}
END_TEST

START_TEST(later_placements_of_a_second_are_others)
{
    char name[20];
    for (int i = 0; i < SUMS_WITH_PLACEMENT_MAX + 50; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        add(1, name, NOON_US);
    }
    add(1, "p7", NOON_US); /* is among the first */
    ck_assert_uint_eq(sums_take(sums, INT64_MAX, taken, SUMS_MAX), SUMS_WITH_PLACEMENT_MAX + 1);
    const struct sum *last = &taken[SUMS_WITH_PLACEMENT_MAX];
    ck_assert_uint_eq(last->placement_bytes, 7);
    ck_assert_mem_eq(last->placement, "(other)", 7);
    ck_assert_uint_eq(last->quantity, 50);
    ck_assert_uint_eq(total(SUMS_WITH_PLACEMENT_MAX + 1), SUMS_WITH_PLACEMENT_MAX + 51);
    add(1, "one-more", NOON_US + SECOND_US);
    ck_assert_uint_eq(sums_take(sums, INT64_MAX, taken, SUMS_MAX), 1);
    ck_assert_mem_eq(taken[0].placement, "one-more", 8);
}
END_TEST

START_TEST(adds_up_by_the_minute_while_it_must_wait)
{
    for (int i = 0; i < 50; i++)
        add(1, "", NOON_US + i * SECOND_US);
    sums_by_minute(sums);
    ck_assert_uint_eq(sums_count(sums), 1);
    for (int i = 50; i < 130; i++)
        add(1, "", NOON_US + i * SECOND_US);
    struct sum back = make_sum(1, "");
    back.period_us = NOON_US + 61 * SECOND_US;
    ck_assert_uint_eq(sums_put_back(sums, &back), 0);
    ck_assert_uint_eq(sums_count(sums), 3);
    sums_by_second(sums);
    add(1, "", NOON_US + 125 * SECOND_US);
    ck_assert_uint_eq(sums_take(sums, INT64_MAX, taken, SUMS_MAX), 4);
    ck_assert_uint_eq(taken[0].quantity, 60);
    ck_assert_uint_eq(taken[1].quantity, 61);
    ck_assert_int_eq(taken[1].period_us, NOON_US + 60 * SECOND_US);
    ck_assert_int_eq(taken[3].period_us, NOON_US + 125 * SECOND_US);
    ck_assert_uint_eq(total(4), 132);
}
END_TEST

/* Beyond the bound: with a placement to that of the others, where there is one, else it is lost. */
START_TEST(loses_what_finds_no_room)
{
    sums_by_minute(sums);
    add(1, "(other)", NOON_US);
    for (int32_t ad_id = 1; ad_id < SUMS_MAX; ad_id++)
        add(ad_id, "", NOON_US);
    ck_assert_uint_eq(sums_count(sums), SUMS_MAX);
    struct sum sum = make_sum(SUMS_MAX, "");
    sum.quantity = 77;
    ck_assert_uint_eq(sums_add(sums, &sum, NOON_US), 77);
    sum = make_sum(1, "new");
    ck_assert_uint_eq(sums_add(sums, &sum, NOON_US), 0);
    sum = make_sum(2, "new");
    ck_assert_uint_eq(sums_add(sums, &sum, NOON_US), 1);
    add(5, "", NOON_US); /* known */
    ck_assert_uint_eq(sums_take(sums, INT64_MAX, taken, SUMS_MAX), SUMS_MAX);
    ck_assert_uint_eq(taken[0].quantity, 2);
    ck_assert_uint_eq(total(SUMS_MAX), SUMS_MAX + 2);
}
END_TEST

START_TEST(holds_more_than_a_record_can)
{
    struct sum sum = make_sum(1, "");
    sum.quantity = UINT32_MAX;
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(sums_add(sums, &sum, NOON_US), 0);
    ck_assert_uint_eq(sums_take(sums, INT64_MAX, taken, SUMS_MAX), 1);
    ck_assert_uint_eq(taken[0].quantity, 3 * (uint64_t)UINT32_MAX);
}
END_TEST

START_TEST(keeps_no_sum_of_nothing)
{
    struct sum sum = make_sum(1, "");
    sum.quantity = 0;
    ck_assert_uint_eq(sums_add(sums, &sum, NOON_US), 0);
    ck_assert_uint_eq(sums_count(sums), 0);
}
END_TEST

Suite *sums_suite(void)
{
    Suite *suite = suite_create("sums");
    TCase *tcase = tcase_create("sums");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, adds_up_what_is_alike_in_a_second);
    tcase_add_test(tcase, takes_the_seconds_that_are_over);
    tcase_add_test(tcase, later_placements_of_a_second_are_others);
    tcase_add_test(tcase, adds_up_by_the_minute_while_it_must_wait);
    tcase_add_test(tcase, loses_what_finds_no_room);
    tcase_add_test(tcase, holds_more_than_a_record_can);
    tcase_add_test(tcase, keeps_no_sum_of_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
