/* The members of an event that not every event has, and those that only one kind has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_json.h"
#include "test/unit/protocol/same_event.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define P_64 "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

/* By both decoders, which must agree. */
static enum result decode(enum event_kind kind, const char *body, struct event *event,
                          struct error *error)
{
    struct event other = {0};
    *event = (struct event){0};
    *error = (struct error){""};
    enum result result = event_decode(body, strlen(body), kind, event, error);
    ck_assert_int_eq(event_decode_full(body, strlen(body), kind, &other, NULL), result);
    if (result == RESULT_OK)
        assert_same_event(event, &other);
    return result;
}

static struct event decoded(enum event_kind kind, const char *body)
{
    struct event event;
    struct error error;
    enum result result = decode(kind, body, &event, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", body, error.text);
    return event;
}

static const struct {
    const char *text;
    int64_t milliseconds;
} playback_times[] = {
    {"0", 0},
    {"-0", 0},
    {"-0.0", 0},
    {"0e5", 0},
    {"1", 1000},
    {"86400", 86400000},
    {"30.0", 30000},
    {"1e3", 1000000},
    {"1E+2", 100000},
    {"1.5e-3", 2},
    {"12.483", 12483}, /* just below it as a double */
    {"0.001", 1},
    {"4.35", 4350},
    {"1.005", 1005},
    {"-12.483", -12483},
    {"2147483646.999", 2147483646999},
    {"-2147483647.999", -2147483647999},
    {"2147483647", 2147483647000},
    {"2147483647.0", 2147483647000},
    {"-2147483648", -2147483648000},
    {"0.0004", 0},
    {"0.0006", 1},
    {"-0.0004", 0},
    {"-0.0006", -1},
    {"0.0005", 1},
    {"12.4829999", 12483},
    {"12.483333333333333", 12483},
    {"12.48333333333333333333333333333333333333", 12483},
    {"1e-400", 0},
};

START_TEST(reads_a_playback_time_to_the_millisecond)
{
    char body[100];
    ck_assert_int_gt(snprintf(body, sizeof body, "{\"ad_id\":1,\"video_playback_time\":%s}",
                              playback_times[_i].text),
                     0);
    ck_assert_int_eq(decoded(EVENT_CLICK, body).playback_ms, playback_times[_i].milliseconds);
}
END_TEST

/* Every millisecond of two minutes, and as many about the ends of the range. */
START_TEST(each_millisecond_is_itself)
{
    char body[100];
    static const int64_t bases[] = {0, EVENT_PLAYBACK_MAX_MS - 119999, EVENT_PLAYBACK_MIN_MS};
    for (int64_t i = 0; i < 120000; i++) {
        int64_t wanted = bases[_i] + i;
        int64_t size = llabs(wanted);
        int length =
            snprintf(body, sizeof body, "{\"ad_id\":1,\"video_playback_time\":%s%lld.%03d}",
                     wanted < 0 ? "-" : "", (long long)(size / 1000), (int)(size % 1000));
        struct event event = {0};
        ck_assert_int_eq(event_decode(body, (size_t)length, EVENT_CLICK, &event, NULL), RESULT_OK);
        ck_assert_int_eq(event.playback_ms, wanted);
    }
}
END_TEST

START_TEST(reads_a_placement)
{
    struct event event = decoded(EVENT_LOADED, "{\"ad_id\":1,\"placement\":\"" P_64 "\"}");
    ck_assert_uint_eq(event.placement_bytes, 64);
    ck_assert_mem_eq(event.placement, P_64, 64);
    event = decoded(EVENT_LOADED, "{\"ad_id\":1,\"Placement\":\"\\u0061-\"}");
    ck_assert_uint_eq(event.placement_bytes, 2);
    ck_assert_mem_eq(event.placement, "a-", 2);
    ck_assert_uint_eq(decoded(EVENT_LOADED, "{\"ad_id\":1,\"placement\":null}").placement_bytes, 0);
}
END_TEST

START_TEST(reads_an_age_as_a_time_before_now)
{
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1}").occurred_at_us, 0);
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"age_ms\":null}").occurred_at_us, 0);
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"age_ms\":-0}").occurred_at_us, 0);
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"age_ms\":1500}").occurred_at_us,
                     -1500000);
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"age_ms\":1209600000}").occurred_at_us,
                     INT64_C(-1209600000000));
}
END_TEST

START_TEST(detail_is_the_code_of_an_error_and_the_offset_of_a_progress)
{
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"code\":303}").detail, 303);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"ad_id\":1,\"code\":65535}").detail, 65535);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"code\":0,\"offset_ms\":7}").detail, 0);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{}").detail, 0);
    ck_assert_int_eq(decoded(EVENT_PROGRESS, "{\"ad_id\":1,\"offset_ms\":15000}").detail, 15000);
    ck_assert_int_eq(decoded(EVENT_PROGRESS, "{\"ad_id\":1,\"offset_ms\":2147483647}").detail,
                     2147483647);
    ck_assert_int_eq(decoded(EVENT_PROGRESS, "{\"ad_id\":1}").detail, 0);
}
END_TEST

/* As any member is that is not ours, whatever it holds. */
START_TEST(what_a_kind_has_no_use_for_is_ignored)
{
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"code\":5,\"offset_ms\":6}").detail, 0);
    ck_assert_int_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"code\":\"x\"}").detail, 0);
    ck_assert_int_eq(decoded(EVENT_PROGRESS, "{\"ad_id\":1,\"code\":-1}").detail, 0);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"ad_id\":1,\"offset_ms\":{}}").detail, 0);
    ck_assert_uint_eq(decoded(EVENT_CLICK, "{\"ad_id\":1,\"type\":\"nofill\"}").kind, EVENT_CLICK);
}
END_TEST

START_TEST(error_may_lack_an_ad)
{
    ck_assert_int_eq(decoded(EVENT_ERROR, "{}").ad_id, 0);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"ad_id\":0}").ad_id, 0);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"ad_id\":null}").ad_id, 0);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"ad_id\":-0}").ad_id, 0);
    ck_assert_int_eq(decoded(EVENT_ERROR, "{\"ad_id\":7}").ad_id, 7);
}
END_TEST

#define PLAYBACK_WORDS                                                                             \
    "video_playback_time must be a number of seconds from -2147483648 to 2147483647"
#define PLACEMENT_WORDS "placement must be 1 to 64 of the characters A-Z a-z 0-9 . _ -"
#define AGE_WORDS "age_ms must be a whole number from 0 to 1209600000"
#define CODE_WORDS "code must be a whole number from 0 to 65535"
#define OFFSET_WORDS "offset_ms must be a whole number from 0 to 2147483647"

static const struct {
    enum event_kind kind;
    const char *member;
    const char *words;
} invalid[] = {
    {EVENT_CLICK, "\"video_playback_time\":2147483648", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":2147483647.0001", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":-2147483649", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":-2147483648.0001", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":1e10", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":1e308", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":99999999999999999999", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":9223372036854775807", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":\"30\"", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":false", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"video_playback_time\":[1]", PLAYBACK_WORDS},
    {EVENT_CLICK, "\"placement\":7", "placement must be a string"},
    {EVENT_CLICK, "\"placement\":\"\"", PLACEMENT_WORDS},
    {EVENT_CLICK, "\"placement\":\"" P_64 "x\"", PLACEMENT_WORDS},
    {EVENT_CLICK, "\"placement\":\"a b\"", PLACEMENT_WORDS},
    {EVENT_CLICK, "\"placement\":\"a/b\"", PLACEMENT_WORDS},
    {EVENT_CLICK, "\"placement\":\"(other)\"", PLACEMENT_WORDS},
    {EVENT_CLICK, "\"placement\":\"\\u00e9\"", PLACEMENT_WORDS},
    {EVENT_CLICK, "\"age_ms\":-1", AGE_WORDS},
    {EVENT_CLICK, "\"age_ms\":1209600001", AGE_WORDS},
    {EVENT_CLICK, "\"age_ms\":1.5", AGE_WORDS},
    {EVENT_CLICK, "\"age_ms\":1e3", AGE_WORDS},
    {EVENT_CLICK, "\"age_ms\":\"5\"", AGE_WORDS},
    {EVENT_CLICK, "\"age_ms\":99999999999999999999", AGE_WORDS},
    {EVENT_ERROR, "\"code\":-1", CODE_WORDS},
    {EVENT_ERROR, "\"code\":65536", CODE_WORDS},
    {EVENT_ERROR, "\"code\":\"303\"", CODE_WORDS},
    {EVENT_ERROR, "\"code\":303.0", CODE_WORDS},
    {EVENT_PROGRESS, "\"offset_ms\":-1", OFFSET_WORDS},
    {EVENT_PROGRESS, "\"offset_ms\":2147483648", OFFSET_WORDS},
    {EVENT_PROGRESS, "\"offset_ms\":1.0", OFFSET_WORDS},
};

START_TEST(refuses_an_invalid_member_by_name)
{
    char body[200];
    struct event event;
    struct error error;
    ck_assert_int_gt(snprintf(body, sizeof body, "{\"ad_id\":1,%s}", invalid[_i].member), 0);
    ck_assert_int_eq(decode(invalid[_i].kind, body, &event, &error), RESULT_INVALID);
    ck_assert_str_eq(error.text, invalid[_i].words);
}
END_TEST

START_TEST(every_other_kind_needs_an_ad)
{
    struct event event;
    struct error error;
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        if (event_kind_may_lack_ad((enum event_kind)kind))
            continue;
        ck_assert_int_eq(decode((enum event_kind)kind, "{}", &event, &error), RESULT_INVALID);
        ck_assert_str_eq(error.text, "ad_id is missing");
        ck_assert_int_eq(decode((enum event_kind)kind, "{\"ad_id\":0}", &event, &error),
                         RESULT_INVALID);
        ck_assert_str_eq(error.text, "ad_id must be a whole number from 1 to 2147483647");
    }
    ck_assert_int_eq(decode(EVENT_ERROR, "{\"ad_id\":-1}", &event, &error), RESULT_INVALID);
    ck_assert_str_eq(error.text, "ad_id must be a whole number from 0 to 2147483647");
}
END_TEST

START_TEST(item_names_its_kind)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        char text[100];
        struct event event = {0};
        struct event other = {0};
        struct error error = {""};
        const char *name = event_kind_name((enum event_kind)kind);
        int length = snprintf(text, sizeof text, " {\"ad_id\":3,\"type\":\"%s\"}\n", name);
        enum result result = event_decode_item(text, (size_t)length, &event, &error);
        ck_assert_int_eq(event_decode_item_full(text, (size_t)length, &other, NULL), result);
        if (event_kind_is_clients((enum event_kind)kind)) {
            ck_assert_int_eq(result, RESULT_OK);
            ck_assert_int_eq(event.kind, kind);
            assert_same_event(&event, &other);
        } else {
            ck_assert_int_eq(result, RESULT_INVALID);
            ck_assert_str_eq(error.text, "type is a kind that only the server reports");
        }
    }
}
END_TEST

static const struct {
    const char *text;
    enum result result;
    const char *words;
} bad_items[] = {
    {"{\"ad_id\":1}", RESULT_INVALID, "type is missing"},
    {"{\"ad_id\":1,\"type\":null}", RESULT_INVALID, "type is missing"},
    {"{\"ad_id\":1,\"type\":1}", RESULT_INVALID, "type must be a string"},
    {"{\"ad_id\":1,\"type\":\"\"}", RESULT_INVALID, "type is no kind of event"},
    {"{\"ad_id\":1,\"type\":\"Click\"}", RESULT_INVALID, "type is no kind of event"},
    {"{\"type\":\"click\"}", RESULT_INVALID, "ad_id is missing"},
    {"{\"type\":\"click\",\"TYPE\":\"click\"}", RESULT_MALFORMED, "type is given twice"},
    {"{\"ad_id\":1,\"type\":\"click\"}}", RESULT_MALFORMED,
     "the body goes on after its JSON object (line 1, column 27)"},
    {"7", RESULT_MALFORMED, "the body is not a JSON object"},
};

START_TEST(refuses_an_item_in_words)
{
    struct event event;
    struct error error = {""};
    const char *text = bad_items[_i].text;
    ck_assert_int_eq(event_decode_item(text, strlen(text), &event, &error), bad_items[_i].result);
    ck_assert_str_eq(error.text, bad_items[_i].words);
}
END_TEST

Suite *event_members_suite(void)
{
    Suite *suite = suite_create("event_members");
    TCase *tcase = tcase_create("event_members");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, reads_a_playback_time_to_the_millisecond, 0, COUNT(playback_times));
    tcase_add_loop_test(tcase, each_millisecond_is_itself, 0, 3);
    tcase_add_test(tcase, reads_a_placement);
    tcase_add_test(tcase, reads_an_age_as_a_time_before_now);
    tcase_add_test(tcase, detail_is_the_code_of_an_error_and_the_offset_of_a_progress);
    tcase_add_test(tcase, what_a_kind_has_no_use_for_is_ignored);
    tcase_add_test(tcase, error_may_lack_an_ad);
    tcase_add_loop_test(tcase, refuses_an_invalid_member_by_name, 0, COUNT(invalid));
    tcase_add_test(tcase, every_other_kind_needs_an_ad);
    tcase_add_test(tcase, item_names_its_kind);
    tcase_add_loop_test(tcase, refuses_an_item_in_words, 0, COUNT(bad_items));
    suite_add_tcase(suite, tcase);
    return suite;
}
