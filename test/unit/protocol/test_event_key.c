/* The keys that events are counted once by: their bytes stand in databases, so they are pinned. */
#include "protocol/event_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/hex.h"
#include "protocol/serving_token.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)
#define DAY_MS (DAY_US / 1000)

/* 2024-10-19 13:21:08.608 UTC, and an id of that time. */
#define TIME_MS INT64_C(1729344068608)
#define TIME_US (TIME_MS * 1000)
#define TODAY_MS INT64_C(1729296000000)
#define TIMED_ID "0192a4f0-5c00-7abc-8def-0123456789ab"

#define X_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static struct event make_event(const char *id)
{
    struct event event = {.received_at_us = TIME_US,
                          .occurred_at_us = TIME_US,
                          .ad_id = 42,
                          .quantity = 1,
                          .kind = EVENT_IMPRESSION,
                          .id_bytes = (uint8_t)strlen(id)};
    memcpy(event.id, id, event.id_bytes);
    return event;
}

/* An id of version 7 whose time is `time_ms`. */
static struct event make_timed(int64_t time_ms)
{
    char id[64];
    int length = snprintf(id, sizeof id, "%08" PRIx64 "-%04" PRIx64 "-7000-8000-000000000000",
                          (uint64_t)time_ms >> 16, (uint64_t)time_ms & 0xffff);
    ck_assert_int_eq(length, 36);
    return make_event(id);
}

struct claimed {
    int count;
    int64_t times_ms[EVENT_KEY_CLAIMS_MAX];
    char hash[21]; /* of all of them */
};

static struct claimed claims_of(const struct event *event)
{
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES];
    struct claimed claimed = {.count = event_key_claims(event, claims)};
    for (int i = 0; i < claimed.count; i++) {
        for (int byte = 0; byte < 6; byte++)
            claimed.times_ms[i] = claimed.times_ms[i] << 8 | claims[i][byte];
        ck_assert_mem_eq(claims[i] + 6, claims[0] + 6, EVENT_KEY_BYTES - 6);
    }
    *hex_write(claimed.hash, claims[0] + 6, EVENT_KEY_BYTES - 6) = '\0';
    return claimed;
}

static void assert_days(const struct event *event, int64_t first_ms)
{
    struct claimed claimed = claims_of(event);
    ck_assert_int_eq(claimed.count, 2);
    ck_assert_int_eq(claimed.times_ms[0], first_ms);
    ck_assert_int_eq(claimed.times_ms[1], first_ms + DAY_MS);
}

static void assert_time(const struct event *event, int64_t time_ms)
{
    struct claimed claimed = claims_of(event);
    ck_assert_int_eq(claimed.count, 1);
    ck_assert_int_eq(claimed.times_ms[0], time_ms);
}

static void assert_time_and_days(const struct event *event, int64_t time_ms, int64_t first_ms)
{
    struct claimed claimed = claims_of(event);
    ck_assert_int_eq(claimed.count, 3);
    ck_assert_int_eq(claimed.times_ms[0], time_ms);
    ck_assert_int_eq(claimed.times_ms[1], first_ms);
    ck_assert_int_eq(claimed.times_ms[2], first_ms + DAY_MS);
}

/* Made apart from this program: SHA-256 over space, kind, ad and detail as in event_key.h. */
static const struct {
    enum event_key_space space;
    enum event_kind kind;
    int32_t ad_id;
    int32_t detail;
    const char *id;
    const char *hash;
} pinned[] = {
    {KEY_SPACE_CLIENT, EVENT_CLICK, 7, 0, "view-1", "99dc11afebea8a3eb8c8"},
    {KEY_SPACE_CLIENT, EVENT_CLICK, 7, 5, "view-1", "99dc11afebea8a3eb8c8"},
    {KEY_SPACE_CLIENT, EVENT_PROGRESS, 7, 0x01020304, "\xc3\xa9", "521c3e6c4cdafbe81f82"},
    {KEY_SPACE_TOKEN_INVALID_CLICK, EVENT_ERROR, 0, 0, X_64, "84a72cad42f04b6328b4"},
    {KEY_SPACE_TOKEN_INVALID_CLICK, EVENT_ERROR, 0, 303, X_64, "84a72cad42f04b6328b4"},
    {KEY_SPACE_CLIENT, EVENT_IMPRESSION, 42, 0, TIMED_ID, "3478123193e5f256f057"},
    {KEY_SPACE_CLIENT, EVENT_IMPRESSION, 42, 0, "0192A4F0-5C00-7ABC-8DEF-0123456789AB",
     "a985ed60a509eb4b5be2"},
};

START_TEST(hash_is_pinned)
{
    struct event event = make_event(pinned[_i].id);
    event.flags = (uint8_t)(EVENT_ADDRESS_IS_TRUNCATED | pinned[_i].space << EVENT_KEY_SPACE_SHIFT);
    event.kind = (uint8_t)pinned[_i].kind;
    event.ad_id = pinned[_i].ad_id;
    event.detail = pinned[_i].detail;
    ck_assert_str_eq(claims_of(&event).hash, pinned[_i].hash);
}
END_TEST

START_TEST(key_is_time_and_hash_in_this_order)
{
    static const uint8_t expected[EVENT_KEY_BYTES] = {0x01, 0x92, 0xa4, 0xf0, 0x5c, 0x00,
                                                      0x34, 0x78, 0x12, 0x31, 0x93, 0xe5,
                                                      0xf2, 0x56, 0xf0, 0x57};
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES];
    struct event event = make_event(TIMED_ID);
    ck_assert_int_eq(event_key_claims(&event, claims), 1);
    ck_assert_mem_eq(claims[0], expected, sizeof expected);
}
END_TEST

/* What tells two events apart, and what does not. */
START_TEST(hash_is_of_space_kind_ad_offset_and_id)
{
    struct event event = make_event("a");
    char hash[21];
    memcpy(hash, claims_of(&event).hash, sizeof hash);
    event.placement_bytes = 1;
    event.verdict = VERDICT_DECLARED_BOT;
    event.playback_ms = 5;
    event.occurred_at_us -= DAY_US;
    event.flags = EVENT_SERVER_SIDE_MASK;
    ck_assert_str_eq(claims_of(&event).hash, hash);
    for (int i = 0; i < 4; i++) {
        struct event other = event;
        if (i == 0)
            other.flags |= KEY_SPACE_TOKEN << EVENT_KEY_SPACE_SHIFT;
        else if (i == 1)
            other.kind = EVENT_CLICK;
        else if (i == 2)
            other.ad_id++;
        else
            other.id[0]++;
        ck_assert_str_ne(claims_of(&other).hash, hash);
    }
}
END_TEST

START_TEST(day_and_the_next_where_the_id_tells_no_time)
{
    static const char *const ids[] = {
        "view-1",
        "0192a4f0-5c00-4abc-8def-0123456789ab", /* version 4 */
        "0192a4f0-5c00-7abc-7def-0123456789ab", /* variants that are not the RFC's */
        "0192a4f0-5c00-7abc-cdef-0123456789ab",
        "0192a4f05c007abc8def0123456789ab",
        "0192a4f0-5c00-7abc-8def-0123456789a",
        "0192a4f0-5c00-7abc-8def-0123456789abc",
        "0192a4f0-5c00-7abc-8def-0123456789ag",
        "0192a4f0-5c00-7abc-8def_0123456789ab",
        "0192a4f0-5c0--7abc-8def-0123456789ab",
        "{192a4f0-5c00-7abc-8def-0123456789a}",
    };
    for (int i = 0; i < COUNT(ids); i++) {
        struct event event = make_event(ids[i]);
        assert_days(&event, TODAY_MS);
    }
}
END_TEST

START_TEST(reads_the_time_in_any_case)
{
    struct event event = make_event("0192A4F0-5c00-7ABC-Bdef-0123456789aB");
    assert_time(&event, TIME_MS);
}
END_TEST

/* On either side of received_at, to the microsecond. */
START_TEST(time_counts_within_fifteen_days_of_receipt)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        struct event event = make_event(TIMED_ID);
        event.received_at_us = TIME_US + sign * 15 * DAY_US;
        assert_time(&event, TIME_MS);
        event.received_at_us += sign;
        assert_days(&event, TODAY_MS);
    }
}
END_TEST

START_TEST(days_too_where_it_happened_a_day_from_the_time)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        struct event event = make_event(TIMED_ID);
        event.occurred_at_us = TIME_US + sign * (23 * HOUR_US - 1);
        assert_time(&event, TIME_MS);
        event.occurred_at_us += sign;
        assert_time_and_days(&event, TIME_MS, TODAY_MS + (sign < 0 ? -DAY_MS : DAY_MS));
    }
}
END_TEST

START_TEST(midnight_is_no_time)
{
    struct event event = make_timed(TODAY_MS);
    assert_days(&event, TODAY_MS);
    event = make_timed(TODAY_MS + 1);
    assert_time(&event, TODAY_MS + 1);
    event = make_timed(TODAY_MS - 1);
    assert_time(&event, TODAY_MS - 1);
}
END_TEST

/* One of midnight too: its events claim one key on whatever day they are told. */
START_TEST(a_token_counts_once_on_any_day)
{
    const int64_t served_us = TODAY_MS * 1000 + _i * 500;
    struct serving_token token = {.ad_id = 42};
    struct uuid_random random = {.left = 0};
    char id[UUID_TEXT_SIZE];
    serving_token_set_id(&token, served_us, &random);
    ck_assert_int_le(llabs(serving_token_served_us(&token) - served_us), 1000);
    uuid_format(token.serving_id, id);
    struct event event = make_event(id);
    event.received_at_us = event.occurred_at_us = served_us;
    struct claimed at_once = claims_of(&event);
    event.received_at_us = event.occurred_at_us = served_us + 5 * DAY_US;
    ck_assert_int_eq(at_once.times_ms[0], claims_of(&event).times_ms[0]);
}
END_TEST

START_TEST(day_begins_at_midnight_utc)
{
    struct event event = make_event("a");
    event.occurred_at_us = TODAY_MS * 1000;
    assert_days(&event, TODAY_MS);
    event.occurred_at_us--;
    assert_days(&event, TODAY_MS - DAY_MS);
}
END_TEST

START_TEST(ids_of_the_future_and_of_1970_tell_no_time)
{
    struct event event = make_timed((INT64_C(1) << 48) - 1);
    assert_days(&event, TODAY_MS);
    event = make_timed(1);
    assert_days(&event, TODAY_MS);
    event = make_timed(0);
    assert_days(&event, TODAY_MS);
}
END_TEST

/* A clock that is not set yet, and times that only damage can bring about. */
START_TEST(days_stay_within_their_bits)
{
    const int64_t last_ms = (INT64_C(1) << 48) - 1;
    struct event event = make_timed(1);
    event.received_at_us = event.occurred_at_us = 0;
    assert_time(&event, 1);
    event = make_event("a");
    event.received_at_us = event.occurred_at_us = -1;
    assert_days(&event, 0);
    event.received_at_us = event.occurred_at_us = INT64_MIN;
    assert_days(&event, 0);
    event.received_at_us = event.occurred_at_us = INT64_MAX;
    assert_days(&event, last_ms / DAY_MS * DAY_MS - DAY_MS);
    event = make_event(TIMED_ID);
    event.received_at_us = INT64_MIN;
    assert_days(&event, TODAY_MS);
}
END_TEST

START_TEST(lane_is_the_last_32_bits)
{
    static const uint8_t key[EVENT_KEY_BYTES] = {[11] = 0xff, [12] = 0x80, 0x00, 0x00, 0x0b};
    ck_assert_uint_eq(event_key_lane(key, 1), 0);
    ck_assert_uint_eq(event_key_lane(key, 4), 3);
    ck_assert_uint_eq(event_key_lane(key, 64), 11);
}
END_TEST

START_TEST(placement_has_63_bits_of_its_hash)
{
    ck_assert_int_eq(placement_id("p", 1), INT64_C(1481096887605153049));
    ck_assert_int_eq(placement_id("home.top-1_A", 12), INT64_C(1010937730033111908));
    ck_assert_int_eq(placement_id("px", 1), placement_id("p", 1));
}
END_TEST

Suite *event_key_suite(void)
{
    Suite *suite = suite_create("event_key");
    TCase *tcase = tcase_create("event_key");
    tcase_add_loop_test(tcase, hash_is_pinned, 0, COUNT(pinned));
    tcase_add_test(tcase, key_is_time_and_hash_in_this_order);
    tcase_add_test(tcase, hash_is_of_space_kind_ad_offset_and_id);
    tcase_add_test(tcase, day_and_the_next_where_the_id_tells_no_time);
    tcase_add_test(tcase, reads_the_time_in_any_case);
    tcase_add_test(tcase, time_counts_within_fifteen_days_of_receipt);
    tcase_add_test(tcase, days_too_where_it_happened_a_day_from_the_time);
    tcase_add_test(tcase, midnight_is_no_time);
    tcase_add_loop_test(tcase, a_token_counts_once_on_any_day, -2, 4);
    tcase_add_test(tcase, day_begins_at_midnight_utc);
    tcase_add_test(tcase, ids_of_the_future_and_of_1970_tell_no_time);
    tcase_add_test(tcase, days_stay_within_their_bits);
    tcase_add_test(tcase, lane_is_the_last_32_bits);
    tcase_add_test(tcase, placement_has_63_bits_of_its_hash);
    suite_add_tcase(suite, tcase);
    return suite;
}
