/* Which ads are on offer, and how clients see them. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "protocol/render.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const int64_t NOW_US = 1745107200000000;

static struct ad plain_ad(int32_t id)
{
    return (struct ad){
        .id = id,
        .image_url = strdup("https://cdn.example/ad.png"),
        .target_url = strdup("https://shop.example/?a=1&b=2"),
        .active = true,
        .starts_at_us = INT64_MIN,
        .ends_at_us = INT64_MAX,
        .archived_at_us = INT64_MAX,
    };
}

static void assert_rendered(const struct ad *ad, const char *expected)
{
    struct render_text text = {NULL};
    size_t length = 0;
    ad_render(&text, ad);
    char *json = render_take(&text, &length);
    ck_assert_str_eq(json, expected);
    ck_assert_uint_eq(length, strlen(expected));
    free(json);
}

START_TEST(renders_what_the_original_service_gave)
{
    struct ad ad = plain_ad(1);
    assert_rendered(&ad, "{\"id\":1,\"image_url\":\"https://cdn.example/ad.png\","
                         "\"target_url\":\"https://shop.example/?a=1&b=2\"}");
    ad_clear(&ad);
}
END_TEST

START_TEST(renders_every_field_that_is_set)
{
    struct ad ad = plain_ad(2147483647);
    ad.title = strdup("Caf\xc3\xa9 \"two\"");
    ad.video_url = strdup("https://cdn.example/ad.mp4");
    ad.video_type = strdup("video/mp4");
    ad.video_width = 1920;
    ad.video_height = 1080;
    ad.duration_ms = 30000;
    ad.starts_at_us = NOW_US;
    ad.ends_at_us = NOW_US + 500000;
    assert_rendered(&ad,
                    "{\"id\":2147483647,\"image_url\":\"https://cdn.example/ad.png\","
                    "\"target_url\":\"https://shop.example/?a=1&b=2\","
                    "\"title\":\"Caf\xc3\xa9 \\\"two\\\"\","
                    "\"video_url\":\"https://cdn.example/ad.mp4\",\"video_type\":\"video/mp4\","
                    "\"video_width\":1920,\"video_height\":1080,\"duration_ms\":30000,"
                    "\"starts_at\":\"2025-04-20T00:00:00Z\","
                    "\"ends_at\":\"2025-04-20T00:00:00.500000Z\"}");
    ad_clear(&ad);
}
END_TEST

START_TEST(renders_missing_urls_as_empty)
{
    struct ad ad = {.id = 3,
                    .active = true,
                    .starts_at_us = INT64_MIN,
                    .ends_at_us = INT64_MAX,
                    .archived_at_us = INT64_MAX};
    assert_rendered(&ad, "{\"id\":3,\"image_url\":\"\",\"target_url\":\"\"}");
}
END_TEST

START_TEST(renders_an_id_whatever_it_is)
{
    const struct ad ads[] = {{.id = 0}, {.id = -1}};
    assert_rendered(&ads[0], "{\"id\":0,\"image_url\":\"\",\"target_url\":\"\","
                             "\"starts_at\":\"1970-01-01T00:00:00Z\","
                             "\"ends_at\":\"1970-01-01T00:00:00Z\"}");
    assert_rendered(&ads[1], "{\"id\":-1,\"image_url\":\"\",\"target_url\":\"\","
                             "\"starts_at\":\"1970-01-01T00:00:00Z\","
                             "\"ends_at\":\"1970-01-01T00:00:00Z\"}");
}
END_TEST

static const struct {
    bool active;
    int64_t starts_at_us;
    int64_t ends_at_us;
    bool available;
} AVAILABILITIES[] = {
    {true, INT64_MIN, INT64_MAX, true},
    {false, INT64_MIN, INT64_MAX, false},
    {true, 1745107200000000, INT64_MAX, true},
    {true, 1745107200000001, INT64_MAX, false},
    {true, INT64_MIN, 1745107200000001, true},
    {true, INT64_MIN, 1745107200000000, false},
    {true, 1745107200000000, 1745107200000000, false},
};

START_TEST(is_available_from_its_start_to_before_its_end)
{
    struct ad ad = {
        .id = 1,
        .active = AVAILABILITIES[_i].active,
        .starts_at_us = AVAILABILITIES[_i].starts_at_us,
        .ends_at_us = AVAILABILITIES[_i].ends_at_us,
        .archived_at_us = INT64_MAX,
    };
    ck_assert_int_eq(ad_is_available(&ad, NOW_US), AVAILABILITIES[_i].available);
}
END_TEST

START_TEST(is_not_available_once_archived_whenever_that_was)
{
    static const int64_t times[] = {INT64_MIN, 0, NOW_US - 1, NOW_US, NOW_US + 1, INT64_MAX - 1};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        const struct ad ad = {.active = true,
                              .starts_at_us = NOW_US - 10,
                              .ends_at_us = NOW_US + 10,
                              .archived_at_us = times[i]};
        ck_assert(!ad_is_available(&ad, NOW_US));
        ck_assert_int_eq(ad_next_change(&ad, NOW_US), INT64_MAX);
    }
}
END_TEST

START_TEST(takes_events_for_a_week_after_it_was_archived)
{
    const int64_t week_us = INT64_C(604800000000);
    static const struct ad archived_ever = {.archived_at_us = INT64_MIN};
    static const struct ad not_archived = {.archived_at_us = INT64_MAX};
    const struct ad archived = {.archived_at_us = NOW_US};
    ck_assert(ad_takes_events(&not_archived, NOW_US));
    ck_assert(ad_takes_events(&archived, NOW_US - 1));
    ck_assert(ad_takes_events(&archived, NOW_US + week_us - 1));
    ck_assert(!ad_takes_events(&archived, NOW_US + week_us));
    ck_assert(!ad_takes_events(&archived_ever, NOW_US));
}
END_TEST

START_TEST(finds_the_next_change)
{
    const struct ad for_ever = {.active = true,
                                .starts_at_us = INT64_MIN,
                                .ends_at_us = INT64_MAX,
                                .archived_at_us = INT64_MAX};
    const struct ad ad = {
        .active = true, .starts_at_us = 10, .ends_at_us = 40, .archived_at_us = INT64_MAX};
    const struct ad backwards = {
        .active = true, .starts_at_us = 40, .ends_at_us = 10, .archived_at_us = INT64_MAX};
    const struct ad inactive = {
        .active = false, .starts_at_us = 15, .ends_at_us = 25, .archived_at_us = INT64_MAX};
    ck_assert_int_eq(ad_next_change(&for_ever, 0), INT64_MAX);
    ck_assert_int_eq(ad_next_change(&inactive, 0), INT64_MAX);
    ck_assert_int_eq(ad_next_change(&ad, 0), 10);
    ck_assert_int_eq(ad_next_change(&ad, 10), 40);
    ck_assert_int_eq(ad_next_change(&ad, 39), 40);
    ck_assert_int_eq(ad_next_change(&ad, 40), INT64_MAX);
    ck_assert_int_eq(ad_next_change(&backwards, 0), 10);
    ck_assert_int_eq(ad_next_change(&backwards, 10), 40);
}
END_TEST

START_TEST(is_empty_after_clearing)
{
    struct ad ad = plain_ad(1);
    ad.title = strdup("title");
    ad_clear(&ad);
    ck_assert_int_eq(ad.id, 0);
    ck_assert_ptr_null(ad.image_url);
    ck_assert_ptr_null(ad.target_url);
    ck_assert_ptr_null(ad.title);
    ad_clear(&ad);
}
END_TEST

Suite *ad_suite(void)
{
    Suite *suite = suite_create("ad");
    TCase *tcase = tcase_create("ad");
    tcase_add_test(tcase, renders_what_the_original_service_gave);
    tcase_add_test(tcase, renders_every_field_that_is_set);
    tcase_add_test(tcase, renders_missing_urls_as_empty);
    tcase_add_test(tcase, renders_an_id_whatever_it_is);
    tcase_add_loop_test(tcase, is_available_from_its_start_to_before_its_end, 0,
                        COUNT(AVAILABILITIES));
    tcase_add_test(tcase, is_not_available_once_archived_whenever_that_was);
    tcase_add_test(tcase, takes_events_for_a_week_after_it_was_archived);
    tcase_add_test(tcase, finds_the_next_change);
    tcase_add_test(tcase, is_empty_after_clearing);
    suite_add_tcase(suite, tcase);
    return suite;
}
