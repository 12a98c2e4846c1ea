/* The ads as they are kept over a restart, by this version and by others. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "protocol/ad_array.h"
#include "protocol/ad_snapshot.h"
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

struct loaded {
    struct ad *ads;
    size_t count;
    size_t left_out;
};

static struct loaded load(const char *text)
{
    struct loaded loaded = {.ads = NULL};
    ck_assert_msg(ads_load(text, strlen(text), &loaded.ads, &loaded.count, &loaded.left_out) ==
                      RESULT_OK,
                  "%s", text);
    return loaded;
}

static void clear(struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->count; i++)
        ad_clear(&loaded->ads[i]);
    free(loaded->ads);
}

static char *save(const struct ad *ads, size_t count)
{
    struct ad_array array;
    char digest[DIGEST_TEXT_SIZE];
    size_t text_bytes;
    ad_array_begin(&array, 0);
    for (size_t i = 0; i < count; i++)
        ad_array_add(&array, &ads[i], ad_save);
    return ad_array_finish(&array, &text_bytes, digest);
}

/* Twice, because nothing may come back in another form. */
START_TEST(comes_back_from_its_snapshot)
{
    struct ad ads[] = {
        plain_ad(1),
        {.id = 2, .starts_at_us = NOW_US, .ends_at_us = INT64_MAX, .archived_at_us = INT64_MAX}};
    ads[0].title = strdup("Caf\xc3\xa9 \"two\"");
    ads[0].video_url = strdup("https://cdn.example/ad.mp4");
    ads[0].video_width = 1920;
    char *text = save(ads, COUNT(ads));
    struct loaded loaded = load(text);
    ck_assert_uint_eq(loaded.count, COUNT(ads));
    ck_assert_uint_eq(loaded.left_out, 0);
    char *again = save(loaded.ads, loaded.count);
    ck_assert_str_eq(again, text);
    ck_assert_str_eq(loaded.ads[0].title, ads[0].title);
    ck_assert_int_eq(loaded.ads[0].video_width, 1920);
    ck_assert(loaded.ads[0].active);
    ck_assert_ptr_null(loaded.ads[1].image_url);
    ck_assert(!loaded.ads[1].active);
    ck_assert_int_eq(loaded.ads[1].starts_at_us, NOW_US);
    free(text);
    free(again);
    clear(&loaded);
    for (int i = 0; i < COUNT(ads); i++)
        ad_clear(&ads[i]);
}
END_TEST

/* As it was written while an ad had these fields: a text that must be read for ever. */
static const char first_text[] =
    "[{\"id\":1,\"image_url\":\"https://cdn.example/ad.png\",\"target_url\":null,"
    "\"title\":\"Caf\xc3\xa9 \\\"two\\\"\",\"video_url\":\"https://cdn.example/ad.mp4\","
    "\"video_type\":\"video/mp4\",\"video_width\":1920,\"video_height\":1080,"
    "\"duration_ms\":30000,\"active\":true,\"starts_at_us\":1745107200000000,"
    "\"ends_at_us\":1745107200500000},"
    "{\"id\":2147483647,\"image_url\":null,\"target_url\":null,\"title\":null,"
    "\"video_url\":null,\"video_type\":null,\"video_width\":0,\"video_height\":0,"
    "\"duration_ms\":0,\"active\":false,\"starts_at_us\":-9223372036854775808,"
    "\"ends_at_us\":9223372036854775807}]";

START_TEST(reads_what_the_first_version_wrote)
{
    struct loaded loaded = load(first_text);
    ck_assert_uint_eq(loaded.count, 2);
    ck_assert_uint_eq(loaded.left_out, 0);
    const struct ad *ad = &loaded.ads[0];
    ck_assert_int_eq(ad->id, 1);
    ck_assert_str_eq(ad->image_url, "https://cdn.example/ad.png");
    ck_assert_ptr_null(ad->target_url);
    ck_assert_str_eq(ad->title, "Caf\xc3\xa9 \"two\"");
    ck_assert_str_eq(ad->video_url, "https://cdn.example/ad.mp4");
    ck_assert_str_eq(ad->video_type, "video/mp4");
    ck_assert_int_eq(ad->video_width, 1920);
    ck_assert_int_eq(ad->video_height, 1080);
    ck_assert_int_eq(ad->duration_ms, 30000);
    ck_assert(ad->active);
    ck_assert_int_eq(ad->starts_at_us, NOW_US);
    ck_assert_int_eq(ad->ends_at_us, NOW_US + 500000);
    ck_assert_int_eq(loaded.ads[1].id, 2147483647);
    ck_assert_ptr_null(loaded.ads[1].title);
    ck_assert(!loaded.ads[1].active);
    ck_assert_int_eq(loaded.ads[1].starts_at_us, INT64_MIN);
    ck_assert_int_eq(loaded.ads[1].ends_at_us, INT64_MAX);
    clear(&loaded);
}
END_TEST

/* The program of that time takes further members, but wants all of these. */
START_TEST(writes_what_the_first_version_reads)
{
    struct loaded loaded = load(first_text);
    char *text = save(loaded.ads, loaded.count);
    json_t *written = json_loads(text, 0, NULL);
    json_t *wanted = json_loads(first_text, 0, NULL);
    for (size_t i = 0; i < json_array_size(wanted); i++) {
        const char *key;
        json_t *value;
        json_object_foreach(json_array_get(wanted, i), key, value) ck_assert_msg(
            json_equal(json_object_get(json_array_get(written, i), key), value), "%s", key);
    }
    json_decref(written);
    json_decref(wanted);
    free(text);
    clear(&loaded);
}
END_TEST

/* Byte by byte: with these fields this version writes what the first one did. */
START_TEST(has_the_form_that_it_always_had)
{
    struct loaded loaded = load(first_text);
    char *text = save(loaded.ads, loaded.count);
    ck_assert_str_eq(text, first_text);
    free(text);
    clear(&loaded);
}
END_TEST

START_TEST(takes_a_missing_field_as_unset)
{
    struct loaded loaded = load("[{\"id\":1},{\"id\":2,\"active\":true,\"title\":\"t\"}]");
    ck_assert_uint_eq(loaded.count, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(loaded.ads[i].id, i + 1);
        ck_assert_ptr_null(loaded.ads[i].image_url);
        ck_assert_int_eq(loaded.ads[i].video_width, 0);
        ck_assert_int_eq(loaded.ads[i].starts_at_us, INT64_MIN);
        ck_assert_int_eq(loaded.ads[i].ends_at_us, INT64_MAX);
    }
    ck_assert(!loaded.ads[0].active);
    ck_assert(loaded.ads[1].active);
    ck_assert_str_eq(loaded.ads[1].title, "t");
    clear(&loaded);
}
END_TEST

START_TEST(takes_null_as_unset)
{
    struct loaded loaded = load("[{\"id\":1,\"image_url\":null,\"duration_ms\":null,"
                                "\"active\":null,\"starts_at_us\":null,\"ends_at_us\":null}]");
    ck_assert_uint_eq(loaded.count, 1);
    ck_assert_ptr_null(loaded.ads[0].image_url);
    ck_assert_int_eq(loaded.ads[0].duration_ms, 0);
    ck_assert(!loaded.ads[0].active);
    ck_assert_int_eq(loaded.ads[0].starts_at_us, INT64_MIN);
    ck_assert_int_eq(loaded.ads[0].ends_at_us, INT64_MAX);
    clear(&loaded);
}
END_TEST

START_TEST(passes_over_what_it_does_not_know)
{
    struct loaded loaded = load("[{\"weight\":7,\"id\":1,\"media\":[{\"id\":\"x\"}],\"\":null,"
                                "\"title\":\"t\",\"starts_at\":\"2025-04-20T00:00:00Z\"}]");
    ck_assert_uint_eq(loaded.count, 1);
    ck_assert_uint_eq(loaded.left_out, 0);
    ck_assert_int_eq(loaded.ads[0].id, 1);
    ck_assert_str_eq(loaded.ads[0].title, "t");
    ck_assert_int_eq(loaded.ads[0].starts_at_us, INT64_MIN);
    clear(&loaded);
}
END_TEST

/* Most have a text before what is wrong with them, so that there is something to free. */
static const char *const left_out[] = {
    "1",
    "null",
    "[]",
    "\"id\"",
    "{}",
    "{\"title\":\"t\"}",
    "{\"image_url\":\"i\",\"id\":null}",
    "{\"image_url\":\"i\",\"id\":\"1\"}",
    "{\"image_url\":\"i\",\"id\":1.0}",
    "{\"image_url\":\"i\",\"id\":2147483648}",
    "{\"image_url\":\"i\",\"id\":-2147483649}",
    "{\"id\":1,\"image_url\":\"i\",\"target_url\":{\"ios\":\"t\"}}",
    "{\"id\":1,\"image_url\":\"i\",\"title\":7}",
    "{\"id\":1,\"image_url\":\"i\",\"video_type\":false}",
    "{\"id\":1,\"image_url\":\"i\",\"video_width\":\"1920\"}",
    "{\"id\":1,\"image_url\":\"i\",\"video_width\":2147483648}",
    "{\"id\":1,\"image_url\":\"i\",\"duration_ms\":0.5}",
    "{\"id\":1,\"image_url\":\"i\",\"active\":1}",
    "{\"id\":1,\"image_url\":\"i\",\"active\":\"false\"}",
    "{\"id\":1,\"image_url\":\"i\",\"starts_at_us\":\"2025-04-20T00:00:00Z\"}",
    "{\"id\":1,\"image_url\":\"i\",\"ends_at_us\":true}",
    "{\"id\":1,\"image_url\":\"i\",\"ends_at_us\":1.7e15}",
};

START_TEST(leaves_out_an_ad_that_it_would_have_to_guess)
{
    char text[256];
    (void)snprintf(text, sizeof text, "[{\"id\":5,\"title\":\"t\"},%s,{\"id\":6}]", left_out[_i]);
    struct loaded loaded = load(text);
    ck_assert_uint_eq(loaded.count, 2);
    ck_assert_uint_eq(loaded.left_out, 1);
    ck_assert_int_eq(loaded.ads[0].id, 5);
    ck_assert_str_eq(loaded.ads[0].title, "t");
    ck_assert_int_eq(loaded.ads[1].id, 6);
    ck_assert_ptr_null(loaded.ads[1].image_url);
    clear(&loaded);
    (void)snprintf(text, sizeof text, "[%s]", left_out[_i]);
    loaded = load(text);
    ck_assert_uint_eq(loaded.count, 0);
    ck_assert_uint_eq(loaded.left_out, 1);
    clear(&loaded);
}
END_TEST

/* As a version wrote it that served two ads of one id. */
START_TEST(leaves_out_an_ad_that_is_not_above_the_last)
{
    struct loaded loaded = load("[{\"id\":1},{\"id\":3,\"title\":\"first\"},"
                                "{\"id\":3,\"title\":\"second\"},{\"id\":2},{\"id\":4}]");
    ck_assert_uint_eq(loaded.count, 3);
    ck_assert_uint_eq(loaded.left_out, 2);
    ck_assert_int_eq(loaded.ads[1].id, 3);
    ck_assert_str_eq(loaded.ads[1].title, "first");
    ck_assert_int_eq(loaded.ads[2].id, 4);
    clear(&loaded);
}
END_TEST

START_TEST(loads_an_empty_list)
{
    struct loaded loaded = load("[]");
    ck_assert_ptr_nonnull(loaded.ads);
    ck_assert_uint_eq(loaded.count, 0);
    ck_assert_uint_eq(loaded.left_out, 0);
    clear(&loaded);
}
END_TEST

START_TEST(is_loaded_from_no_other_text)
{
    static const char *const texts[] = {"",
                                        "[",
                                        "{}",
                                        "1",
                                        "null",
                                        "\"[]\"",
                                        "[] []",
                                        "[{\"id\":1}",
                                        "[{\"id\":1,\"id\":2}]",
                                        "[{\"id\":1,\"title\":\"caf\xe9\"}]"};
    struct ad *loaded = NULL;
    size_t count = 7, without = 7;
    for (int i = 0; i < COUNT(texts); i++)
        ck_assert_int_eq(ads_load(texts[i], strlen(texts[i]), &loaded, &count, &without),
                         RESULT_MALFORMED);
    ck_assert_ptr_null(loaded);
    ck_assert_uint_eq(count, 7);
    ck_assert_uint_eq(without, 7);
}
END_TEST

Suite *ad_snapshot_suite(void)
{
    Suite *suite = suite_create("ad_snapshot");
    TCase *tcase = tcase_create("ad_snapshot");
    tcase_add_test(tcase, comes_back_from_its_snapshot);
    tcase_add_test(tcase, has_the_form_that_it_always_had);
    tcase_add_test(tcase, reads_what_the_first_version_wrote);
    tcase_add_test(tcase, writes_what_the_first_version_reads);
    tcase_add_test(tcase, takes_a_missing_field_as_unset);
    tcase_add_test(tcase, takes_null_as_unset);
    tcase_add_test(tcase, passes_over_what_it_does_not_know);
    tcase_add_loop_test(tcase, leaves_out_an_ad_that_it_would_have_to_guess, 0, COUNT(left_out));
    tcase_add_test(tcase, leaves_out_an_ad_that_is_not_above_the_last);
    tcase_add_test(tcase, loads_an_empty_list);
    tcase_add_test(tcase, is_loaded_from_no_other_text);
    suite_add_tcase(suite, tcase);
    return suite;
}
