/* How often each ad comes up. */
#include "store/catalogue/rotation.h"

#include <math.h>
#include <stdlib.h>

#include <check.h>

#include "test/unit/suites.h"

enum { ADS_MAX = 1000 };

static struct rotation rotation;
static uint64_t point;
static unsigned counts[ADS_MAX];

static void set_up(void)
{
    rotation = (struct rotation){.places = NULL};
    point = 0;
}

static void tear_down(void)
{
    rotation_clear(&rotation);
}

static void add(const int32_t *weights, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rotation_add(&rotation, i, weights[i]);
}

static void walk(unsigned answers)
{
    for (size_t i = 0; i < ADS_MAX; i++)
        counts[i] = 0;
    for (unsigned i = 0; i < answers; i++)
        counts[rotation.places[rotation_next(&rotation, &point)].ad]++;
}

/* Each count is what the weight makes of so many answers, within `within`. */
static void assert_shares(unsigned answers, double within)
{
    double total = (double)rotation.places[rotation.count - 1].past;
    for (size_t i = 0; i < rotation.count; i++) {
        uint64_t before = i == 0 ? 0 : rotation.places[i - 1].past;
        double wanted = (double)answers * (double)(rotation.places[i].past - before) / total;
        ck_assert_msg(fabs(wanted - counts[i]) <= within, "ad %zu: %u of %u, %g wanted", i,
                      counts[i], answers, wanted);
    }
}

START_TEST(gives_a_lone_ad_each_time)
{
    rotation_add(&rotation, 7, 1);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(rotation.places[rotation_next(&rotation, &point)].ad, 7);
}
END_TEST

/* Wherever it begins, and however long it is. */
START_TEST(gives_each_its_share_in_any_stretch)
{
    static const int32_t weights[] = {1, 1, 2, 3, 5, 1, 100, 17, 2};
    add(weights, 9);
    for (unsigned answers = 1; answers < 3000; answers += 7) {
        walk(answers);
        assert_shares(answers, 3);
    }
}
END_TEST

START_TEST(gives_many_their_share)
{
    for (size_t i = 0; i < ADS_MAX; i++)
        rotation_add(&rotation, i, (int32_t)(1 + i % 5));
    walk(300000);
    assert_shares(300000, 3);
}
END_TEST

START_TEST(takes_the_largest_weights)
{
    for (size_t i = 0; i < ADS_MAX; i++)
        rotation_add(&rotation, i, INT32_MAX);
    ck_assert_uint_eq(rotation.places[ADS_MAX - 1].past, ADS_MAX * (uint64_t)INT32_MAX);
    walk(10000);
    assert_shares(10000, 3);
}
END_TEST

/* As when several clients ask in turn. */
START_TEST(gives_every_nth_answer_its_share)
{
    static const int32_t weights[] = {1, 1, 2};
    add(weights, 3);
    for (unsigned n = 2; n <= 21; n++) {
        unsigned hits[3] = {0};
        for (int i = 0; i < 2000; i++)
            for (unsigned k = 0; k < n; k++) {
                size_t place = rotation_next(&rotation, &point);
                hits[place] += k == 0;
            }
        ck_assert_msg(abs((int)hits[0] - 500) <= (int)n && abs((int)hits[2] - 1000) <= (int)n,
                      "every %u: %u %u %u", n, hits[0], hits[1], hits[2]);
    }
}
END_TEST

START_TEST(reaches_both_ends)
{
    static const int32_t weights[] = {1, 1};
    add(weights, 2);
    point = UINT64_MAX - UINT64_C(0x9e3779b97f4a7c15);
    ck_assert_uint_eq(rotation_next(&rotation, &point), 1);
    ck_assert_uint_eq(point, UINT64_MAX);
    point = 0 - UINT64_C(0x9e3779b97f4a7c15);
    ck_assert_uint_eq(rotation_next(&rotation, &point), 0);
    point = (UINT64_C(1) << 63) - UINT64_C(0x9e3779b97f4a7c15); /* the second begins here */
    ck_assert_uint_eq(rotation_next(&rotation, &point), 1);
}
END_TEST

Suite *rotation_suite(void)
{
    Suite *suite = suite_create("rotation");
    TCase *tcase = tcase_create("rotation");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, gives_a_lone_ad_each_time);
    tcase_add_test(tcase, gives_each_its_share_in_any_stretch);
    tcase_add_test(tcase, gives_many_their_share);
    tcase_add_test(tcase, takes_the_largest_weights);
    tcase_add_test(tcase, gives_every_nth_answer_its_share);
    tcase_add_test(tcase, reaches_both_ends);
    suite_add_tcase(suite, tcase);
    return suite;
}
