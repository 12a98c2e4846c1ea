/* The list of ads that answers share. */
#include "store/catalogue/ad_listing.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "store/base/gzip.h"
#include "test/unit/suites.h"

static struct ad make_ad(const char *title)
{
    return (struct ad){.id = 1,
                       .title = strdup(title),
                       .active = true,
                       .starts_at_us = INT64_MIN,
                       .ends_at_us = 1000,
                       .archived_at_us = INT64_MAX};
}

static struct ad_listing *list(const struct ad *ads, size_t count, int64_t now_us)
{
    struct ad_listing_draft *draft = ad_listing_begin(now_us, 0);
    for (size_t i = 0; i < count; i++)
        ad_listing_add(draft, &ads[i]);
    return ad_listing_finish(draft);
}

START_TEST(has_a_strong_tag_that_follows_the_text)
{
    struct ad ad = make_ad("t");
    struct ad_listing *one = list(&ad, 1, 0);
    struct ad_listing *same = list(&ad, 1, 999);
    struct ad_listing *other = list(&ad, 1, 1000);
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

/* SHA-256 of the text: other instances, and those before a restart, give the same. */
START_TEST(has_the_tag_that_it_always_had)
{
    struct ad_listing *listing = list(NULL, 0, 0);
    ck_assert_str_eq(listing->etag, "\"4f53cda18c2baa0c0354bb5f9a3ecbe5\"");
    ad_listing_release(listing);
}
END_TEST

START_TEST(has_only_available_ads_in_the_order_given)
{
    const struct ad ads[] = {
        {.id = 9,
         .active = true,
         .starts_at_us = INT64_MIN,
         .ends_at_us = INT64_MAX,
         .archived_at_us = INT64_MAX},
        {.id = 8,
         .active = false,
         .starts_at_us = INT64_MIN,
         .ends_at_us = INT64_MAX,
         .archived_at_us = INT64_MAX},
        {.id = 7,
         .active = true,
         .starts_at_us = 1001,
         .ends_at_us = INT64_MAX,
         .archived_at_us = INT64_MAX},
        {.id = 6,
         .active = true,
         .starts_at_us = INT64_MIN,
         .ends_at_us = 1000,
         .archived_at_us = INT64_MAX},
        {.id = 5,
         .active = true,
         .starts_at_us = INT64_MIN,
         .ends_at_us = INT64_MAX,
         .archived_at_us = INT64_MAX},
    };
    struct ad_listing *listing = list(ads, 5, 1000);
    ck_assert_str_eq(listing->json, "[{\"id\":9,\"image_url\":\"\",\"target_url\":\"\"},"
                                    "{\"id\":5,\"image_url\":\"\",\"target_url\":\"\"}]");
    ck_assert_uint_eq(listing->json_bytes, strlen(listing->json));
    ad_listing_release(listing);
}
END_TEST

static int64_t next_change(const struct ad *ads, size_t count, int64_t now_us)
{
    struct ad_listing *listing = list(ads, count, now_us);
    int64_t next_us = listing->next_change_us;
    ck_assert_int_eq(listing->rendered_us, now_us);
    ad_listing_release(listing);
    return next_us;
}

START_TEST(knows_its_next_change)
{
    const struct ad ads[] = {
        {.active = true,
         .starts_at_us = INT64_MIN,
         .ends_at_us = INT64_MAX,
         .archived_at_us = INT64_MAX},
        {.active = true, .starts_at_us = 10, .ends_at_us = 40, .archived_at_us = INT64_MAX},
        {.active = true, .starts_at_us = 20, .ends_at_us = 30, .archived_at_us = INT64_MAX},
        {.active = false, .starts_at_us = 15, .ends_at_us = 25, .archived_at_us = INT64_MAX},
    };
    ck_assert_int_eq(next_change(ads, 4, 0), 10);
    ck_assert_int_eq(next_change(ads, 4, 10), 20);
    ck_assert_int_eq(next_change(ads, 4, 20), 30);
    ck_assert_int_eq(next_change(ads, 4, 30), 40);
    ck_assert_int_eq(next_change(ads, 4, 40), INT64_MAX);
    ck_assert_int_eq(next_change(NULL, 0, 0), INT64_MAX);
}
END_TEST

START_TEST(is_out_of_date_from_its_next_change_on)
{
    struct ad ad = make_ad("t");
    struct ad_listing *listing = list(&ad, 1, 500);
    ck_assert(!ad_listing_is_out_of_date(listing, 500));
    ck_assert(!ad_listing_is_out_of_date(listing, 999));
    ck_assert(ad_listing_is_out_of_date(listing, 1000));
    ck_assert(ad_listing_is_out_of_date(listing, 499)); /* the clock was set back */
    ad_listing_release(listing);
    ad_clear(&ad);
}
END_TEST

/* The same text, with a tag of its own. */
START_TEST(has_a_form_in_gzip_where_that_pays)
{
    struct ad ad = make_ad("a title");
    const struct ad ads[] = {ad, ad, ad, ad, ad};
    struct ad_listing *one = list(ads, 5, 0);
    char back[1000];
    z_stream stream = {.next_in = (const Bytef *)one->gzip,
                       .avail_in = (unsigned)one->gzip_bytes,
                       .next_out = (Bytef *)back,
                       .avail_out = sizeof back};
    ck_assert_ptr_nonnull(one->gzip);
    ck_assert_uint_lt(one->gzip_bytes + 24, one->json_bytes);
    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(stream.total_out, one->json_bytes);
    ck_assert_mem_eq(back, one->json, one->json_bytes);
    (void)inflateEnd(&stream);
    ck_assert_uint_eq(strlen(one->gzip_etag), 39);
    ck_assert_mem_eq(one->gzip_etag, one->etag, 33);
    ck_assert_str_eq(one->gzip_etag + 33, "-gzip\"");
    struct ad_listing *none = list(NULL, 0, 0);
    ck_assert_ptr_null(none->gzip);
    ad_listing_release(one);
    ad_listing_release(none);
    ad_clear(&ad);
}
END_TEST

/* AddressSanitizer tells when it goes too early, or never. */
START_TEST(goes_with_its_last_reference)
{
    struct ad_listing *listing = list(NULL, 0, 0);
    ck_assert_ptr_eq(ad_listing_share(listing), listing);
    ad_listing_release(listing);
    ck_assert_str_eq(listing->json, "[]");
    ad_listing_release(listing);
    ck_assert_ptr_null(ad_listing_share(NULL));
    ad_listing_release(NULL);
    ad_listing_discard(ad_listing_begin(0, 10));
    ad_listing_discard(NULL);
}
END_TEST

Suite *ad_listing_suite(void)
{
    Suite *suite = suite_create("ad_listing");
    TCase *tcase = tcase_create("ad_listing");
    tcase_add_test(tcase, has_a_strong_tag_that_follows_the_text);
    tcase_add_test(tcase, has_the_tag_that_it_always_had);
    tcase_add_test(tcase, has_only_available_ads_in_the_order_given);
    tcase_add_test(tcase, knows_its_next_change);
    tcase_add_test(tcase, is_out_of_date_from_its_next_change_on);
    tcase_add_test(tcase, has_a_form_in_gzip_where_that_pays);
    tcase_add_test(tcase, goes_with_its_last_reference);
    suite_add_tcase(suite, tcase);
    return suite;
}
