/* Random batches: they give the same events and faults as their items do one by one. */
#include <stdbool.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "protocol/event_body.h"
#include "protocol/event_json.h"
#include "protocol/text.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/protocol/same_event.h"
#include "test/unit/suites.h"

enum { ROUNDS = 1000, ITEMS_MAX = 30, BODY_BYTES = ITEMS_MAX * RANDOM_TEXT_BYTES };

struct batch {
    struct text items[ITEMS_MAX];
    size_t count;
    char body[BODY_BYTES];
    size_t bytes;
};

static void append(struct batch *batch, const char *text, size_t bytes)
{
    ck_assert_uint_le(batch->bytes + bytes, BODY_BYTES);
    memcpy(batch->body + batch->bytes, text, bytes);
    batch->bytes += bytes;
}

/* Whatever it means. */
static bool is_json(const struct text *text)
{
    json_t *value =
        json_loadb(text->bytes, text->length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
    json_decref(value);
    return value != NULL;
}

static void flatten(struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (text->bytes[i] == '\n')
            text->bytes[i] = ' ';
    }
}

static bool is_blank(const struct text *text)
{
    size_t blanks = 0;
    while (blanks < text->length && text_is_blank(text->bytes[blanks]))
        blanks++;
    return blanks == text->length;
}

/* Of JSON that is whole, for an array, or of anything that is one line and not blank. */
static struct text make_item(bool is_array)
{
    struct text text;
    bool is_fit;
    do {
        text = random_object();
        if (!is_array)
            flatten(&text);
        is_fit = is_array ? is_json(&text) : !is_blank(&text);
    } while (!is_fit);
    return text;
}

/* The first line is a whole object, so that it does not go on in the next one. */
static void make_batch(struct batch *batch, bool is_array)
{
    batch->bytes = 0;
    batch->count = random_below(ITEMS_MAX) + 1;
    append(batch, "[", is_array);
    for (size_t i = 0; i < batch->count; i++) {
        struct text *text = &batch->items[i];
        do
            *text = make_item(is_array);
        while (i == 0 && !is_json(text));
        append(batch, text->bytes, text->length);
        append(batch, is_array ? "," : "\n", 1);
    }
    batch->bytes -= is_array || random_below(2) == 0;
    append(batch, "]", is_array);
}

START_TEST(batch_gives_what_its_items_give_one_by_one)
{
    static struct batch batch;
    bool is_array = _i == 0;
    size_t good = 0;
    size_t bad = 0;
    random_seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct event_body body;
        struct event event = {0};
        struct event alone = {0};
        struct error error;
        make_batch(&batch, is_array);
        event_body_init(&body, batch.body, batch.bytes);
        for (size_t i = 0; i < batch.count; i++) {
            const struct text *item = &batch.items[i];
            enum result result = event_decode_item_full(item->bytes, item->length, &alone, NULL);
            enum event_body_step step = event_body_next(&body, &event, &error);
            ck_assert_uint_eq(body.index, i);
            ck_assert_msg(step == (result == RESULT_OK ? EVENT_BODY_EVENT : EVENT_BODY_FAULT),
                          "item %zu of %.*s", i, (int)batch.bytes, batch.body);
            if (result == RESULT_OK)
                assert_same_event(&event, &alone);
            else
                ck_assert_int_eq(body.result, result);
            good += result == RESULT_OK;
            bad += result != RESULT_OK;
        }
        ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_END);
    }
    ck_assert_uint_gt(good, ROUNDS / 4);
    ck_assert_uint_gt(bad, ROUNDS);
}
END_TEST

/* What is whole before the cut is the same; behind it there is a fault at least, but for lines that
 * are cut between two. */
START_TEST(batch_that_breaks_off_gives_what_was_whole)
{
    static struct batch batch;
    random_seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct event_body whole;
        struct event_body cut;
        struct event event = {0};
        struct event expected = {0};
        struct error error;
        make_batch(&batch, true);
        event_body_init(&whole, batch.body, batch.bytes);
        event_body_init(&cut, batch.body, random_below((unsigned)batch.bytes - 1) + 1);
        enum event_body_step step;
        size_t faults = 0;
        while ((step = event_body_next(&cut, &event, &error)) != EVENT_BODY_END) {
            faults += step == EVENT_BODY_FAULT;
            enum event_body_step other = event_body_next(&whole, &expected, &error);
            if (step == EVENT_BODY_EVENT) {
                ck_assert_int_eq(other, EVENT_BODY_EVENT);
                assert_same_event(&event, &expected);
            }
        }
        ck_assert_uint_gt(faults, 0);
    }
}
END_TEST

Suite *event_body_random_suite(void)
{
    Suite *suite = suite_create("event_body_random");
    TCase *tcase = tcase_create("event_body_random");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, batch_gives_what_its_items_give_one_by_one, 0, 2);
    tcase_add_test(tcase, batch_that_breaks_off_gives_what_was_whole);
    suite_add_tcase(suite, tcase);
    return suite;
}
