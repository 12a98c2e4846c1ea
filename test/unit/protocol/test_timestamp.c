/* RFC 3339 times. The expected numbers come from `date -u -d ... +%s`. */
#include <string.h>

#include <check.h>

#include "protocol/timestamp.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const int64_t UNTOUCHED = -42;

struct reading {
    const char *text;
    int64_t time_us;
    bool cut;
};

static const struct reading READINGS[] = {
    {"1970-01-01T00:00:00Z", 0, false},
    {"1970-01-01T00:00:00.000001Z", 1, false},
    {"1969-12-31T23:59:59.999999Z", -1, false},
    {"2025-04-20T00:00:00Z", 1745107200000000, false},
    {"2025-04-20t00:00:00z", 1745107200000000, false},
    {"2025-04-20 00:00:00Z", 1745107200000000, false},
    {"2025-04-20T02:00:00+02:00", 1745107200000000, false},
    {"2025-04-20T02:00:00 02:00", 1745107200000000, false},
    {"2025-04-19T18:30:00-05:30", 1745107200000000, false},
    {"2025-04-20T00:00:00-00:00", 1745107200000000, false},
    {"2025-04-20T23:59:00+23:59", 1745107200000000, false},
    {"2025-04-20T00:00:00.5Z", 1745107200500000, false},
    {"2025-04-20T00:00:00.123456Z", 1745107200123456, false},
    {"2025-04-20T00:00:00.123456000Z", 1745107200123456, false},
    {"2025-04-20T00:00:00.1234561Z", 1745107200123456, true},
    {"2025-04-20T00:00:00.1234569Z", 1745107200123456, true},
    {"2025-04-20T00:00:00.00000000000000000000001Z", 1745107200000000, true},
    {"2000-02-29T00:00:00Z", 951782400000000, false},
    {"2000-03-01T00:00:00Z", 951868800000000, false},
    {"2024-02-29T12:00:00Z", 1709208000000000, false},
    {"1900-02-28T00:00:00Z", -2203977600000000, false},
    {"1900-03-01T00:00:00Z", -2203891200000000, false},
    {"2100-03-01T00:00:00Z", 4107542400000000, false},
    {"2038-01-19T03:14:08Z", 2147483648000000, false},
    {"9999-12-31T23:59:59.999999Z", 253402300799999999, false},
    {"0001-01-01T00:00:00Z", -62135596800000000, false},
    {"0000-01-01T00:00:00Z", -62167219200000000, false},
    {"0000-02-29T00:00:00Z", -62162121600000000, false},
    {"9999-12-31T23:59:59-23:59", 253402387139000000, false},
    {"0000-01-01T00:00:00+23:59", -62167305540000000, false},
    {"2016-12-31T23:59:60Z", 1483228800000000, false},
    {"2016-12-31T23:59:60.5Z", 1483228800500000, false},
    {"2016-12-31T15:59:60-08:00", 1483228800000000, false},
    {"2017-01-01T05:29:60+05:30", 1483228800000000, false},
    {"2012-06-30T23:59:60Z", 1341100800000000, false},
};

START_TEST(reads_a_time)
{
    const struct reading *reading = &READINGS[_i];
    int64_t time_us = UNTOUCHED;
    bool cut = !reading->cut;
    ck_assert_int_eq(timestamp_parse(reading->text, strlen(reading->text), &time_us, &cut),
                     RESULT_OK);
    ck_assert_int_eq(time_us, reading->time_us);
    ck_assert_int_eq(cut, reading->cut);
}
END_TEST

static const char *const NO_TIMES[] = {
    "",
    "2025",
    "2025-04-20",
    "2025-04-20T00:00:00",
    "2025-04-20T00:00Z",
    "2025-04-20T00:00:0Z",
    "2025-04-20T00:00:00ZZ",
    "2025-04-20T00:00:00Z ",
    " 2025-04-20T00:00:00Z",
    "2025-4-20T00:00:00Z",
    "25-04-20T00:00:00Z",
    "02025-04-20T00:00:00Z",
    "+025-04-20T00:00:00Z",
    "-025-04-20T00:00:00Z",
    "2025/04/20T00:00:00Z",
    "20250420T000000Z",
    "2025-04-20_00:00:00Z",
    "2025-04-20T00-00-00Z",
    "2025-04-20T+1:00:00Z",
    "2025-04-20T 1:00:00Z",
    "2025-04-20T00:00:00.Z",
    "2025-04-20T00:00:00.-1Z",
    "2025-04-20T00:00:00,5Z",
    "2025-04-20T00:00:00.5",
    "2025-00-20T00:00:00Z",
    "2025-13-20T00:00:00Z",
    "2025-04-00T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-01-32T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2024-02-30T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2025-06-31T00:00:00Z",
    "2025-09-31T00:00:00Z",
    "2025-11-31T00:00:00Z",
    "2025-04-20T24:00:00Z",
    "2025-04-20T00:60:00Z",
    "2025-04-20T00:00:61Z",
    "2025-04-20T00:00:60Z",
    "2025-04-20T23:59:60Z",
    "2016-12-31T22:59:60Z",
    "2016-12-31T23:58:60Z",
    "2016-12-31T23:59:60+01:00",
    "2025-04-20T00:00:00+24:00",
    "2025-04-20T00:00:00+23:60",
    "2025-04-20T00:00:00+2:00",
    "2025-04-20T00:00:00+0200",
    "2025-04-20T00:00:00+02",
    "2025-04-20T00:00:00+02:0",
    "2025-04-20T00:00:00+02:00Z",
    "2025-04-20T00:00:00 Z",
    "2025-04-20T00:00:00 +02:00",
    "2025-04-20T00:00:00UTC",
    "2025-04-20T00:00:00--02:00",
    "\xd9\xa2\xd9\xa0-04-20T00:00:00Z",
};

START_TEST(rejects_what_is_no_time)
{
    int64_t time_us = UNTOUCHED;
    ck_assert_int_eq(timestamp_parse(NO_TIMES[_i], strlen(NO_TIMES[_i]), &time_us, NULL),
                     RESULT_MALFORMED);
    ck_assert_int_eq(time_us, UNTOUCHED);
}
END_TEST

START_TEST(rejects_every_beginning_of_a_time)
{
    const char *text = "2025-04-20T00:00:00.25+02:00";
    int64_t time_us;
    for (size_t length = 0; length < strlen(text); length++)
        ck_assert_int_eq(timestamp_parse(text, length, &time_us, NULL), RESULT_MALFORMED);
    ck_assert_int_eq(timestamp_parse(text, strlen(text), &time_us, NULL), RESULT_OK);
}
END_TEST

START_TEST(rejects_a_nul_inside)
{
    int64_t time_us;
    ck_assert_int_eq(timestamp_parse("2025-04-20T00:00:00Z\0", 21, &time_us, NULL),
                     RESULT_MALFORMED);
    ck_assert_int_eq(timestamp_parse(NULL, 0, &time_us, NULL), RESULT_MALFORMED);
}
END_TEST

static const struct {
    int64_t time_us;
    const char *text;
} WRITINGS[] = {
    {0, "1970-01-01T00:00:00Z"},
    {1, "1970-01-01T00:00:00.000001Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {-86400000000, "1969-12-31T00:00:00Z"},
    {1745107200120000, "2025-04-20T00:00:00.120000Z"},
    {1745157845000000, "2025-04-20T14:04:05Z"},
    {951782400000000, "2000-02-29T00:00:00Z"},
    {253402300799999999, "9999-12-31T23:59:59.999999Z"},
    {-62167219200000000, "0000-01-01T00:00:00Z"},
    /* Beyond what the format has: the nearest. */
    {-62167219200000001, "0000-01-01T00:00:00Z"},
    {INT64_MIN, "0000-01-01T00:00:00Z"},
    {253402300800000000, "9999-12-31T23:59:59.999999Z"},
    {INT64_MAX, "9999-12-31T23:59:59.999999Z"},
};

START_TEST(writes_a_time)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(WRITINGS[_i].time_us, text);
    ck_assert_str_eq(text, WRITINGS[_i].text);
}
END_TEST

START_TEST(writes_only_what_it_can_read)
{
    const int64_t step_us = INT64_MAX / 50000;
    int64_t before_us = INT64_MIN;
    for (int64_t time_us = INT64_MIN; time_us <= INT64_MAX - step_us; time_us += step_us) {
        char text[TIMESTAMP_TEXT_SIZE];
        int64_t written_us = UNTOUCHED;
        timestamp_format(time_us, text);
        ck_assert_msg(timestamp_parse(text, strlen(text), &written_us, NULL) == RESULT_OK, "%s",
                      text);
        ck_assert_int_ge(written_us, before_us);
        before_us = written_us;
    }
}
END_TEST

START_TEST(reads_what_it_wrote_for_every_day_of_four_centuries)
{
    const int64_t day_us = 86400000000;
    for (int64_t day = -25567; day < 146097; day++) {
        char text[TIMESTAMP_TEXT_SIZE];
        int64_t time_us = UNTOUCHED;
        timestamp_format(day * day_us, text);
        if (timestamp_parse(text, strlen(text), &time_us, NULL) != RESULT_OK ||
            time_us != day * day_us)
            ck_abort_msg("%s", text);
    }
}
END_TEST

Suite *timestamp_suite(void)
{
    Suite *suite = suite_create("timestamp");
    TCase *tcase = tcase_create("timestamp");
    tcase_add_loop_test(tcase, reads_a_time, 0, COUNT(READINGS));
    tcase_add_loop_test(tcase, rejects_what_is_no_time, 0, COUNT(NO_TIMES));
    tcase_add_test(tcase, rejects_every_beginning_of_a_time);
    tcase_add_test(tcase, rejects_a_nul_inside);
    tcase_add_loop_test(tcase, writes_a_time, 0, COUNT(WRITINGS));
    tcase_add_test(tcase, writes_only_what_it_can_read);
    tcase_add_test(tcase, reads_what_it_wrote_for_every_day_of_four_centuries);
    suite_add_tcase(suite, tcase);
    return suite;
}
