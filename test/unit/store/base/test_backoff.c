/* The wait between two tries. */
#include <check.h>

#include "store/base/backoff.h"
#include "test/unit/suites.h"

static const struct {
    uint32_t failures; /* before this one */
    uint32_t full_ms;
} WAITS[] = {{0, 100},   {1, 200},   {2, 400},     {3, 800},          {4, 1600},
             {5, 3200},  {6, 3200},  {7, 3200},    {31, 3200},        {32, 3200},
             {33, 3200}, {64, 3200}, {1000, 3200}, {UINT32_MAX, 3200}};

START_TEST(waits_between_half_and_all_of_a_doubling_time)
{
    uint32_t full_ms = WAITS[_i].full_ms;
    struct backoff least = {.failures = WAITS[_i].failures};
    struct backoff most = least;
    ck_assert_uint_ge(backoff_next(&least, 0), full_ms / 2);
    ck_assert_uint_le(backoff_next(&most, UINT32_MAX), full_ms);
    struct backoff middle = {.failures = WAITS[_i].failures};
    uint32_t wait_ms = backoff_next(&middle, UINT32_MAX / 2);
    ck_assert_uint_ge(wait_ms, full_ms * 3 / 4 - 1);
    ck_assert_uint_le(wait_ms, full_ms * 3 / 4 + 1);
}
END_TEST

START_TEST(spreads_over_its_whole_range)
{
    struct backoff least = {.failures = 6};
    struct backoff most = least;
    ck_assert_uint_le(backoff_next(&least, 0), 1601);
    ck_assert_uint_eq(backoff_next(&most, UINT32_MAX), 3200);
}
END_TEST

START_TEST(starts_anew_after_a_reset)
{
    struct backoff backoff = {0};
    for (int i = 0; i < 20; i++)
        (void)backoff_next(&backoff, UINT32_MAX);
    ck_assert_uint_eq(backoff_next(&backoff, UINT32_MAX), BACKOFF_CEILING_MS);
    backoff_reset(&backoff);
    ck_assert_uint_eq(backoff_next(&backoff, UINT32_MAX), BACKOFF_FIRST_MS);
    ck_assert_uint_eq(backoff_next(&backoff, UINT32_MAX), 2 * BACKOFF_FIRST_MS);
}
END_TEST

Suite *backoff_suite(void)
{
    Suite *suite = suite_create("backoff");
    TCase *tcase = tcase_create("backoff");
    tcase_add_loop_test(tcase, waits_between_half_and_all_of_a_doubling_time, 0,
                        (int)(sizeof WAITS / sizeof WAITS[0]));
    tcase_add_test(tcase, spreads_over_its_whole_range);
    tcase_add_test(tcase, starts_anew_after_a_reset);
    suite_add_tcase(suite, tcase);
    return suite;
}
