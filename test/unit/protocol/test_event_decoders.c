/* Random objects: what the plain form's reader takes jansson reads alike, and a body is the same
 * with or without what follows it. TEST_SEED in the environment repeats a run. */
#include <stdbool.h>

#include <check.h>

#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "protocol/event_pack.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/protocol/same_event.h"
#include "test/unit/suites.h"

enum { ROUNDS = 100000 };

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
    random_seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct text text = random_object();
        enum event_kind kind = kinds[random_below(3)];
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
    random_seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct text text = random_object();
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
        ck_assert(
            !event_decode_fast_item(text.bytes, random_below((unsigned)bytes), &among, &end_among));
        text.length = bytes;
        text_add(&text, random_below(2) == 0 ? ",{\"" : "}]\n");
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
