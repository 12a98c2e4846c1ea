/* The list of ads that answers share. */
#include "store/ad_listing.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "test/unit/suites.h"

static struct ad make_ad(const char *title)
{
    return (struct ad){.id = 1,
                       .title = strdup(title),
                       .active = true,
                       .starts_at_us = INT64_MIN,
                       .ends_at_us = 1000};
}

START_TEST(has_a_strong_tag_that_follows_the_text)
{
    struct ad ad = make_ad("t");
    struct ad_listing *one = ad_listing_new(&ad, 1, 0);
    struct ad_listing *same = ad_listing_new(&ad, 1, 999);
    struct ad_listing *other = ad_listing_new(&ad, 1, 1000);
    ck_assert_uint_eq(strlen(one->etag), 34);
    ck_assert_uint_eq(strspn(one->etag + 1, "0123456789abcdef"), 32);
    ck_assert(one->etag[0] == '"' && one->etag[33] == '"');
    ck_assert_str_eq(one->etag, same->etag);
    ck_assert_str_ne(one->etag, other->etag);
    ck_assert_str_eq(other->json, "[]");
    ck_assert_uint_eq(other->json_bytes, 2);
    ad_listing_release(one);
    ad_listing_release(same);
    ad_listing_release(other);
    ad_clear(&ad);
}
END_TEST

/* AddressSanitizer tells when it goes too early, or never. */
START_TEST(goes_with_its_last_reference)
{
    struct ad_listing *listing = ad_listing_new(NULL, 0, 0);
    ck_assert_ptr_eq(ad_listing_share(listing), listing);
    ad_listing_release(listing);
    ck_assert_str_eq(listing->json, "[]");
    ad_listing_release(listing);
    ck_assert_ptr_null(ad_listing_share(NULL));
    ad_listing_release(NULL);
}
END_TEST

START_TEST(there_is_none_of_text_that_is_not_utf8)
{
    struct ad ad = make_ad("caf\xe9");
    ck_assert_ptr_null(ad_listing_new(&ad, 1, 0));
    ad_clear(&ad);
}
END_TEST

Suite *ad_listing_suite(void)
{
    Suite *suite = suite_create("ad_listing");
    TCase *tcase = tcase_create("ad_listing");
    tcase_add_test(tcase, has_a_strong_tag_that_follows_the_text);
    tcase_add_test(tcase, goes_with_its_last_reference);
    tcase_add_test(tcase, there_is_none_of_text_that_is_not_utf8);
    suite_add_tcase(suite, tcase);
    return suite;
}
