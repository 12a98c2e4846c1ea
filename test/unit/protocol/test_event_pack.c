/* The packed form, which journals on disk hold: its bytes are pinned here. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_pack.h"
#include "test/unit/protocol/same_event.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct event SMALL = {
    .received_at_us = 0x0102030405060708,
    .occurred_at_us = 0x1112131415161718,
    .playback_ms = 0x000001f2f3f4f5f6,
    .ad_id = 0x21222324,
    .detail = 0x31323334,
    .quantity = 0x41424344,
    .kind = EVENT_PROGRESS,
    .verdict = VERDICT_MARKED_BY_PROXY,
    .flags = EVENT_ADDRESS_IS_TRUNCATED | 1,
    .placement_bytes = 3,
    .id_bytes = 2,
    .address = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}},
    .placement = "top",
    .id = "id",
};

/* The years 1 to 9999. */
#define FIRST_US INT64_C(-62135596800000000)
#define PAST_US INT64_C(253402300800000000)

static const struct event EVENTS[] = {
    {.ad_id = 1, .quantity = 1},
    {.occurred_at_us = FIRST_US,
     .received_at_us = PAST_US - 1,
     .ad_id = INT32_MAX,
     .quantity = INT32_MAX,
     .playback_ms = EVENT_PLAYBACK_MAX_MS},
    {.occurred_at_us = PAST_US - 1,
     .received_at_us = FIRST_US,
     .ad_id = 256,
     .quantity = 1,
     .kind = EVENT_IMPRESSION,
     .playback_ms = EVENT_PLAYBACK_MIN_MS},
    {.occurred_at_us = -1,
     .ad_id = 7,
     .quantity = 2,
     .address = {.family = ADDRESS_IPV4, .bytes = {1, 2, 3, 4}}},
    {.ad_id = 7,
     .quantity = 1,
     .address = {.family = ADDRESS_IPV6,
                 .bytes = {255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}},
    {.ad_id = 7, .quantity = 1, .id_bytes = 2, .id = "\xc3\xa9"},
    {.ad_id = 7, .quantity = 1, .placement_bytes = 1, .placement = "p"},
    {.kind = EVENT_FILL, .ad_id = 7, .quantity = 1, .placement_bytes = 7, .placement = "(other)"},
    {.kind = EVENT_ERROR, .detail = 65535, .quantity = 1},
    {.kind = EVENT_REQUEST, .quantity = 1, .verdict = VERDICT_TEST},
    {.kind = EVENT_NOFILL, .detail = INT32_MAX, .quantity = 1, .flags = EVENT_FLAGS_MASK},
    {.ad_id = 7,
     .quantity = 1,
     .address = {.family = ADDRESS_IPV6, .bytes = {1}},
     .placement_bytes = 64,
     .placement = {"abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ.01234567_"
                   "8"},
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

START_TEST(unpacks_what_it_packed)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event;
    memset(&event, 0xff, sizeof(event));
    size_t packed_bytes = event_pack(&EVENTS[_i], packed);
    ck_assert_uint_le(packed_bytes, EVENT_PACKED_MAX_BYTES);
    ck_assert_int_eq(unpack(packed, packed_bytes, &event), RESULT_OK);
    assert_same_event(&event, &EVENTS[_i]);
}
END_TEST

START_TEST(keeps_the_bytes_that_journals_hold)
{
    static const uint8_t EXPECTED[] = {
        2,    8,    2,    5,    4,    3,    2,    0,    /* up to the lengths */
        8,    7,    6,    5,    4,    3,    2,    1,    /* received */
        0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, /* occurred */
        0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0x01, 0,    0,    /* playback */
        0x24, 0x23, 0x22, 0x21, 0x34, 0x33, 0x32, 0x31, /* ad, detail */
        0x44, 0x43, 0x42, 0x41, 192,  0,    2,    1,    /* quantity, address */
        't',  'o',  'p',  'i',  'd',
    };
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    ck_assert_uint_eq(event_pack(&SMALL, packed), sizeof(EXPECTED));
    ck_assert_mem_eq(packed, EXPECTED, sizeof(EXPECTED));
}
END_TEST

/* What programs of the first version wrote; it is never written any more. */
static const uint8_t FIRST_VERSION[] = {1,    1,    4,    2, 8, 7, 6, 5,   4, 3, 2, 1,    0x14,
                                        0x13, 0x12, 0x11, 3, 2, 1, 0, 192, 0, 2, 1, 0xc3, 0xa9};

START_TEST(reads_the_first_version)
{
    const struct event expected = {
        .received_at_us = 0x0102030405060708,
        .occurred_at_us = 0x0102030405060708,
        .playback_ms = INT64_C(0x00010203) * 1000,
        .ad_id = 0x11121314,
        .quantity = 1,
        .kind = EVENT_IMPRESSION,
        .id_bytes = 2,
        .address = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}},
        .id = "\xc3\xa9",
    };
    struct event event;
    memset(&event, 0xff, sizeof(event));
    ck_assert_int_eq(unpack(FIRST_VERSION, sizeof(FIRST_VERSION), &event), RESULT_OK);
    assert_same_event(&event, &expected);
}
END_TEST

START_TEST(rejects_any_other_length_of_the_first_version)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES] = {0};
    struct event event;
    memcpy(packed, FIRST_VERSION, sizeof(FIRST_VERSION));
    for (size_t length = 0; length <= sizeof(packed); length++)
        ck_assert_int_eq(unpack(packed, length, &event),
                         length == sizeof(FIRST_VERSION) ? RESULT_OK : RESULT_MALFORMED);
}
END_TEST

/* Byte `at` of an event in the first version replaced by `byte`. */
static const struct damage {
    size_t at;
    uint8_t byte;
} DAMAGES_1[] = {
    {0, 0},     {0, 2},    {1, EVENT_LOADED},
    {1, 255},                         /* version, kind: there were two */
    {2, 0},     {2, 5},    {2, 6},    /* family */
    {3, 1},     {3, 65},   {3, 255},  /* length of the id */
    {15, 128},  {15, 255},            /* ad_id negative */
    {18, 2},    {19, 1},   {19, 255}, /* playback over a day, negative */
    {24, 0x0a},                       /* a control character in the id */
};

START_TEST(rejects_damage_to_the_first_version)
{
    uint8_t packed[sizeof(FIRST_VERSION)];
    struct event event = {.ad_id = 99};
    memcpy(packed, FIRST_VERSION, sizeof(packed));
    packed[DAMAGES_1[_i].at] = DAMAGES_1[_i].byte;
    ck_assert_int_eq(unpack(packed, sizeof(packed), &event), RESULT_MALFORMED);
    ck_assert_int_eq(event.ad_id, 99);
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
static const struct damage DAMAGES[] = {
    {0, 0},
    {0, 1},
    {0, 3},
    {0, 255}, /* version */
    {1, EVENT_KINDS},
    {1, 255}, /* kind */
    {2, EVENT_VERDICTS},
    {2, 255}, /* verdict */
    {3, 64},
    {3, 128}, /* flags that there are not */
    {4, 0},
    {4, 5},
    {4, 6}, /* family */
    {5, 2},
    {5, 65},
    {5, 255}, /* length of the placement */
    {6, 1},
    {6, 65},
    {6, 255}, /* length of the id */
    {7, 1},   /* reserved */
    {30, 1},
    {31, 255}, /* playback out of its range */
    {35, 128},
    {35, 255}, /* ad_id negative */
    {39, 128},
    {43, 128}, /* detail, quantity negative */
    {48, '\n'},
    {51, 0}, /* no text */
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
    {.ad_id = 0, .quantity = 1},
    {.ad_id = 0, .quantity = 1, .kind = EVENT_FILL},
    {.ad_id = 0, .quantity = 1, .kind = EVENT_PROGRESS},
    {.ad_id = -1, .quantity = 1},
    {.ad_id = -1, .quantity = 1, .kind = EVENT_ERROR},
    {.ad_id = 1, .quantity = 0},
    {.ad_id = 1, .quantity = -1},
    {.ad_id = 1, .quantity = 1, .detail = -1},
    {.ad_id = 1, .quantity = 1, .playback_ms = EVENT_PLAYBACK_MIN_MS - 1},
    {.ad_id = 1, .quantity = 1, .playback_ms = EVENT_PLAYBACK_MAX_MS + 1},
    {.ad_id = 1, .quantity = 1, .playback_ms = INT64_MIN},
    {.ad_id = 1, .quantity = 1, .occurred_at_us = FIRST_US - 1},
    {.ad_id = 1, .quantity = 1, .received_at_us = FIRST_US - 1},
    {.ad_id = 1, .quantity = 1, .occurred_at_us = PAST_US},
    {.ad_id = 1, .quantity = 1, .received_at_us = PAST_US},
    {.ad_id = 1, .quantity = 1, .occurred_at_us = INT64_MIN},
    {.ad_id = 1, .quantity = 1, .received_at_us = INT64_MAX},
    {.ad_id = 1, .quantity = 1, .verdict = EVENT_VERDICTS},
    {.ad_id = 1, .quantity = 1, .flags = EVENT_FLAGS_MASK + 1},
    {.ad_id = 1, .quantity = 1, .address = {.family = 5}},
    {.ad_id = 1, .quantity = 1, .id_bytes = 1, .id = "\n"},
    {.ad_id = 1, .quantity = 1, .id_bytes = 1, .id = "\0"},
    {.ad_id = 1, .quantity = 1, .id_bytes = 1, .id = "\xc3\xa9"},
    {.ad_id = 1, .quantity = 1, .placement_bytes = 1, .placement = "\n"},
    {.ad_id = 1, .quantity = 1, .placement_bytes = 3, .placement = "a b"},
    {.ad_id = 1, .quantity = 1, .placement_bytes = 2, .placement = "\xc3\xa9"},
    {.ad_id = 1, .quantity = 1, .placement_bytes = 4, .placement = "(no)"},
    {.ad_id = 1, .quantity = 1, .placement_bytes = 6, .placement = "(other"},
    {.ad_id = 1, .quantity = 1, .placement_bytes = 8, .placement = "(other)x"},
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
    packed[6] = EVENT_ID_MAX_BYTES;
    ck_assert_int_eq(unpack(packed, head_bytes + EVENT_ID_MAX_BYTES, &event), RESULT_OK);
    packed[6] = EVENT_ID_MAX_BYTES + 1;
    ck_assert_int_eq(unpack(packed, head_bytes + EVENT_ID_MAX_BYTES + 1, &event), RESULT_MALFORMED);
}
END_TEST

Suite *event_pack_suite(void)
{
    Suite *suite = suite_create("event_pack");
    TCase *tcase = tcase_create("event_pack");
    tcase_add_loop_test(tcase, unpacks_what_it_packed, 0, COUNT(EVENTS));
    tcase_add_test(tcase, keeps_the_bytes_that_journals_hold);
    tcase_add_test(tcase, reads_the_first_version);
    tcase_add_test(tcase, rejects_any_other_length_of_the_first_version);
    tcase_add_loop_test(tcase, rejects_damage_to_the_first_version, 0, COUNT(DAMAGES_1));
    tcase_add_test(tcase, writes_nothing_beyond_the_length_it_returns);
    tcase_add_loop_test(tcase, rejects_any_other_length, 0, COUNT(EVENTS));
    tcase_add_loop_test(tcase, rejects_damage, 0, COUNT(DAMAGES));
    tcase_add_loop_test(tcase, rejects_values_no_event_has, 0, COUNT(INVALID));
    tcase_add_test(tcase, rejects_an_id_over_its_limit);
    suite_add_tcase(suite, tcase);
    return suite;
}
