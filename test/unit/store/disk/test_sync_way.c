/* Which way urgent syncs go. */
#include "store/disk/sync_way.h"

#include <check.h>

#include "test/unit/suites.h"

static struct sync_way way;

static void set_up(void)
{
    way = (struct sync_way){.is_apart = false};
}

/* So many that take `took_us`, a millisecond apart from `from_us` on; how often the way changed. */
static unsigned note_many(unsigned count, int64_t took_us, int64_t from_us)
{
    unsigned changes = 0;
    for (unsigned i = 0; i < count; i++)
        changes += sync_way_note(&way, took_us, from_us + (int64_t)i * 1000);
    return changes;
}

START_TEST(quick_syncs_stay_inline)
{
    ck_assert_uint_eq(note_many(5000, SYNC_WAY_SLOW_US, 0), 0);
    ck_assert(!way.is_apart);
}
END_TEST

START_TEST(one_slow_sync_sends_them_apart)
{
    ck_assert(sync_way_note(&way, SYNC_WAY_SLOW_US + 1, 7));
    ck_assert(way.is_apart);
    ck_assert(!sync_way_note(&way, SYNC_WAY_SLOW_US + 1, 8));
}
END_TEST

START_TEST(a_thousand_quick_ones_bring_them_back)
{
    ck_assert(sync_way_note(&way, 5000, 0));
    ck_assert_uint_eq(note_many(999, 299, SYNC_WAY_APART_US), 0);
    ck_assert(sync_way_note(&way, 299, SYNC_WAY_APART_US));
    ck_assert(!way.is_apart);
}
END_TEST

START_TEST(not_before_ten_seconds)
{
    ck_assert(sync_way_note(&way, 5000, 0));
    ck_assert_uint_eq(note_many(9999, 10, 1), 0);
    ck_assert(sync_way_note(&way, 10, SYNC_WAY_APART_US));
}
END_TEST

START_TEST(nor_while_some_are_slower)
{
    ck_assert(sync_way_note(&way, 5000, 0));
    ck_assert_uint_eq(note_many(999, 10, SYNC_WAY_APART_US), 0);
    ck_assert(!sync_way_note(&way, SYNC_WAY_QUICK_US, SYNC_WAY_APART_US));
    ck_assert_uint_eq(note_many(999, 10, SYNC_WAY_APART_US), 0);
    ck_assert(sync_way_note(&way, 10, SYNC_WAY_APART_US));
}
END_TEST

Suite *sync_way_suite(void)
{
    Suite *suite = suite_create("sync_way");
    TCase *tests = tcase_create("sync_way");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, quick_syncs_stay_inline);
    tcase_add_test(tests, one_slow_sync_sends_them_apart);
    tcase_add_test(tests, a_thousand_quick_ones_bring_them_back);
    tcase_add_test(tests, not_before_ten_seconds);
    tcase_add_test(tests, nor_while_some_are_slower);
    suite_add_tcase(suite, tests);
    return suite;
}
