/* The ads by their ids. */
#include "store/catalogue/ad_set.h"

#include <check.h>

#include "protocol/ad.h"
#include "protocol/memory.h"
#include "test/unit/suites.h"

static struct ad_set set;

static void fill(int32_t count)
{
    ad_set_init(&set, (size_t)count);
    for (int32_t i = 0; i < count; i++)
        set.ads[set.count++] = (struct ad){.id = 2 * i - 10, .title = memory_copy_text("t")};
}

START_TEST(finds_each_and_no_other)
{
    fill(100);
    for (int32_t id = -50; id < 250; id++)
        ck_assert_int_eq(ad_set_has(&set, id), id % 2 == 0 && id >= -10 && id < 190);
    ck_assert(!ad_set_has(&set, INT32_MIN) && !ad_set_has(&set, INT32_MAX));
    ad_set_clear(&set);
    ck_assert(!ad_set_has(&set, 0));
}
END_TEST

START_TEST(finds_those_that_can_not_be_read)
{
    struct ad_set other = {.ads = NULL};
    fill(3);
    ck_assert(ad_set_has_same_unread(&set, &other));
    ad_set_add_unread(&set, -7);
    ad_set_add_unread(&set, -7);
    ad_set_add_unread(&set, 5);
    ck_assert_uint_eq(set.unread_count, 2);
    ck_assert(ad_set_has(&set, -7) && ad_set_has(&set, 5) && ad_set_has(&set, -10));
    ck_assert(!ad_set_has(&set, -5));
    ck_assert(!ad_set_has_same_unread(&set, &other));
    ad_set_clear(&set);
}
END_TEST

START_TEST(is_cleared_in_slices)
{
    fill(2 * AD_SLICE_ADS + 1);
    ad_set_clear_slice(&set);
    ck_assert_uint_eq(set.count, AD_SLICE_ADS + 1);
    ad_set_clear_slice(&set);
    ck_assert_uint_eq(set.count, 1);
    ck_assert_ptr_nonnull(set.ads);
    ad_set_clear_slice(&set);
    ck_assert_ptr_null(set.ads);
    ad_set_clear_slice(&set);
}
END_TEST

Suite *ad_set_suite(void)
{
    Suite *suite = suite_create("ad_set");
    TCase *tcase = tcase_create("ad_set");
    tcase_add_test(tcase, finds_each_and_no_other);
    tcase_add_test(tcase, finds_those_that_can_not_be_read);
    tcase_add_test(tcase, is_cleared_in_slices);
    suite_add_tcase(suite, tcase);
    return suite;
}
