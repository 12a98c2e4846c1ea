/* Buckets of time, against clocks that go on minute by minute. TEST_SEED in the environment repeats
 * a run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "protocol/analytics/buckets.h"
#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const int64_t MINUTE_US = 60000000;
static const int64_t HOUR_US = 3600000000;
static const int64_t DAY_US = 86400000000;

/* Check notes each assertion that holds, which is slow for every minute of a year. */
static void demand(bool holds, const char *what)
{
    if (!holds)
        ck_abort_msg("%s", what);
}

static struct analytics_buckets make(const char *zone, enum analytics_group bucket,
                                     int64_t start_us, int64_t end_us)
{
    struct error error = {""};
    struct analytics_buckets buckets;
    struct analytics_query query = {.bucket = bucket, .window = {start_us, end_us}};
    (void)strcpy(query.zone, zone);
    ck_assert_msg(analytics_buckets_make(&query, &buckets, &error) == RESULT_OK, "%s", error.text);
    return buckets;
}

/* What clocks that go on minute by minute show, by the C library. */
struct clock {
    int64_t hour;   /* since 1970, as they show it */
    int64_t newest; /* date that they have shown */
    char label[ZONE_TIME_TEXT_SIZE];
};

/* The days since 1970 that a bucket's date is of. */
static int64_t date_of_bucket(enum analytics_group bucket, int64_t day)
{
    struct tm date;
    time_t noon = (time_t)(day * 86400 + 43200);
    demand(gmtime_r(&noon, &date) != NULL, "no time");
    if (bucket == GROUP_WEEK)
        return day - (date.tm_wday + 6) % 7;
    return bucket == GROUP_MONTH ? day - date.tm_mday + 1 : day;
}

static int64_t floored(int64_t dividend, int64_t divisor)
{
    return dividend / divisor - (dividend % divisor < 0);
}

/* Lets a minute pass, and tells whether a bucket begins with it. */
static bool tick(struct clock *clock, enum analytics_group bucket, time_t minute_s)
{
    struct tm date;
    demand(localtime_r(&minute_s, &date) != NULL, "no time");
    int64_t local_s = minute_s + date.tm_gmtoff;
    int64_t hour = floored(local_s, 3600);
    int64_t newest = date_of_bucket(bucket, floored(local_s, 86400));
    bool begins = bucket == GROUP_MINUTE ||
                  (bucket == GROUP_HOUR && (date.tm_min == 0 || hour > clock->hour)) ||
                  (bucket > GROUP_HOUR && newest > clock->newest);
    clock->hour = hour;
    clock->newest = newest > clock->newest ? newest : clock->newest;
    if (!begins)
        return false;
    time_t day = (time_t)(newest * 86400);
    if (bucket > GROUP_HOUR) {
        demand(gmtime_r(&day, &date) != NULL, "no time");
        demand(strftime(clock->label, sizeof clock->label, "%Y-%m-%d", &date) == 10, "no date");
        return true;
    }
    size_t length = strftime(clock->label, sizeof clock->label, "%Y-%m-%dT%H:%M:%S%z", &date);
    demand(length == 24, "no label");
    memmove(clock->label + 23, clock->label + 22, 3);
    clock->label[22] = ':';
    return true;
}

/* How long a bucket may be before the window begins. */
static int64_t longest_us(enum analytics_group bucket)
{
    static const int days[ANALYTICS_GROUPS] = {
        [GROUP_MINUTE] = 1, [GROUP_HOUR] = 1,   [GROUP_DAY] = 4,
        [GROUP_WEEK] = 10,  [GROUP_MONTH] = 34,
    };
    return days[bucket] * DAY_US;
}

static void assert_as_clocks_show(const char *zone, enum analytics_group bucket, int64_t start_us,
                                  int64_t end_us)
{
    struct analytics_buckets buckets = make(zone, bucket, start_us, end_us);
    struct clock clock = {INT64_MAX, INT64_MIN, ""};
    int64_t at_us = floored(start_us - longest_us(bucket), MINUTE_US) * MINUTE_US;
    size_t next = 0;
    char label[ZONE_TIME_TEXT_SIZE] = "";
    ck_assert_int_eq(setenv("TZ", zone, 1), 0);
    tzset();
    for (; at_us <= end_us; at_us += MINUTE_US) {
        if (!tick(&clock, bucket, (time_t)(at_us / 1000000)))
            continue;
        if (at_us > start_us) {
            demand(strcmp(buckets.labels[next], label) == 0, label);
            demand(++next < buckets.count && buckets.edges[next] == at_us, clock.label);
        }
        memcpy(label, clock.label, sizeof label);
    }
    ck_assert_str_eq(buckets.labels[next], label);
    ck_assert_uint_eq(next + 1, buckets.count);
    ck_assert_int_eq(buckets.edges[0], start_us);
    ck_assert_int_eq(buckets.edges[buckets.count], end_us + 1);
    analytics_buckets_clear(&buckets);
    ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
    tzset();
}

/* Moments at which clocks were changed. */
static const struct {
    const char *zone;
    const char *time;
} MOMENTS[] = {
    {"Europe/Berlin", "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", "2025-10-26T01:00:00Z"},
    {"Australia/Lord_Howe", "2024-10-05T15:30:00Z"},
    {"Australia/Lord_Howe", "2024-04-06T15:00:00Z"},
    {"Asia/Kathmandu", "1985-12-31T18:30:00Z"},
    {"Asia/Kathmandu", "2025-06-01T00:00:00Z"},
    {"America/Sao_Paulo", "2017-10-15T03:00:00Z"},
    {"America/Sao_Paulo", "2018-02-18T02:00:00Z"},
    {"Asia/Beirut", "2022-03-26T22:00:00Z"},
    {"Asia/Beirut", "2022-10-29T21:00:00Z"},
    {"Africa/Cairo", "2023-04-27T22:00:00Z"},
    {"Africa/Cairo", "2023-10-26T21:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z"},
    {"Pacific/Kwajalein", "1993-08-21T12:00:00Z"},
    {"Pacific/Kwajalein", "1969-09-30T13:00:00Z"},
    {"America/St_Johns", "2010-03-14T03:31:00Z"},
    {"America/St_Johns", "2010-11-07T02:31:00Z"},
    {"America/Caracas", "2007-12-09T07:00:00Z"},
    {"Asia/Pyongyang", "2018-05-04T15:00:00Z"},
    {"Antarctica/Troll", "2025-03-30T01:00:00Z"},
    {"Pacific/Chatham", "2025-04-05T14:00:00Z"},
    {"America/Recife", "2000-10-15T02:00:00Z"},
};

START_TEST(cuts_where_clocks_show_it)
{
    random_seed();
    for (int i = 0; i < 60; i++) {
        size_t moment = random_below(COUNT(MOMENTS));
        enum analytics_group bucket = (enum analytics_group)(GROUP_MINUTE + random_below(5));
        int64_t start_us = question_time(MOMENTS[moment].time);
        int64_t length_us = random_below(bucket < GROUP_DAY ? 6 * 86400 : 40 * 86400) *
                            (random_below(8) == 0 ? 1 : INT64_C(1000000));
        start_us += (random_below(9 * 86400) - INT64_C(8 * 86400)) * 1000000;
        if (random_below(2) == 0)
            start_us = floored(start_us, HOUR_US / 2) * (HOUR_US / 2);
        else
            start_us += random_below(1000000);
        assert_as_clocks_show(MOMENTS[moment].zone, bucket, start_us, start_us + length_us);
    }
}
END_TEST

START_TEST(cuts_what_ends_within_a_second_of_a_change)
{
    for (size_t i = 0; i < COUNT(MOMENTS); i++) {
        int64_t change_us = question_time(MOMENTS[i].time);
        for (int bucket = GROUP_MINUTE; bucket <= GROUP_MONTH; bucket++) {
            for (int64_t after_us = -1; after_us <= 1000000; after_us += 500000)
                assert_as_clocks_show(MOMENTS[i].zone, (enum analytics_group)bucket,
                                      change_us - HOUR_US, change_us + after_us);
        }
    }
}
END_TEST

START_TEST(cuts_whole_years_where_clocks_show_it)
{
    static const char *const zones[] = {"Europe/Berlin", "Australia/Lord_Howe"};
    int64_t start_us = question_time("2024-01-01T00:00:00Z");
    for (int bucket = GROUP_HOUR; bucket <= GROUP_MONTH; bucket++)
        assert_as_clocks_show(zones[bucket % 2], (enum analytics_group)bucket, start_us,
                              start_us + 366 * DAY_US);
}
END_TEST

Suite *analytics_clocks_suite(void)
{
    Suite *suite = suite_create("analytics_clocks");
    TCase *tcase = tcase_create("analytics_clocks");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, cuts_where_clocks_show_it);
    tcase_add_test(tcase, cuts_what_ends_within_a_second_of_a_change);
    tcase_add_test(tcase, cuts_whole_years_where_clocks_show_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
