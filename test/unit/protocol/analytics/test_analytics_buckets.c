/* Buckets of time: windows, and what they are cut into. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/buckets.h"
#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const int64_t MINUTE_US = 60000000;
static const int64_t HOUR_US = 3600000000;

static struct analytics_query query_of(const char *zone, enum analytics_group bucket,
                                       int64_t start_us, int64_t end_us)
{
    struct analytics_query query = {.bucket = bucket, .window = {start_us, end_us}};
    ck_assert_int_lt(snprintf(query.zone, sizeof query.zone, "%s", zone), ZONE_NAME_SIZE);
    return query;
}

static struct analytics_buckets make(const char *zone, enum analytics_group bucket,
                                     int64_t start_us, int64_t end_us)
{
    struct error error = {""};
    struct analytics_buckets buckets;
    struct analytics_query query = query_of(zone, bucket, start_us, end_us);
    ck_assert_msg(analytics_buckets_make(&query, &buckets, &error) == RESULT_OK, "%s", error.text);
    return buckets;
}

enum { BUCKETS_MAX = 8 };

/* Windows, and what they are cut into: the lengths in minutes. */
static const struct {
    const char *zone;
    enum analytics_group bucket;
    const char *start, *end;
    struct {
        const char *label;
        int minutes;
    } buckets[BUCKETS_MAX];
} CUTS[] = {
    {"UTC",
     GROUP_DAY,
     "2024-02-28T00:00:00Z",
     "2024-03-01T23:59:59.999999Z",
     {{"2024-02-28", 1440}, {"2024-02-29", 1440}, {"2024-03-01", 1440}}},
    {"UTC",
     GROUP_DAY,
     "2025-12-31T12:00:00Z",
     "2026-01-01T11:59:59.999999Z",
     {{"2025-12-31", 720}, {"2026-01-01", 720}}},
    {"UTC",
     GROUP_WEEK,
     "2025-12-28T00:00:00Z",
     "2026-01-05T23:59:59.999999Z",
     {{"2025-12-22", 1440}, {"2025-12-29", 7 * 1440}, {"2026-01-05", 1440}}},
    {"UTC",
     GROUP_MONTH,
     "2023-12-31T00:00:00Z",
     "2024-03-01T23:59:59.999999Z",
     {{"2023-12-01", 1440},
      {"2024-01-01", 31 * 1440},
      {"2024-02-01", 29 * 1440},
      {"2024-03-01", 1440}}},
    {"UTC",
     GROUP_HOUR,
     "2025-04-20T10:30:00Z",
     "2025-04-20T12:00:59.999999Z",
     {{"2025-04-20T10:00:00Z", 30}, {"2025-04-20T11:00:00Z", 60}, {"2025-04-20T12:00:00Z", 1}}},
    {"UTC",
     GROUP_MINUTE,
     "2025-04-20T10:30:00Z",
     "2025-04-20T10:31:59.999999Z",
     {{"2025-04-20T10:30:00Z", 1}, {"2025-04-20T10:31:00Z", 1}}},
    {"Europe/Berlin",
     GROUP_DAY,
     "2025-03-28T23:00:00Z",
     "2025-03-31T21:59:59.999999Z",
     {{"2025-03-29", 1440}, {"2025-03-30", 1380}, {"2025-03-31", 1440}}},
    {"Europe/Berlin",
     GROUP_DAY,
     "2025-10-24T22:00:00Z",
     "2025-10-27T22:59:59.999999Z",
     {{"2025-10-25", 1440}, {"2025-10-26", 1500}, {"2025-10-27", 1440}}},
    {"Europe/Berlin",
     GROUP_HOUR,
     "2025-03-30T00:00:00Z",
     "2025-03-30T01:59:59.999999Z",
     {{"2025-03-30T01:00:00+01:00", 60}, {"2025-03-30T03:00:00+02:00", 60}}},
    {"Europe/Berlin",
     GROUP_HOUR,
     "2025-10-25T23:00:00Z",
     "2025-10-26T02:59:59.999999Z",
     {{"2025-10-26T01:00:00+02:00", 60},
      {"2025-10-26T02:00:00+02:00", 60},
      {"2025-10-26T02:00:00+01:00", 60},
      {"2025-10-26T03:00:00+01:00", 60}}},
    {"Australia/Lord_Howe",
     GROUP_HOUR,
     "2024-10-05T14:30:00Z",
     "2024-10-05T16:59:59.999999Z",
     {{"2024-10-06T01:00:00+10:30", 60},
      {"2024-10-06T02:30:00+11:00", 30},
      {"2024-10-06T03:00:00+11:00", 60}}},
    {"Australia/Lord_Howe",
     GROUP_HOUR,
     "2024-04-06T14:00:00Z",
     "2024-04-06T16:29:59.999999Z",
     {{"2024-04-07T01:00:00+11:00", 90}, {"2024-04-07T02:00:00+10:30", 60}}},
    {"Australia/Lord_Howe",
     GROUP_HOUR,
     "2024-04-06T15:10:00Z",
     "2024-04-06T16:29:59.999999Z",
     {{"2024-04-07T01:00:00+11:00", 20}, {"2024-04-07T02:00:00+10:30", 60}}},
    {"Australia/Lord_Howe",
     GROUP_DAY,
     "2024-10-05T13:30:00Z",
     "2024-10-06T12:59:59.999999Z",
     {{"2024-10-06", 1410}}},
    {"Asia/Kathmandu",
     GROUP_HOUR,
     "2025-04-20T00:00:00Z",
     "2025-04-20T01:14:59.999999Z",
     {{"2025-04-20T05:00:00+05:45", 15}, {"2025-04-20T06:00:00+05:45", 60}}},
    {"America/Sao_Paulo",
     GROUP_DAY,
     "2017-10-14T03:00:00Z",
     "2017-10-17T01:59:59.999999Z",
     {{"2017-10-14", 1440}, {"2017-10-15", 1380}, {"2017-10-16", 1440}}},
    {"Pacific/Apia",
     GROUP_DAY,
     "2011-12-29T10:00:00Z",
     "2012-01-01T09:59:59.999999Z",
     {{"2011-12-29", 1440}, {"2011-12-31", 1440}, {"2012-01-01", 1440}}},
    {"Pacific/Apia",
     GROUP_MONTH,
     "2011-12-30T09:59:00Z",
     "2012-01-01T09:59:59.999999Z",
     {{"2011-12-01", 1441}, {"2012-01-01", 1440}}},
    /* From 0:00 to 0:01 of the 7th it was so, and an hour later again. */
    {"America/St_Johns",
     GROUP_DAY,
     "2010-11-07T03:00:00Z",
     "2010-11-07T04:29:59.999999Z",
     {{"2010-11-07", 90}}},
    {"America/St_Johns",
     GROUP_HOUR,
     "2010-11-07T01:30:00Z",
     "2010-11-07T04:29:59.999999Z",
     {{"2010-11-06T23:00:00-02:30", 60},
      {"2010-11-07T00:00:00-02:30", 60},
      {"2010-11-07T00:00:00-03:30", 60}}},
    {"UTC", GROUP_DAY, "0000-01-01T00:00:00Z", "0000-01-01T00:00:59.999999Z", {{"0000-01-01", 1}}},
    {"Asia/Tokyo",
     GROUP_DAY,
     "9999-12-31T14:59:00Z",
     "9999-12-31T15:00:59.999999Z",
     {{"9999-12-31", 1}, {"9999-12-31", 1}}},
};

START_TEST(cuts_a_window)
{
    int64_t at_us = question_time(CUTS[_i].start);
    struct analytics_buckets buckets =
        make(CUTS[_i].zone, CUTS[_i].bucket, at_us, question_time(CUTS[_i].end));
    size_t count = 0;
    for (; count < BUCKETS_MAX && CUTS[_i].buckets[count].label != NULL; count++) {
        ck_assert_uint_lt(count, buckets.count);
        ck_assert_str_eq(buckets.labels[count], CUTS[_i].buckets[count].label);
        ck_assert_int_eq(buckets.edges[count], at_us);
        at_us += CUTS[_i].buckets[count].minutes * MINUTE_US;
    }
    ck_assert_uint_eq(buckets.count, count);
    ck_assert_int_eq(buckets.edges[count], at_us);
    ck_assert_int_eq(at_us, question_time(CUTS[_i].end) + 1);
    analytics_buckets_clear(&buckets);
}
END_TEST

START_TEST(is_one_without_a_group_of_time)
{
    struct analytics_buckets buckets = make("Europe/Berlin", GROUP_NONE, 5, 7);
    ck_assert_uint_eq(buckets.count, 1);
    ck_assert_int_eq(buckets.edges[0], 5);
    ck_assert_int_eq(buckets.edges[1], 8);
    ck_assert_ptr_null(buckets.labels);
    ck_assert_uint_eq(analytics_buckets_find(&buckets, 7), 0);
    analytics_buckets_clear(&buckets);
    ck_assert_ptr_null(buckets.edges);
}
END_TEST

START_TEST(finds_the_bucket_of_a_time)
{
    int64_t start_us = question_time("2025-10-26T00:30:00Z");
    struct analytics_buckets buckets =
        make("Europe/Berlin", GROUP_HOUR, start_us, start_us + 5 * HOUR_US);
    for (size_t i = 0; i < buckets.count; i++) {
        ck_assert_uint_eq(analytics_buckets_find(&buckets, buckets.edges[i]), i);
        ck_assert_uint_eq(analytics_buckets_find(&buckets, buckets.edges[i + 1] - 1), i);
    }
    analytics_buckets_clear(&buckets);
}
END_TEST

static const struct {
    enum analytics_group bucket;
    const char *end; /* from 2000-01-01T00:00:00Z on */
    size_t count;    /* 0 = too many */
    const char *words;
} SIZES[] = {
    {GROUP_MINUTE, "2000-03-10T10:39:59.999999Z", 100000, NULL},
    {GROUP_MINUTE, "2000-03-10T10:40:00Z", 0,
     "group_by=minute makes 100001 rows of this window, and 100000 are the most: narrow start and "
     "end, or group by hour"},
    {GROUP_HOUR, "2011-05-29T15:59:59.999999Z", 100000, NULL},
    {GROUP_HOUR, "2011-05-29T16:00:00Z", 0,
     "group_by=hour makes 100001 rows of this window, and 100000 are the most: narrow start and "
     "end, or group by day"},
    {GROUP_DAY, "2273-10-15T23:59:59.999999Z", 100000, NULL},
    {GROUP_DAY, "2273-10-16T00:00:00Z", 0,
     "group_by=day makes 100001 rows of this window, and 100000 are the most: narrow start and "
     "end, or group by week"},
    {GROUP_WEEK, "2400-01-01T23:59:59.999999Z", 20872, NULL},
    {GROUP_WEEK, "3916-07-09T23:59:59.999999Z", 0,
     "group_by=week is for windows of at most 400 years: narrow start and end"},
    {GROUP_WEEK, "3916-07-10T00:00:00Z", 0,
     "group_by=week makes 100001 rows of this window, and 100000 are the most: narrow start and "
     "end, or group by month"},
    {GROUP_MONTH, "2399-12-31T23:59:59.999999Z", 4800, NULL},
    {GROUP_MONTH, "9999-12-31T23:59:59.999999Z", 0,
     "group_by=month is for windows of at most 400 years: narrow start and end"},
};

START_TEST(counts_before_it_makes_them)
{
    struct error error = {""};
    struct analytics_buckets buckets;
    struct analytics_query query =
        query_of("UTC", SIZES[_i].bucket, question_time("2000-01-01T00:00:00Z"),
                 question_time(SIZES[_i].end));
    enum result result = analytics_buckets_make(&query, &buckets, &error);
    ck_assert_int_eq(result, SIZES[_i].count != 0 ? RESULT_OK : RESULT_MALFORMED);
    ck_assert_uint_eq(buckets.count, SIZES[_i].count);
    ck_assert_str_eq(error.text, SIZES[_i].words != NULL ? SIZES[_i].words : "");
    analytics_buckets_clear(&buckets);
}
END_TEST

START_TEST(refuses_all_time_by_the_month)
{
    struct error error = {""};
    struct analytics_buckets buckets;
    struct analytics_query query =
        query_of("Europe/Berlin", GROUP_MONTH, question_time("0000-01-01T00:00:00Z"),
                 question_time("9999-12-31T23:59:59Z"));
    ck_assert_int_eq(analytics_buckets_make(&query, &buckets, &error), RESULT_MALFORMED);
    ck_assert_str_eq(error.text, "group_by=month makes 120001 rows of this window, and 100000 are "
                                 "the most: narrow start and end");
}
END_TEST

START_TEST(refuses_a_zone_that_there_is_not)
{
    struct error error = {""};
    struct analytics_buckets buckets;
    struct analytics_query query = query_of("Europe/Atlantis", GROUP_DAY, 0, 1);
    ck_assert_int_eq(analytics_buckets_make(&query, &buckets, &error), RESULT_MALFORMED);
    ck_assert_ptr_nonnull(strstr(error.text, "Europe/Berlin"));
}
END_TEST

Suite *analytics_buckets_suite(void)
{
    Suite *suite = suite_create("analytics_buckets");
    TCase *tcase = tcase_create("analytics_buckets");
    tcase_add_loop_test(tcase, cuts_a_window, 0, COUNT(CUTS));
    tcase_add_test(tcase, is_one_without_a_group_of_time);
    tcase_add_test(tcase, finds_the_bucket_of_a_time);
    tcase_add_loop_test(tcase, counts_before_it_makes_them, 0, COUNT(SIZES));
    tcase_add_test(tcase, refuses_all_time_by_the_month);
    tcase_add_test(tcase, refuses_a_zone_that_there_is_not);
    suite_add_tcase(suite, tcase);
    return suite;
}
