/* What is told again, and when. */
#include <stdio.h>

#include <check.h>

#include "metrics/news.h"
#include "test/unit/suites.h"

static const int64_t MINUTE_US = INT64_C(60) * 1000000;

static struct news news;

static void set_up(void)
{
    news = (struct news){0};
}

START_TEST(a_text_is_news_once_a_minute)
{
    for (int64_t now_us = 7; now_us < 4 * MINUTE_US; now_us += MINUTE_US) {
        ck_assert(news_is(&news, "away", now_us));
        ck_assert(!news_is(&news, "away", now_us));
        ck_assert(!news_is(&news, "away", now_us + MINUTE_US - 1));
    }
}
END_TEST

START_TEST(each_text_has_a_minute_of_its_own)
{
    ck_assert(news_is(&news, "away", 1));
    ck_assert(news_is(&news, "denied", 2));
    ck_assert(!news_is(&news, "away", MINUTE_US));
    ck_assert(news_is(&news, "away", MINUTE_US + 1));
    ck_assert(!news_is(&news, "denied", MINUTE_US + 1));
    ck_assert(news_is(&news, "denied", MINUTE_US + 2));
}
END_TEST

START_TEST(texts_that_never_repeat_are_no_flood)
{
    unsigned told = 0;
    for (int64_t i = 1; i <= 1000; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "number %lld", (long long)i);
        told += news_is(&news, text, i);
    }
    ck_assert_uint_eq(told, NEWS_TEXTS_MAX);
    ck_assert(news_is(&news, "and now", MINUTE_US + 1));
    ck_assert(!news_is(&news, "not yet", MINUTE_US + 1));
}
END_TEST

Suite *news_suite(void)
{
    Suite *suite = suite_create("news");
    TCase *tcase = tcase_create("news");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, a_text_is_news_once_a_minute);
    tcase_add_test(tcase, each_text_has_a_minute_of_its_own);
    tcase_add_test(tcase, texts_that_never_repeat_are_no_flood);
    suite_add_tcase(suite, tcase);
    return suite;
}
