/* Random objects: what the plain form's reader takes jansson reads alike, and a body is the same
 * with or without what follows it. TEST_SEED in the environment repeats a run. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "protocol/event_pack.h"
#include "test/unit/protocol/same_event.h"
#include "test/unit/suites.h"

enum { ROUNDS = 100000, TEXT_BYTES = 1000 };

#define ID_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Values as clients write them, and as they should not. */
static const char *const numbers[] = {
    "0",
    "1",
    "-1",
    "-0",
    "7",
    "65535",
    "65536",
    "999999999",
    "2147483647",
    "2147483648",
    "4294967297",
    "-2147483648",
    "-2147483649",
    "1209600000",
    "1209600001",
    "12.483",
    "-12.483",
    "0.0005",
    "1.0005",
    "2.0015",
    "30.0",
    "1e3",
    "1E-3",
    "1.",
    ".5",
    "01",
    "+1",
    "- 1",
    "1e400",
    "1e-400",
    "12.4834999999999999999",
    "0.10000000000000000555",
    "99999999999999999999",
    "2147483647.0001",
    "12.483333333333333",
    "null",
    "true",
    "NaN",
    "\"1\"",
    "[]",
};

static const char *const strings[] = {
    "\"a\"",
    "\"\"",
    "\"home.top-1_A\"",
    "\"a b\"",
    "\"192.0.2.1\"",
    "\"::1\"",
    "\"2001:db8::7\"",
    "\"192.0.2.256\"",
    "\"\\u0061\"",
    "\"\\n\"",
    "\"\xc3\xa4\"",
    "\"\xff\"",
    "\"" ID_64 "\"",
    "\"" ID_64 "x\"",
    "null",
    "7",
    "{}",
    "\"a",
    "\"\x7f\"",
    "\"}\"",
    "\"click\"",
    "\"error\"",
};

static const char *const types[] = {"\"click\"",
                                    "\"impression\"",
                                    "\"error\"",
                                    "\"progress\"",
                                    "\"start\"",
                                    "\"firstQuartile\"",
                                    "\"nofill\"",
                                    "\"Click\"",
                                    "\"viewUndetermined\"",
                                    "\"otherAdInteraction\""};

static const struct member {
    const char *name;
    const char *const *values;
    unsigned count;
} members[] = {
    {"ad_id", numbers, sizeof numbers / sizeof numbers[0]},
    {"ip", strings, sizeof strings / sizeof strings[0]},
    {"video_playback_time", numbers, sizeof numbers / sizeof numbers[0]},
    {"event_id", strings, sizeof strings / sizeof strings[0]},
    {"placement", strings, sizeof strings / sizeof strings[0]},
    {"age_ms", numbers, sizeof numbers / sizeof numbers[0]},
    {"code", numbers, sizeof numbers / sizeof numbers[0]},
    {"offset_ms", numbers, sizeof numbers / sizeof numbers[0]},
    {"type", types, sizeof types / sizeof types[0]},
    {"Code", numbers, sizeof numbers / sizeof numbers[0]},
    {"other", numbers, sizeof numbers / sizeof numbers[0]},
};

enum { MEMBERS = sizeof members / sizeof members[0], OURS = 9 };

static uint64_t state;

static unsigned below(unsigned limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (unsigned)(state >> 33) % limit;
}

static void seed(void)
{
    const char *given = getenv("TEST_SEED");
    state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("TEST_SEED=%llu\n", (unsigned long long)state);
}

struct text {
    char bytes[TEXT_BYTES];
    size_t length;
};

static void add(struct text *text, const char *more)
{
    size_t bytes = strlen(more);
    ck_assert_uint_lt(text->length + bytes, TEXT_BYTES);
    memcpy(text->bytes + text->length, more, bytes + 1);
    text->length += bytes;
}

static void add_blanks(struct text *text)
{
    static const char *const blanks[] = {"", "", "", "", " ", "\t", "\r\n", "  \n"};
    add(text, blanks[below(sizeof blanks / sizeof blanks[0])]);
}

/* A value is any of its member's, the first few more often, or a number with any digits. */
static void add_value(struct text *text, const struct member *member)
{
    char number[64];
    if (member->values != numbers || below(3) > 0) {
        add(text, member->values[below(below(2) == 0 ? 5 : member->count)]);
        return;
    }
    int length = snprintf(number, sizeof number, "%s%u.%0*u", below(4) == 0 ? "-" : "",
                          below(1u << below(31)), (int)(1 + below(20)), below(1u << below(31)));
    ck_assert_int_gt(length, 0);
    add(text, number);
}

/* Most are whole, some broken: by a character that is another, or none. */
static struct text make_object(void)
{
    struct text text = {.length = 0};
    unsigned left = below(7);
    add_blanks(&text);
    add(&text, "{");
    bool has_ad = below(8) > 0;
    if (has_ad)
        add(&text, "\"ad_id\":17");
    for (bool is_first = !has_ad; left > 0; left--, is_first = false) {
        const struct member *member = &members[1 + below(below(10) == 0 ? MEMBERS - 1 : OURS - 1)];
        add(&text, is_first ? "\"" : ",\"");
        add(&text, member->name);
        add(&text, "\"");
        add_blanks(&text);
        add(&text, ":");
        add_blanks(&text);
        add_value(&text, member);
        add_blanks(&text);
    }
    add(&text, "}");
    add_blanks(&text);
    if (below(20) == 0)
        text.bytes[below((unsigned)text.length)] = "\"{}[],:0 -."[below(11)];
    if (below(50) == 0)
        text.length = below((unsigned)text.length);
    return text;
}

static void assert_packs(const struct event *event)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event unpacked;
    size_t bytes = event_pack(event, packed);
    ck_assert_int_eq(event_unpack(packed, bytes, &unpacked), RESULT_OK);
    assert_same_event(event, &unpacked);
}

START_TEST(single_event_is_the_same_by_both)
{
    static const enum event_kind kinds[] = {EVENT_CLICK, EVENT_ERROR, EVENT_PROGRESS};
    unsigned plain = 0;
    unsigned good = 0;
    seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct text text = make_object();
        enum event_kind kind = kinds[below(3)];
        struct event fast = {.kind = (uint8_t)kind};
        struct event full = {0};
        struct error error = {""};
        bool is_plain = event_decode_fast(text.bytes, text.length, &fast);
        enum result result = event_decode_full(text.bytes, text.length, kind, &full, &error);
        ck_assert_msg(!is_plain || result == RESULT_OK, "%s: %s", text.bytes, error.text);
        if (is_plain)
            assert_same_event(&fast, &full);
        if (result == RESULT_OK)
            assert_packs(&full);
        plain += is_plain;
        good += result == RESULT_OK;
    }
    ck_assert_uint_gt(plain, ROUNDS / 20);
    ck_assert_uint_gt(good, plain);
}
END_TEST

/* Whatever stands behind it, and cut off anywhere it is none. */
START_TEST(item_is_the_same_by_both_and_alone)
{
    unsigned plain = 0;
    seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct text text = make_object();
        struct event alone = {0};
        struct event among = {0};
        struct event full = {0};
        const char *end;
        const char *end_among;
        if (!event_decode_fast_item(text.bytes, text.length, &alone, &end))
            continue;
        plain++;
        size_t bytes = (size_t)(end - text.bytes);
        ck_assert_int_eq(event_decode_item_full(text.bytes, bytes, &full, NULL), RESULT_OK);
        assert_same_event(&alone, &full);
        assert_packs(&alone);
        ck_assert(!event_decode_fast_item(text.bytes, below((unsigned)bytes), &among, &end_among));
        text.length = bytes;
        add(&text, below(2) == 0 ? ",{\"" : "}]\n");
        ck_assert(event_decode_fast_item(text.bytes, text.length, &among, &end_among));
        ck_assert_ptr_eq(end, end_among);
        assert_same_event(&alone, &among);
    }
    ck_assert_uint_gt(plain, ROUNDS / 100);
}
END_TEST

Suite *event_decoders_suite(void)
{
    Suite *suite = suite_create("event_decoders");
    TCase *tcase = tcase_create("event_decoders");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, single_event_is_the_same_by_both);
    tcase_add_test(tcase, item_is_the_same_by_both_and_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}
