/* The packed form, which journals on disk hold: its bytes are pinned here. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_pack.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct event SMALL = {
    .occurred_at_us = 0x0102030405060708,
    .ad_id = 0x11121314,
    .playback_seconds = 0x00010203,
    .kind = EVENT_IMPRESSION,
    .address = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}},
};

static const struct event EVENTS[] = {
    {.ad_id = 1},
    {.occurred_at_us = INT64_MIN, .ad_id = INT32_MAX, .playback_seconds = 86400},
    {.occurred_at_us = INT64_MAX, .ad_id = 256, .kind = EVENT_IMPRESSION},
    {.occurred_at_us = -1, .ad_id = 7, .address = {.family = ADDRESS_IPV4, .bytes = {1, 2, 3, 4}}},
    {.ad_id = 7,
     .address = {.family = ADDRESS_IPV6,
                 .bytes = {255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}},
    {.ad_id = 7, .id_bytes = 2, .id = "\xc3\xa9"},
    {.ad_id = 7,
     .address = {.family = ADDRESS_IPV6, .bytes = {1}},
     .id_bytes = 64,
     .id = {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
            "f"}},
};

/* Unpacks a copy of just its size, so that the sanitizer sees a read beyond it. */
static enum result unpack(const uint8_t *packed, size_t packed_bytes, struct event *event)
{
    uint8_t *copy = malloc(packed_bytes + (packed_bytes == 0));
    memcpy(copy, packed, packed_bytes);
    enum result result = event_unpack(copy, packed_bytes, event);
    free(copy);
    return result;
}

static void assert_same(const struct event *a, const struct event *b)
{
    ck_assert_int_eq(a->occurred_at_us, b->occurred_at_us);
    ck_assert_int_eq(a->ad_id, b->ad_id);
    ck_assert_int_eq(a->playback_seconds, b->playback_seconds);
    ck_assert_uint_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->id_bytes, b->id_bytes);
    ck_assert_mem_eq(&a->address, &b->address, sizeof(a->address));
    ck_assert_mem_eq(a->id, b->id, a->id_bytes);
}

START_TEST(unpacks_what_it_packed)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event;
    memset(&event, 0xff, sizeof(event));
    size_t packed_bytes = event_pack(&EVENTS[_i], packed);
    ck_assert_uint_le(packed_bytes, EVENT_PACKED_MAX_BYTES);
    ck_assert_int_eq(unpack(packed, packed_bytes, &event), RESULT_OK);
    assert_same(&event, &EVENTS[_i]);
}
END_TEST

START_TEST(keeps_the_bytes_that_older_journals_hold)
{
    static const uint8_t EXPECTED[] = {1,    1,    4,    0,    8, 7, 6, 5, 4,   3, 2, 1,
                                       0x14, 0x13, 0x12, 0x11, 3, 2, 1, 0, 192, 0, 2, 1};
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    ck_assert_uint_eq(event_pack(&SMALL, packed), sizeof(EXPECTED));
    ck_assert_mem_eq(packed, EXPECTED, sizeof(EXPECTED));
}
END_TEST

START_TEST(writes_nothing_beyond_the_length_it_returns)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    memset(packed, 0xa5, sizeof(packed));
    for (size_t i = event_pack(&SMALL, packed); i < sizeof(packed); i++)
        ck_assert_uint_eq(packed[i], 0xa5);
}
END_TEST

START_TEST(rejects_any_other_length)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES + 1] = {0};
    struct event event;
    size_t packed_bytes = event_pack(&EVENTS[_i], packed);
    for (size_t length = 0; length <= sizeof(packed); length++)
        ck_assert_int_eq(unpack(packed, length, &event),
                         length == packed_bytes ? RESULT_OK : RESULT_MALFORMED);
}
END_TEST

/* Byte `at` of the packed SMALL replaced by `byte`. */
static const struct {
    size_t at;
    uint8_t byte;
} DAMAGES[] = {
    {0, 0},           {0, 2},    {0, 255},  /* version */
    {1, EVENT_KINDS}, {1, 255},             /* kind */
    {2, 0},           {2, 5},    {2, 6},    /* family */
    {3, 1},           {3, 65},   {3, 255},  /* length of the id */
    {15, 128},        {15, 255},            /* ad_id negative */
    {18, 2},          {19, 1},   {19, 255}, /* playback too long, negative */
};

START_TEST(rejects_damage)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event = {.ad_id = 99};
    size_t packed_bytes = event_pack(&SMALL, packed);
    packed[DAMAGES[_i].at] = DAMAGES[_i].byte;
    ck_assert_int_eq(unpack(packed, packed_bytes, &event), RESULT_MALFORMED);
    ck_assert_int_eq(event.ad_id, 99);
}
END_TEST

static const struct event INVALID[] = {
    {.ad_id = 0},
    {.ad_id = -1},
    {.ad_id = 1, .playback_seconds = -1},
    {.ad_id = 1, .playback_seconds = 86401},
    {.ad_id = 1, .address = {.family = 5}},
    {.ad_id = 1, .id_bytes = 1, .id = "\n"},
    {.ad_id = 1, .id_bytes = 1, .id = "\0"},
    {.ad_id = 1, .id_bytes = 1, .id = "\xc3\xa9"},
};

START_TEST(rejects_values_no_event_has)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event;
    size_t packed_bytes = event_pack(&INVALID[_i], packed);
    ck_assert_int_eq(unpack(packed, packed_bytes, &event), RESULT_MALFORMED);
}
END_TEST

START_TEST(rejects_an_id_over_its_limit)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event;
    memset(packed, 'x', sizeof(packed));
    size_t head_bytes = event_pack(&EVENTS[0], packed);
    packed[3] = EVENT_ID_MAX_BYTES;
    ck_assert_int_eq(unpack(packed, head_bytes + EVENT_ID_MAX_BYTES, &event), RESULT_OK);
    packed[3] = EVENT_ID_MAX_BYTES + 1;
    ck_assert_int_eq(unpack(packed, head_bytes + EVENT_ID_MAX_BYTES + 1, &event), RESULT_MALFORMED);
}
END_TEST

Suite *event_pack_suite(void)
{
    Suite *suite = suite_create("event_pack");
    TCase *tcase = tcase_create("event_pack");
    tcase_add_loop_test(tcase, unpacks_what_it_packed, 0, COUNT(EVENTS));
    tcase_add_test(tcase, keeps_the_bytes_that_older_journals_hold);
    tcase_add_test(tcase, writes_nothing_beyond_the_length_it_returns);
    tcase_add_loop_test(tcase, rejects_any_other_length, 0, COUNT(EVENTS));
    tcase_add_loop_test(tcase, rejects_damage, 0, COUNT(DAMAGES));
    tcase_add_loop_test(tcase, rejects_values_no_event_has, 0, COUNT(INVALID));
    tcase_add_test(tcase, rejects_an_id_over_its_limit);
    suite_add_tcase(suite, tcase);
    return suite;
}
