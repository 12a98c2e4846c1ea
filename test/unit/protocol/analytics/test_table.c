/* Tables of sums: random ones hold what a plain list holds; the bounds; the names. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/table.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/suites.h"

static const struct analytics_sums ONE = {.events = 1, .cells = {[CELL_CLICK] = 1}};

static struct analytics_group_key key_of(int64_t key, int32_t second)
{
    return (struct analytics_group_key){.key = key, .second = second};
}

START_TEST(a_table_without_groups_has_its_one_from_the_start)
{
    struct analytics_table *table = analytics_table_new(3, false);
    ck_assert_uint_eq(analytics_table_groups(table), 1);
    ck_assert_uint_eq(analytics_table_buckets(table), 3);
    ck_assert_int_eq(analytics_table_key(table, 0).key, 0);
    ck_assert_int_eq(analytics_table_key(table, 0).second, 0);
    for (size_t i = 0; i < 3; i++)
        ck_assert(analytics_sums_are_zero(analytics_table_sums(table, 0, i)));
    analytics_table_drop_empty(table, key_of(0, 0));
    ck_assert_uint_eq(analytics_table_groups(table), 1);
    analytics_table_free(table);
}
END_TEST

START_TEST(a_table_with_groups_begins_without)
{
    struct analytics_table *table = analytics_table_new(1, true);
    ck_assert_uint_eq(analytics_table_groups(table), 0);
    analytics_table_drop_empty(table, key_of(0, 0));
    ck_assert_uint_eq(analytics_table_groups(table), 0);
    analytics_table_free(table);
    analytics_table_free(NULL);
}
END_TEST

static const size_t BUCKETS[] = {1, 2, 30, 3334, 49999, 50001, ANALYTICS_CELLS_MAX};

/* As many groups as fit are taken; the next is refused, the known ones are not. */
START_TEST(there_are_at_most_so_many_cells)
{
    size_t buckets = BUCKETS[_i];
    size_t groups = ANALYTICS_CELLS_MAX / buckets;
    struct analytics_table *table = analytics_table_new(buckets, true);
    for (size_t i = 0; i < groups; i++)
        ck_assert(analytics_table_add(table, key_of((int64_t)i, 1), buckets - 1, &ONE, 1));
    ck_assert(!analytics_table_add(table, key_of(0, 2), 0, &ONE, 1));
    ck_assert_uint_eq(analytics_table_groups(table), groups);
    for (size_t i = 0; i < groups; i++) {
        ck_assert(analytics_table_add(table, key_of((int64_t)i, 1), buckets - 1, &ONE, 1));
        ck_assert_int_eq(analytics_table_sums(table, i, buckets - 1)->events, 2);
    }
    analytics_table_free(table);
}
END_TEST

START_TEST(only_a_group_whose_sums_are_zero_is_dropped)
{
    struct analytics_table *table = analytics_table_new(2, true);
    ck_assert(analytics_table_add(table, key_of(1, 0), 1, &ONE, 1));
    ck_assert(analytics_table_add(table, key_of(2, 0), 0, &ONE, 1));
    ck_assert(analytics_table_add(table, key_of(3, 0), 1, &ONE, 1));
    analytics_table_drop_empty(table, key_of(1, 0));
    ck_assert_uint_eq(analytics_table_groups(table), 3);
    ck_assert(analytics_table_add(table, key_of(1, 0), 1, &ONE, -1));
    analytics_table_drop_empty(table, key_of(1, 0));
    ck_assert_uint_eq(analytics_table_groups(table), 2);
    ck_assert_int_eq(analytics_table_key(table, 0).key, 3);
    ck_assert_int_eq(analytics_table_key(table, 1).key, 2);
    ck_assert_int_eq(analytics_table_sums(table, 0, 1)->events, 1);
    ck_assert_int_eq(analytics_table_sums(table, 1, 0)->events, 1);
    ck_assert(analytics_table_add(table, key_of(4, 0), 0, &ONE, 1));
    ck_assert_int_eq(analytics_table_sums(table, 2, 0)->events, 1);
    ck_assert_int_eq(analytics_table_sums(table, 2, 1)->events, 0);
    analytics_table_free(table);
}
END_TEST

enum { KEYS = 300, SECONDS = 2, MODEL_BUCKETS = 3, ROUNDS = 30000 };

struct model {
    bool is_there[KEYS][SECONDS];
    int64_t events[KEYS][SECONDS][MODEL_BUCKETS];
};

static int64_t wide(unsigned key)
{
    return (int64_t)key << (key % 2 == 0 ? 40 : 0);
}

static void step(struct analytics_table *table, struct model *model)
{
    unsigned key = random_below(KEYS);
    unsigned second = random_below(SECONDS);
    unsigned bucket = random_below(MODEL_BUCKETS);
    int times = random_below(2) == 0 ? 1 : -1;
    int64_t *events = model->events[key][second];
    if (random_below(3) > 0) {
        ck_assert(analytics_table_add(table, key_of(wide(key), (int32_t)second), bucket, &ONE,
                                      events[bucket] > 0 ? times : 1));
        events[bucket] += events[bucket] > 0 ? times : 1;
        model->is_there[key][second] = true;
        return;
    }
    analytics_table_drop_empty(table, key_of(wide(key), (int32_t)second));
    if (events[0] == 0 && events[1] == 0 && events[2] == 0)
        model->is_there[key][second] = false;
}

static void compare(const struct analytics_table *table, const struct model *model)
{
    size_t expected = 0;
    for (size_t i = 0; i < KEYS * SECONDS; i++)
        expected += model->is_there[i / SECONDS][i % SECONDS];
    ck_assert_uint_eq(analytics_table_groups(table), expected);
    for (size_t group = 0; group < expected; group++) {
        struct analytics_group_key key = analytics_table_key(table, group);
        size_t number = (size_t)(key.key >= KEYS ? key.key >> 40 : key.key);
        ck_assert(model->is_there[number][key.second]);
        for (size_t i = 0; i < MODEL_BUCKETS; i++) {
            ck_assert_int_eq(analytics_table_sums(table, group, i)->events,
                             model->events[number][key.second][i]);
        }
    }
}

/* Were a group there twice, another were missing, since their number is right. */
START_TEST(random_sums_are_those_of_a_plain_list)
{
    static struct model model;
    struct analytics_table *table = analytics_table_new(MODEL_BUCKETS, true);
    memset(&model, 0, sizeof model);
    random_seed();
    for (int i = 0; i < ROUNDS; i++) {
        step(table, &model);
        if (i % 1000 == 0)
            compare(table, &model);
    }
    compare(table, &model);
    analytics_table_free(table);
}
END_TEST

START_TEST(a_name_is_told_once)
{
    struct analytics_table *table = analytics_table_new(1, true);
    ck_assert_ptr_null(analytics_table_name_of(table, 7));
    analytics_table_name(table, 7, "home.top and more", 8);
    analytics_table_name(table, 7, "other", 5);
    analytics_table_name(table, 8, "", 0);
    ck_assert_str_eq(analytics_table_name_of(table, 7), "home.top");
    ck_assert_str_eq(analytics_table_name_of(table, 8), "");
    ck_assert_ptr_null(analytics_table_name_of(table, 9));
    ck_assert_uint_eq(analytics_table_groups(table), 0);
    analytics_table_free(table);
}
END_TEST

START_TEST(many_placements_keep_their_names)
{
    enum { NAMES = 20000 };
    char name[24];
    struct analytics_table *table = analytics_table_new(1, true);
    for (int i = 0; i < NAMES; i++) {
        int length = snprintf(name, sizeof name, "slot-%d", i);
        analytics_table_name(table, INT64_MAX - i, name, (size_t)length);
    }
    for (int i = 0; i < NAMES; i++) {
        ck_assert_int_gt(snprintf(name, sizeof name, "slot-%d", i), 0);
        ck_assert_str_eq(analytics_table_name_of(table, INT64_MAX - i), name);
    }
    analytics_table_free(table);
}
END_TEST

Suite *analytics_table_suite(void)
{
    Suite *suite = suite_create("analytics_table");
    TCase *tcase = tcase_create("analytics_table");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_table_without_groups_has_its_one_from_the_start);
    tcase_add_test(tcase, a_table_with_groups_begins_without);
    tcase_add_loop_test(tcase, there_are_at_most_so_many_cells, 0,
                        (int)(sizeof BUCKETS / sizeof BUCKETS[0]));
    tcase_add_test(tcase, only_a_group_whose_sums_are_zero_is_dropped);
    tcase_add_test(tcase, random_sums_are_those_of_a_plain_list);
    tcase_add_test(tcase, a_name_is_told_once);
    tcase_add_test(tcase, many_placements_keep_their_names);
    suite_add_tcase(suite, tcase);
    return suite;
}
