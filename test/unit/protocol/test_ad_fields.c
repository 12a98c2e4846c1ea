/* The table of an ad's fields. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "test/unit/suites.h"

/* Another for each field and each `n`, set, and the last of its range where `n` is 0. */
static struct ad_value value_for(const struct ad_field *field, int n)
{
    static char text[64];
    (void)snprintf(text, sizeof text, "%s %d", field->name, n);
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        return (struct ad_value){.number = INT32_MAX - n};
    case AD_FIELD_TEXT:
    case AD_FIELD_JSON:
        return (struct ad_value){.text = text};
    case AD_FIELD_FLAG:
        return (struct ad_value){.number = n == 0};
    case AD_FIELD_TIME:
        return (struct ad_value){.number = INT64_MAX - 1 - n};
    }
    return (struct ad_value){.text = NULL};
}

static void set(const struct ad_field *field, struct ad *ad, struct ad_value value)
{
    ck_assert_msg(ad_field_set(field, ad, value), "%s", field->name);
}

START_TEST(each_field_has_a_place_of_its_own)
{
    struct ad ad = {.id = 0};
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        set(field, &ad, value_for(field, 0));
    for (const struct ad_field *changed = ad_fields(); changed->name != NULL; changed++) {
        set(changed, &ad, value_for(changed, 1));
        for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
            struct ad_value expected = value_for(field, field == changed);
            ck_assert_msg(ad_field_equal(field, ad_field_get(field, &ad), expected), "%s by %s",
                          field->name, changed->name);
        }
        set(changed, &ad, value_for(changed, 0));
    }
    ad_clear(&ad);
}
END_TEST

START_TEST(each_member_is_a_field)
{
    struct ad ad = {.id = 0};
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        set(field, &ad, value_for(field, 0));
    ck_assert_int_eq(ad.id, INT32_MAX);
    ck_assert_str_eq(ad.image_url, "image_url 0");
    ck_assert_str_eq(ad.target_url, "target_url 0");
    ck_assert_str_eq(ad.title, "title 0");
    ck_assert_str_eq(ad.video_url, "video_url 0");
    ck_assert_str_eq(ad.video_type, "video_type 0");
    ck_assert_int_eq(ad.video_width, INT32_MAX);
    ck_assert_int_eq(ad.video_height, INT32_MAX);
    ck_assert_int_eq(ad.duration_ms, INT32_MAX);
    ck_assert(ad.active);
    ck_assert_int_eq(ad.starts_at_us, INT64_MAX - 1);
    ck_assert_int_eq(ad.ends_at_us, INT64_MAX - 1);
    ck_assert_int_eq(ad.weight, INT32_MAX);
    ck_assert_int_eq(ad.skip_after_ms, INT32_MAX);
    ck_assert_int_eq(ad.image_width, INT32_MAX);
    ck_assert_int_eq(ad.image_height, INT32_MAX);
    ck_assert_str_eq(ad.advertiser, "advertiser 0");
    ck_assert_str_eq(ad.category, "category 0");
    ck_assert_str_eq(ad.wrapper_url, "wrapper_url 0");
    ck_assert_str_eq(ad.media_files, "media_files 0");
    ck_assert_str_eq(ad.trackers, "trackers 0");
    ck_assert_str_eq(ad.progress_offsets_ms, "progress_offsets_ms 0");
    ck_assert_str_eq(ad.ad_verifications, "ad_verifications 0");
    ck_assert_int_eq(ad.archived_at_us, INT64_MAX - 1);
    ad_clear(&ad);
}
END_TEST

START_TEST(unset_is_an_ad_that_is_not_served)
{
    struct ad ad = {.id = 0};
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        set(field, &ad, value_for(field, 0));
        ck_assert_msg(ad_field_is_set(field, ad_field_get(field, &ad)), "%s", field->name);
        set(field, &ad, ad_field_unset(field));
        ck_assert_msg(!ad_field_is_set(field, ad_field_get(field, &ad)), "%s", field->name);
    }
    ck_assert_ptr_null(ad.image_url);
    ck_assert_int_eq(ad.duration_ms, 0);
    ck_assert(!ad.active);
    ck_assert_int_eq(ad.starts_at_us, INT64_MIN);
    ck_assert_int_eq(ad.ends_at_us, INT64_MAX);
    ck_assert_int_eq(ad.weight, 1);
    ck_assert_int_eq(ad.skip_after_ms, -1);
    ck_assert_int_eq(ad.archived_at_us, INT64_MAX);
}
END_TEST

START_TEST(a_text_is_copied_and_may_be_empty)
{
    struct ad ad = {.id = 0};
    char text[] = "";
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        if (!ad_field_has_text(field))
            continue;
        set(field, &ad, (struct ad_value){.text = text});
        ck_assert_ptr_ne(ad_field_get(field, &ad).text, text);
        ck_assert_str_eq(ad_field_get(field, &ad).text, "");
        ck_assert(ad_field_is_set(field, ad_field_get(field, &ad)));
    }
    ad_clear(&ad);
}
END_TEST

START_TEST(a_number_out_of_range_changes_nothing)
{
    static const int64_t numbers[] = {INT64_C(1) << 31, INT64_C(-1) - (INT64_C(1) << 31), INT64_MAX,
                                      INT64_MIN};
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        struct ad ad = {.id = 5,
                        .video_width = 5,
                        .video_height = 5,
                        .duration_ms = 5,
                        .weight = 5,
                        .skip_after_ms = 5,
                        .image_width = 5,
                        .image_height = 5};
        if (field->type != AD_FIELD_ID && field->type != AD_FIELD_NUMBER)
            continue;
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
            ck_assert(!ad_field_set(field, &ad, (struct ad_value){.number = numbers[i]}));
        ck_assert_int_eq(ad_field_get(field, &ad).number, 5);
        set(field, &ad, (struct ad_value){.number = INT32_MIN});
        ck_assert_int_eq(ad_field_get(field, &ad).number, INT32_MIN);
    }
}
END_TEST

START_TEST(no_two_fields_share_a_name)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        for (const struct ad_field *other = ad_fields(); other != field; other++) {
            ck_assert_str_ne(field->name, other->name);
            ck_assert_str_ne(field->saved_name, other->saved_name);
            ck_assert_uint_ne(field->offset, other->offset);
        }
}
END_TEST

Suite *ad_fields_suite(void)
{
    Suite *suite = suite_create("ad_fields");
    TCase *tcase = tcase_create("ad_fields");
    tcase_add_test(tcase, each_field_has_a_place_of_its_own);
    tcase_add_test(tcase, each_member_is_a_field);
    tcase_add_test(tcase, unset_is_an_ad_that_is_not_served);
    tcase_add_test(tcase, a_text_is_copied_and_may_be_empty);
    tcase_add_test(tcase, a_number_out_of_range_changes_nothing);
    tcase_add_test(tcase, no_two_fields_share_a_name);
    suite_add_tcase(suite, tcase);
    return suite;
}
