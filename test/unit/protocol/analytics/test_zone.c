/* Time zones: their names, their calendar, and moments that clocks skip or show twice. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "protocol/analytics/zone.h"
#include "protocol/timestamp.h"
#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const int64_t SECOND_US = 1000000;
static const int64_t DAY_US = 86400000000;

static struct zone *open_zone(const char *name)
{
    struct error error = {""};
    struct zone *zone = zone_open(name, &error);
    ck_assert_msg(zone != NULL, "%s: %s", name, error.text);
    return zone;
}

static const char *const NAMES[] = {
    "UTC",        "Etc/UTC",    "Europe/Berlin",          "America/Argentina/Buenos_Aires",
    "Etc/GMT+12", "Etc/GMT-14", "America/Port-au-Prince", "EST5EDT",
    "GB",
};

START_TEST(opens_a_zone)
{
    zone_close(open_zone(NAMES[_i]));
}
END_TEST

static const char *const NO_NAMES[] = {
    "",
    "Europe",
    "Europe/",
    "Europe/Berlin/",
    "Europe//Berlin",
    "Europe/Atlantis",
    "/Europe/Berlin",
    "//Europe/Berlin",
    "/usr/share/zoneinfo/Europe/Berlin",
    "../zoneinfo/Europe/Berlin",
    "Europe/../Europe/Berlin",
    "./Europe/Berlin",
    ":Europe/Berlin",
    "Europe/Berlin\n",
    " Europe/Berlin",
    "Europe/Berl\xc3\xadn",
    "posix/Europe/Berlin",
    "right/Europe/Berlin",
    "localtime",
    "posixrules",
    "tzdata.zi",
    "leapseconds",
    "zone1970.tab",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "utc ",
    "+02:00",
    "America/America/America/America/America/America/America/New_York_",
};

START_TEST(refuses_what_is_no_zone)
{
    struct error error = {""};
    ck_assert_ptr_null(zone_open(NO_NAMES[_i], &error));
    ck_assert_str_eq(error.text, "tz must be the IANA name of a time zone, such as Europe/Berlin");
}
END_TEST

START_TEST(tells_when_tzdata_is_missing)
{
    struct error error = {""};
    ck_assert_int_eq(setenv("TZDIR", "/nonexistent", 1), 0);
    ck_assert_ptr_null(zone_open("Europe/Berlin", &error));
    ck_assert_str_eq(error.text,
                     "tz can be nothing but UTC here: tzdata is missing on this server");
    zone_close(open_zone("UTC"));
    ck_assert_ptr_null(zone_open("../Europe/Berlin", &error));
    ck_assert_str_eq(error.text, "tz must be the IANA name of a time zone, such as Europe/Berlin");
    ck_assert_int_eq(unsetenv("TZDIR"), 0);
    zone_close(open_zone("Europe/Berlin"));
}
END_TEST

static long local_offset(void)
{
    const time_t july = 1751328000;
    struct tm date;
    ck_assert_ptr_nonnull(localtime_r(&july, &date));
    return date.tm_gmtoff;
}

START_TEST(leaves_utc_behind)
{
    zone_close(open_zone("Asia/Tokyo"));
    ck_assert_int_eq(local_offset(), 0);
    struct zone *zone = open_zone("Europe/Berlin");
    ck_assert_int_eq(local_offset(), 7200);
    zone_close(zone);
    ck_assert_int_eq(local_offset(), 0);
    ck_assert_str_eq(getenv("TZ"), "UTC0");
    zone_close(NULL);
}
END_TEST

/* Dates, and the moments of them. */
static const struct {
    const char *zone;
    struct zone_date date;
    const char *time;
} TIMES[] = {
    {"UTC", {2025, 4, 20, 0, 0}, "2025-04-20T00:00:00Z"},
    {"UTC", {2024, 2, 30, 0, 0}, "2024-03-01T00:00:00Z"},
    {"UTC", {2025, 13, 1, 0, 0}, "2026-01-01T00:00:00Z"},
    {"UTC", {2025, 0, 1, 0, 0}, "2024-12-01T00:00:00Z"},
    {"UTC", {2025, -11, 1, 0, 0}, "2024-01-01T00:00:00Z"},
    {"UTC", {2025, 3, 0, 0, 0}, "2025-02-28T00:00:00Z"},
    {"UTC", {2025, 1, -6, 0, 0}, "2024-12-25T00:00:00Z"},
    {"UTC", {2025, 1, 1, 25, -61}, "2025-01-01T23:59:00Z"},
    {"UTC", {1, 1, 1, 0, 0}, "0001-01-01T00:00:00Z"},
    {"UTC", {9999, 12, 31, 23, 59}, "9999-12-31T23:59:00Z"},
    /* Clocks go on from 2:00 to 3:00, and back from 3:00 to 2:00. */
    {"Europe/Berlin", {2025, 3, 30, 0, 0}, "2025-03-29T23:00:00Z"},
    {"Europe/Berlin", {2025, 3, 30, 1, 59}, "2025-03-30T00:59:00Z"},
    {"Europe/Berlin", {2025, 3, 30, 2, 0}, "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", {2025, 3, 30, 2, 30}, "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", {2025, 3, 30, 3, 0}, "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", {2025, 3, 31, 0, 0}, "2025-03-30T22:00:00Z"},
    {"Europe/Berlin", {2025, 10, 26, 1, 59}, "2025-10-25T23:59:00Z"},
    {"Europe/Berlin", {2025, 10, 26, 2, 0}, "2025-10-26T00:00:00Z"},
    {"Europe/Berlin", {2025, 10, 26, 2, 59}, "2025-10-26T00:59:00Z"},
    {"Europe/Berlin", {2025, 10, 26, 3, 0}, "2025-10-26T02:00:00Z"},
    {"Europe/Berlin", {2025, 10, 27, 0, 0}, "2025-10-26T23:00:00Z"},
    {"Europe/Berlin", {9999, 7, 1, 0, 0}, "9999-06-30T22:00:00Z"},
    {"Europe/Berlin", {1, 1, 1, 0, 0}, "0000-12-31T23:07:00Z"},
    /* By half an hour: from 2:00 to 2:30, and back from 2:00 to 1:30. */
    {"Australia/Lord_Howe", {2024, 10, 6, 1, 59}, "2024-10-05T15:29:00Z"},
    {"Australia/Lord_Howe", {2024, 10, 6, 2, 15}, "2024-10-05T15:30:00Z"},
    {"Australia/Lord_Howe", {2024, 10, 6, 2, 31}, "2024-10-05T15:31:00Z"},
    {"Australia/Lord_Howe", {2024, 4, 7, 1, 30}, "2024-04-06T14:30:00Z"},
    {"Australia/Lord_Howe", {2024, 4, 7, 2, 0}, "2024-04-06T15:30:00Z"},
    {"Asia/Kathmandu", {2025, 4, 20, 0, 0}, "2025-04-19T18:15:00Z"},
    {"Asia/Kathmandu", {1986, 1, 1, 0, 0}, "1985-12-31T18:30:00Z"},
    /* Days that begin at 1:00. */
    {"America/Sao_Paulo", {2017, 10, 15, 0, 0}, "2017-10-15T03:00:00Z"},
    {"America/Sao_Paulo", {2017, 10, 16, 0, 0}, "2017-10-16T02:00:00Z"},
    {"America/Sao_Paulo", {2018, 2, 18, 0, 0}, "2018-02-18T03:00:00Z"},
    {"America/Sao_Paulo", {2018, 2, 17, 23, 0}, "2018-02-18T01:00:00Z"},
    {"Asia/Beirut", {2022, 3, 27, 0, 0}, "2022-03-26T22:00:00Z"},
    {"Asia/Beirut", {2022, 10, 30, 0, 0}, "2022-10-29T22:00:00Z"},
    {"Africa/Cairo", {2023, 4, 28, 0, 0}, "2023-04-27T22:00:00Z"},
    {"Africa/Cairo", {2023, 4, 28, 1, 0}, "2023-04-27T22:00:00Z"},
    {"Africa/Cairo", {2023, 10, 27, 0, 0}, "2023-10-26T22:00:00Z"},
    /* A day that there was not, and one that there was twice. */
    {"Pacific/Apia", {2011, 12, 29, 0, 0}, "2011-12-29T10:00:00Z"},
    {"Pacific/Apia", {2011, 12, 30, 0, 0}, "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", {2011, 12, 30, 23, 59}, "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", {2011, 12, 31, 0, 0}, "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", {2012, 1, 1, 0, 0}, "2011-12-31T10:00:00Z"},
    {"America/Juneau", {1867, 10, 18, 12, 0}, "1867-10-17T20:58:00Z"},
    /* At 0:01, back to 23:01. */
    {"America/St_Johns", {2010, 11, 7, 0, 0}, "2010-11-07T02:30:00Z"},
    {"America/St_Johns", {2010, 11, 7, 0, 1}, "2010-11-07T03:31:00Z"},
};

START_TEST(finds_the_moment_of_a_date)
{
    char text[ZONE_TIME_TEXT_SIZE];
    struct zone *zone = open_zone(TIMES[_i].zone);
    timestamp_format(zone_time_of(zone, TIMES[_i].date), text);
    ck_assert_str_eq(text, TIMES[_i].time);
    zone_close(zone);
}
END_TEST

static const struct {
    const char *zone;
    const char *time;
    const char *text;
    int offset_s, weekday;
} TEXTS[] = {
    {"UTC", "2025-04-20T12:00:00Z", "2025-04-20T12:00:00Z", 0, 6},
    {"UTC", "2025-04-21T12:00:00.5Z", "2025-04-21T12:00:00.500000Z", 0, 0},
    {"UTC", "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", 0, 2},
    {"Europe/Berlin", "2025-03-30T00:59:59.999999Z", "2025-03-30T01:59:59.999999+01:00", 3600, 6},
    {"Europe/Berlin", "2025-03-30T01:00:00Z", "2025-03-30T03:00:00+02:00", 7200, 6},
    {"Europe/Berlin", "2025-10-26T00:59:59Z", "2025-10-26T02:59:59+02:00", 7200, 6},
    {"Europe/Berlin", "2025-10-26T01:00:00Z", "2025-10-26T02:00:00+01:00", 3600, 6},
    {"Europe/London", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00+00:00", 0, 2},
    {"Asia/Kathmandu", "2025-04-20T18:15:00Z", "2025-04-21T00:00:00+05:45", 20700, 0},
    {"America/St_Johns", "2025-01-01T00:00:00Z", "2024-12-31T20:30:00-03:30", -12600, 1},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00", 50400, 5},
    {"Pacific/Marquesas", "2025-01-01T00:00:00Z", "2024-12-31T14:30:00-09:30", -34200, 1},
    /* 4:56:02 and 0:44:30 behind: offsets go down to the minute. */
    {"America/New_York", "1880-01-01T00:00:00Z", "1879-12-31T19:03:00-04:57", -17820, 2},
    {"Africa/Monrovia", "1970-06-01T00:00:00Z", "1970-05-31T23:15:00-00:45", -2700, 6},
    {"Asia/Tokyo", "9999-12-31T23:00:00Z", "9999-12-31T23:59:59.999999+09:00", 32400, 5},
    {"America/Lima", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00-05:09", -18540, 4},
};

START_TEST(writes_a_time_with_its_offset)
{
    char text[ZONE_TIME_TEXT_SIZE];
    int offset_s = -1;
    int weekday = -1;
    struct zone *zone = open_zone(TEXTS[_i].zone);
    int64_t time_us = question_time(TEXTS[_i].time);
    zone_format(zone, time_us, text);
    (void)zone_date_of(zone, time_us, &offset_s, &weekday);
    zone_close(zone);
    ck_assert_str_eq(text, TEXTS[_i].text);
    ck_assert_int_eq(offset_s, TEXTS[_i].offset_s);
    ck_assert_int_eq(weekday, TEXTS[_i].weekday);
}
END_TEST

static const struct {
    const char *zone;
    const char *from, *until, *change;
} CHANGES[] = {
    {"UTC", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "9999-01-01T00:00:00Z"},
    {"Europe/Berlin", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", "2025-03-30T00:59:59.9Z", "2026-01-01T00:00:00Z", "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", "2025-03-30T01:00:00Z", "2026-01-01T00:00:00Z", "2025-10-26T01:00:00Z"},
    {"Europe/Berlin", "2025-01-01T00:00:00Z", "2025-03-30T01:00:00Z", "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", "2025-01-01T00:00:00Z", "2025-03-30T01:00:00.1Z", "2025-03-30T01:00:00Z"},
    {"Europe/Berlin", "2025-01-01T00:00:00Z", "2025-03-30T01:00:01Z", "2025-03-30T01:00:00Z"},
    {"Asia/Kathmandu", "1980-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "1985-12-31T18:30:00Z"},
    /* A week of summer. */
    {"America/Recife", "2000-10-08T00:00:00Z", "2000-12-01T00:00:00Z", "2000-10-08T03:00:00Z"},
    {"America/Recife", "2000-10-09T00:00:00Z", "2000-12-01T00:00:00Z", "2000-10-15T02:00:00Z"},
};

START_TEST(finds_the_next_change)
{
    struct zone *zone = open_zone(CHANGES[_i].zone);
    int64_t change_us =
        zone_next_change(zone, question_time(CHANGES[_i].from), question_time(CHANGES[_i].until));
    zone_close(zone);
    ck_assert_int_eq(change_us, question_time(CHANGES[_i].change));
}
END_TEST

/* Every date's moment is the first at which a clock that goes minute by minute shows it or more. */
static void assert_days_begin_first(const char *name, const char *from, int days)
{
    struct zone *zone = open_zone(name);
    int64_t at_us = question_time(from);
    struct zone_date newest = zone_date_of(zone, at_us, NULL, NULL);
    for (int64_t end_us = at_us + days * DAY_US; at_us < end_us; at_us += 60 * SECOND_US) {
        struct zone_date date = zone_date_of(zone, at_us, NULL, NULL);
        date.hour = date.minute = 0;
        if (zone_days_of(date) <= zone_days_of(newest))
            continue;
        newest = date;
        if (zone_time_of(zone, date) != at_us)
            ck_abort_msg("%04d-%02d-%02d", date.year, date.month, date.day);
    }
    zone_close(zone);
}

START_TEST(begins_days_at_their_first_moment)
{
    assert_days_begin_first("America/St_Johns", "2010-01-01T12:00:00Z", 365);
    assert_days_begin_first("Asia/Beirut", "2022-01-01T12:00:00Z", 365);
    assert_days_begin_first("Pacific/Apia", "2011-12-25T00:00:00Z", 14);
    assert_days_begin_first("Pacific/Kwajalein", "1969-09-20T00:00:00Z", 30);
    assert_days_begin_first("Pacific/Kwajalein", "1993-08-10T00:00:00Z", 30);
}
END_TEST

/* What is remembered changes nothing, whatever was asked before. */
START_TEST(knows_offsets_in_any_order)
{
    static const char *const names[] = {"Europe/Berlin", "Africa/Freetown", "Asia/Gaza",
                                        "America/Recife", "Australia/Lord_Howe"};
    uint64_t state = 22;
    struct zone *zone = open_zone(names[_i]);
    for (int i = 0; i < 20000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
        int64_t near_s = (int64_t)(state >> 33) % 4000000 * (i % 3 == 0 ? 1000 : 1);
        time_t time_s = (time_t)(near_s + (i % 2 == 0 ? 970000000 : -960000000));
        int offset_s = 0;
        struct tm date;
        time_s -= ((time_s % 60) + 60) % 60;
        (void)zone_date_of(zone, time_s * SECOND_US, &offset_s, NULL);
        if (localtime_r(&time_s, &date) == NULL || offset_s != date.tm_gmtoff)
            ck_abort_msg("%lld", (long long)time_s);
    }
    zone_close(zone);
}
END_TEST

Suite *zone_suite(void)
{
    Suite *suite = suite_create("zone");
    TCase *tcase = tcase_create("zone");
    tcase_add_loop_test(tcase, opens_a_zone, 0, COUNT(NAMES));
    tcase_add_loop_test(tcase, refuses_what_is_no_zone, 0, COUNT(NO_NAMES));
    tcase_add_test(tcase, tells_when_tzdata_is_missing);
    tcase_add_test(tcase, leaves_utc_behind);
    tcase_add_loop_test(tcase, finds_the_moment_of_a_date, 0, COUNT(TIMES));
    tcase_add_loop_test(tcase, writes_a_time_with_its_offset, 0, COUNT(TEXTS));
    tcase_add_loop_test(tcase, finds_the_next_change, 0, COUNT(CHANGES));
    tcase_add_test(tcase, begins_days_at_their_first_moment);
    tcase_add_loop_test(tcase, knows_offsets_in_any_order, 0, 5);
    suite_add_tcase(suite, tcase);
    return suite;
}
