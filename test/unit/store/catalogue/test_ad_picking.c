/* Which ad a client gets, or why none. */
#include "store/catalogue/ad_picking.h"

#include <check.h>

#include "protocol/ad.h"
#include "protocol/creative.h"
#include "store/catalogue/ad_creative.h"
#include "store/catalogue/ad_listing.h"
#include "store/catalogue/ad_set.h"
#include "test/unit/suites.h"

enum { ADS = 200, NOW_US = 500 };

static char image[] = "https://i.example/a.png";
static char video[] = "https://v.example/a.mp4";
static struct ad ads[ADS];
static struct ad_set set;
static struct ad_listing *listing;
static uint64_t point;

/* The texts are nobody's. */
static struct ad make_ad(int32_t id, int32_t weight)
{
    return (struct ad){.id = id,
                       .active = true,
                       .starts_at_us = INT64_MIN,
                       .ends_at_us = INT64_MAX,
                       .archived_at_us = INT64_MAX,
                       .weight = weight,
                       .video_url = video};
}

static void list(size_t count)
{
    struct ad_listing_draft *draft = ad_listing_begin(NOW_US, 0);
    for (size_t i = 0; i < count; i++) {
        ad_creative_read(&ads[i]);
        ad_listing_add(draft, &ads[i]);
    }
    listing = ad_listing_finish(draft);
    set = (struct ad_set){.ads = ads, .count = count};
    point = 0;
}

static void tear_down(void)
{
    for (size_t i = 0; i < set.count; i++)
        creative_free(ads[i].creative);
    ad_listing_release(listing);
}

static int32_t pick(enum document_kind kind, int64_t now_us)
{
    const struct ad *ad = NULL;
    enum nofill_reason reason = ad_pick(&set, listing, kind, now_us, &point, &ad);
    ck_assert_int_eq(reason == NOFILL_NONE, ad != NULL);
    return ad != NULL ? ad->id : -(int32_t)reason;
}

START_TEST(says_that_there_are_none)
{
    list(0);
    ck_assert_int_eq(pick(DOCUMENT_VAST_4_2, NOW_US), -NOFILL_NO_ADS);
}
END_TEST

START_TEST(says_that_none_is_available)
{
    ads[0] = make_ad(1, 1);
    ads[0].active = false;
    ads[1] = make_ad(2, 1);
    ads[1].ends_at_us = NOW_US;
    list(2);
    ck_assert_int_eq(pick(DOCUMENT_VAST_4_2, NOW_US), -NOFILL_NONE_AVAILABLE);
}
END_TEST

START_TEST(says_that_none_has_a_weight)
{
    ads[0] = make_ad(1, 0);
    ads[1] = make_ad(2, -1);
    list(2);
    ck_assert_int_eq(pick(DOCUMENT_VAST_4_2, NOW_US), -NOFILL_WEIGHT_ZERO);
    ck_assert_int_eq(pick(DOCUMENT_JSON, NOW_US), -NOFILL_WEIGHT_ZERO);
}
END_TEST

START_TEST(says_that_none_can_be_shown_so)
{
    ads[0] = make_ad(1, 1);
    ads[0].video_url = NULL;
    ads[1] = make_ad(2, 0);
    list(2);
    ck_assert_int_eq(pick(DOCUMENT_VAST_4_2, NOW_US), -NOFILL_NO_FORM);
    ck_assert_int_eq(pick(DOCUMENT_JSON, NOW_US), 1);
}
END_TEST

START_TEST(gives_only_those_with_a_weight_and_a_form)
{
    for (int i = 0; i < ADS; i++)
        ads[i] = make_ad(i + 1, i % 2);
    ads[1].image_url = image;
    ads[1].video_url = NULL;
    ads[3].video_url = NULL;
    list(ADS);
    bool is_seen = false;
    for (int i = 0; i < 10 * ADS; i++) {
        int32_t id = pick(DOCUMENT_VAST_3_0, NOW_US);
        ck_assert_msg(id > 0 && id % 2 == 0 && id != 4, "%d", id);
        is_seen = is_seen || id == 2;
    }
    ck_assert(is_seen);
}
END_TEST

/* They are in the listing until the next one is rendered. */
START_TEST(passes_over_those_that_have_ended_since)
{
    for (int i = 0; i < 50; i++) {
        ads[i] = make_ad(i + 1, i == 17 ? 1 : 1000000);
        ads[i].ends_at_us = i == 17 ? INT64_MAX : NOW_US + 1;
    }
    list(50);
    ck_assert_int_ne(pick(DOCUMENT_VAST_4_2, NOW_US), 18);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(pick(DOCUMENT_VAST_4_2, NOW_US + 1), 18);
}
END_TEST

START_TEST(does_not_look_for_long)
{
    for (int i = 0; i < ADS; i++) {
        ads[i] = make_ad(i + 1, 1);
        ads[i].ends_at_us = NOW_US + 1;
    }
    list(ADS);
    ck_assert_int_eq(pick(DOCUMENT_VAST_4_2, NOW_US + 1), -NOFILL_NONE_AVAILABLE);
}
END_TEST

Suite *ad_picking_suite(void)
{
    Suite *suite = suite_create("ad_picking");
    TCase *tcase = tcase_create("ad_picking");
    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, says_that_there_are_none);
    tcase_add_test(tcase, says_that_none_is_available);
    tcase_add_test(tcase, says_that_none_has_a_weight);
    tcase_add_test(tcase, says_that_none_can_be_shown_so);
    tcase_add_test(tcase, gives_only_those_with_a_weight_and_a_form);
    tcase_add_test(tcase, passes_over_those_that_have_ended_since);
    tcase_add_test(tcase, does_not_look_for_long);
    suite_add_tcase(suite, tcase);
    return suite;
}
