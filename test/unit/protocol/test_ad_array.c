/* An array of ads, made ad by ad. */
#include "protocol/ad_array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

static void append_id(struct render_text *text, const struct ad *ad)
{
    render_integer(text, ad->id);
}

static void assert_array(int count, const char *expected)
{
    char digest[DIGEST_TEXT_SIZE];
    char of_text[DIGEST_TEXT_SIZE];
    struct ad_array array;
    size_t bytes;
    ad_array_begin(&array, 2);
    for (int32_t id = 0; id < count; id++)
        ad_array_add(&array, &(struct ad){.id = id}, append_id);
    char *text = ad_array_finish(&array, &bytes, digest);
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(bytes, strlen(expected));
    digest_text(expected, bytes, of_text);
    ck_assert_str_eq(digest, of_text);
    ad_array_clear(&array);
    free(text);
}

START_TEST(has_the_ads_in_their_order)
{
    assert_array(0, "[]");
    assert_array(1, "[0]");
    assert_array(3, "[0,1,2]");
}
END_TEST

/* AddressSanitizer tells what is left of it. */
START_TEST(may_be_cleared_half_way)
{
    struct ad_array array;
    ad_array_begin(&array, 100);
    ad_array_add(&array, &(struct ad){.id = 1}, append_id);
    ad_array_clear(&array);
    ad_array_clear(&array);
}
END_TEST

Suite *ad_array_suite(void)
{
    Suite *suite = suite_create("ad_array");
    TCase *tcase = tcase_create("ad_array");
    tcase_add_test(tcase, has_the_ads_in_their_order);
    tcase_add_test(tcase, may_be_cleared_half_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
