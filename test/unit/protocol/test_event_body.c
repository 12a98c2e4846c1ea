/* The events of a batch, step by step: forms, faults and limits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_body.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define C(ad) "{\"type\":\"click\",\"ad_id\":" #ad "}"
#define MARK "\xEF\xBB\xBF"
#define DEEP_17 "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"

/*
 * Each body, and its steps in words: the ad of an event, else "index: the fault", each before a
 * "|". The body is given in memory of just its size, so that the sanitizer sees a read beyond it.
 */
static const struct {
    const char *text;
    const char *steps;
} bodies[] = {
    /* One object. */
    {C(1), "1|"},
    {" \r\n\t" C(1) "\r\n ", "1|"},
    {MARK C(1), "1|"},
    {"{\n  \"type\": \"click\",\n  \"ad_id\": 1\n}\n", "1|"},
    {"{\r\n\"type\":\"click\",\"x\":\"\\u0061\",\r\n\"ad_id\":1}", "1|"},
    {"{\"type\":\"click\",\n\"ad_id\":1",
     "0: the item ends before its JSON does (line 2, column 9)|"},
    {"{\"type\":\"click\",\n\"ad_id\":1} x",
     "0: the item goes on after its JSON object (line 2, column 12)|"},
    /* Lines. */
    {C(1) "\n" C(2) "\n", "1|2|"},
    {C(1) "\r\n" C(2) "\r\n", "1|2|"},
    {C(1) "\n" C(2), "1|2|"},
    {MARK "\n\n" C(1) "\n \t\r\n\n" C(2) "\n\n", "1|2|"},
    {C(1) "\n" MARK C(2), "1|2|"},
    {C(1) "\nx\n" C(2), "1|1: the item is not a JSON object|2|"},
    {"x\n" C(2), "0: the item is not a JSON object|2|"},
    {"{\"type\":\"click\"\n" C(2), "0: the item ends before its JSON does (line 1, column 15)|2|"},
    {C(1) "\n{\"type\":\"cl", "1|1: the item ends before its JSON does (line 1, column 11)|"},
    {C(1) " " C(2) "\n" C(3), "0: the item goes on after its JSON object (line 1, column 28)|3|"},
    {C(1) ",\n" C(2), "0: the item goes on after its JSON object (line 1, column 27)|2|"},
    {C(1) "\n[" C(2) "]\n" C(3), "1|1: the item is not a JSON object|3|"},
    {"null\n7\n\"x\"\n" C(4),
     "0: the item is not a JSON object|1: the item is not a JSON object|2: the item is not a JSON "
     "object|4|"},
    /* Arrays. */
    {"[" C(1) "," C(2) "]", "1|2|"},
    {MARK " [\r\n " C(1) " ,\n" C(2) "\n]\n", "1|2|"},
    {"[]", ""},
    {" [ ] ", ""},
    {"[" C(1) ",7,null,\"a,]b\"," C(2) "]", "1|1: the item is not a JSON object|2: the item is not "
                                            "a JSON object|3: the item is not a JSON "
                                            "object|2|"},
    {"[" C(1) ",garbage," C(2) "]", "1|1: the item is not a JSON object|2|"},
    {"[" C(1) ",{\"ad_id\":tru}," C(2) "]", "1|1: the item is not JSON (line 1, column 12)|2|"},
    {"[" C(1) ",{\"type\":\"click\",\"x\":\"a\\\"},{\",\"ad_id\":2}," C(3) "]", "1|2|3|"},
    {"[" C(1) ",[" C(8) "," C(9) "]," C(2) "]", "1|1: the item is not a JSON object|2|"},
    {"[" C(1) ",{\"type\":\"click\",\"ad_id\":2,\"x\":[{\"y\":\"]}\"}]}," C(3) "]", "1|2|3|"},
    {"[" C(1) ",{\"x\":[1}," C(2) "]", "1|1: the item is not JSON (line 1, column 8)|2|"},
    {"[" C(1) ",{\"x\":{\"y\":1]", "1|1: the item ends before its JSON does (line 1, column 11)|"},
    {"[" C(1) "},,}" C(2) "]", "0: the item goes on after its JSON object (line 1, column 27)|1: "
                               "the item is empty|2: the item "
                               "is not a JSON object|"},
    {"[{\"type\":\"click,\n\"ad_id\":1}," C(2) "]",
     "0: the item is not JSON (line 1, column 15)|2|"},
    {"[" C(1) " " C(2) "," C(3) "]",
     "0: the item goes on after its JSON object (line 1, column 28)|3|"},
    {"[" C(1) "\n" C(2) "\n" C(3) "]",
     "0: the item goes on after its JSON object (line 2, column 1)|"},
    {"[" C(1) ",]", "1|1: the item is empty|"},
    {"[,]", "0: the item is empty|1: the item is empty|"},
    {"[" C(1) ",{\"x\":" DEEP_17 "}," C(2) "]", "1|1: the item is nested deeper than 16 levels|2|"},
    {"[" C(1) ",\xff," C(2) "]", "1|1: the item is not a JSON object|2|"},
    {"[" C(1) ",{\"type\":\"\xff\"}," C(2) "]", "1|1: the item is not UTF-8 (line 1, column 9)|2|"},
    /* What an item lacks. */
    {"[{\"ad_id\":1},{\"type\":\"x\",\"ad_id\":1},{\"type\":\"nofill\"},{\"type\":\"click\",\"ad_"
     "id\":0},{}]",
     "0: type is missing|1: type is no kind of event|2: type is a kind that only the server "
     "reports|3: ad_id must be a whole number from 1 to 2147483647|4: type is missing|"},
    {"[{\"type\":\"click\",\"ad_id\":99999999999999999999}," C(2) "]",
     "0: ad_id must be a whole number from 1 to 2147483647|2|"},
    {"[{\"type\":\"click\",\"ad_id\":1e999}," C(2) "]",
     "0: the item has a number that is too large (line 1, column 29)|2|"},
    /* Bodies that break off, or go on. */
    {"[", "0: the body ends before its array does|"},
    {"[" C(1), "1|1: the body ends before its array does|"},
    {"[" C(1) ",", "1|1: the body ends before its array does|"},
    {"[" C(1) "," C(2), "1|2|2: the body ends before its array does|"},
    {"[" C(1) ",{\"type\":\"click\",\"ad_id\":2,\"x\":0}",
     "1|2|2: the body ends before its array does|"},
    {"[" C(1) ",{\"type\":\"click\"", "1|1: the item ends before its JSON does (line 1, column "
                                      "15)|2: the body ends before its array "
                                      "does|"},
    {"[" C(1) "] x", "1|1: the body goes on after its array|"},
    {"[" C(1) "]\n[" C(2) "]", "1|1: the body goes on after its array|"},
    {"[]]", "0: the body goes on after its array|"},
    /* None. */
    {"", ""},
    {" \r\n", ""},
    {MARK, ""},
};

static void run(const char *text, size_t bytes, char *steps, size_t size)
{
    char *copy = malloc(bytes + (bytes == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, bytes);
    struct event_body body;
    struct event event;
    struct error error = {""};
    enum event_body_step step;
    size_t length = 0;
    steps[0] = '\0';
    event_body_init(&body, copy, bytes);
    while ((step = event_body_next(&body, &event, &error)) != EVENT_BODY_END) {
        ck_assert_int_ne(step, EVENT_BODY_TOO_MANY);
        if (step == EVENT_BODY_GOES_ON)
            continue;
        length += (size_t)(step == EVENT_BODY_EVENT
                               ? snprintf(steps + length, size - length, "%d|", event.ad_id)
                               : snprintf(steps + length, size - length, "%zu: %s|", body.index,
                                          error.text));
        ck_assert_uint_lt(length, size);
    }
    ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_END);
    free(copy);
}

START_TEST(body_is_read_step_by_step)
{
    char steps[1000];
    run(bodies[_i].text, strlen(bodies[_i].text), steps, sizeof steps);
    ck_assert_str_eq(steps, bodies[_i].steps);
}
END_TEST

/* A body of `count` items between the ends of an array, or lines. */
static char *many(const char *item, size_t count, bool is_array, size_t *bytes)
{
    size_t item_bytes = strlen(item);
    char *text = malloc(count * (item_bytes + 1) + 2);
    ck_assert_ptr_nonnull(text);
    char *end = text;
    *end = '[';
    end += is_array;
    for (size_t i = 0; i < count; i++) {
        memcpy(end, item, item_bytes);
        end += item_bytes;
        *end++ = is_array ? ',' : '\n';
    }
    end[-1] = is_array ? ']' : '\n';
    *bytes = (size_t)(end - text);
    return text;
}

static const char *const some_items[] = {C(7), "{\"type\":\"click\",\"ad_id\":7,\"x\":0}", "x"};

START_TEST(ten_thousand_items_are_read_and_no_more)
{
    for (size_t more = 0; more < 2; more++) {
        size_t bytes;
        size_t items = 0;
        char *text = many(some_items[_i / 2], EVENT_BODY_ITEMS_MAX + more, _i % 2 == 0, &bytes);
        struct event_body body;
        struct event event;
        struct error error;
        enum event_body_step step;
        event_body_init(&body, text, bytes);
        while ((step = event_body_next(&body, &event, &error)) < EVENT_BODY_TOO_MANY)
            ck_assert_uint_eq(body.index, items++);
        ck_assert_uint_eq(items, EVENT_BODY_ITEMS_MAX);
        ck_assert_int_eq(step, more > 0 ? EVENT_BODY_TOO_MANY : EVENT_BODY_END);
        ck_assert_int_eq(event_body_next(&body, &event, &error), step);
        free(text);
    }
}
END_TEST

/* By blanks, which the plain form may have, and by a member of no meaning. */
static char *of_size(size_t bytes, bool is_plain)
{
    static const char begin[] = "{\"type\":\"click\",\"ad_id\":1,\"x\":\"";
    char *text = malloc(bytes + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, is_plain ? ' ' : 'x', bytes);
    memcpy(text, begin, is_plain ? 25 : sizeof begin - 1);
    memcpy(text + bytes - 2, is_plain ? " }" : "\"}", 3);
    return text;
}

START_TEST(item_of_64_kib_is_read_and_none_above)
{
    for (size_t more = 0; more < 2; more++) {
        char *item = of_size(EVENT_BODY_ITEM_MAX_BYTES + more, _i % 2 == 0);
        size_t bytes;
        char *text = many(item, 2, _i < 2, &bytes);
        char steps[100];
        run(text, bytes, steps, sizeof steps);
        ck_assert_str_eq(
            steps, more == 0 ? "1|1|" : "0: the item is over 64 KiB|1: the item is over 64 KiB|");
        free(text);
        free(item);
    }
}
END_TEST

/* With an escape, a quote or a bracket at each place where a step may end. */
START_TEST(long_item_is_passed_in_steps_and_what_is_behind_it_read)
{
    static const char *const units[] = {"{\"a,\\\"]\":[]},", "\"\\\\,]}\\\"\",", "[{}],"};
    const size_t bytes = 1024 * 1024;
    char *text = malloc(bytes + 100);
    ck_assert_ptr_nonnull(text);
    for (int shift = 0; shift < 16; shift++) {
        size_t length = (size_t)sprintf(text, "[%*s{\"x\":[", shift, "");
        while (length < bytes)
            length += (size_t)sprintf(text + length, "%s", units[_i]);
        length += (size_t)sprintf(text + length, "0]}," C(2) "]");
        struct event_body body;
        struct event event;
        struct error error;
        event_body_init(&body, text, length);
        enum event_body_step step = EVENT_BODY_GOES_ON;
        while (step == EVENT_BODY_GOES_ON) {
            const char *before = body.at;
            step = event_body_next(&body, &event, &error);
            ck_assert_int_le(body.at - before, EVENT_BODY_ITEM_MAX_BYTES + 100);
        }
        ck_assert_int_eq(step, EVENT_BODY_FAULT);
        ck_assert_str_eq(error.text, "the item is over 64 KiB");
        ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_EVENT);
        ck_assert_int_eq(event.ad_id, 2);
        ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_END);
    }
    free(text);
}
END_TEST

START_TEST(what_is_behind_the_deepest_item_is_read)
{
    char text[300];
    char steps[300];
    for (int depth = 60; depth < 70; depth++) {
        (void)snprintf(
            text, sizeof text, "[" C(1) ",%.*s%.*s," C(2) "]", depth,
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", depth,
            "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
        run(text, strlen(text), steps, sizeof steps);
        ck_assert_str_eq(steps, "1|1: the item is not a JSON object|2|");
    }
}
END_TEST

Suite *event_body_suite(void)
{
    Suite *suite = suite_create("event_body");
    TCase *tcase = tcase_create("event_body");
    tcase_add_loop_test(tcase, body_is_read_step_by_step, 0, COUNT(bodies));
    tcase_add_loop_test(tcase, ten_thousand_items_are_read_and_no_more, 0, 2 * COUNT(some_items));
    tcase_add_loop_test(tcase, item_of_64_kib_is_read_and_none_above, 0, 4);
    tcase_add_loop_test(tcase, long_item_is_passed_in_steps_and_what_is_behind_it_read, 0, 3);
    tcase_add_test(tcase, what_is_behind_the_deepest_item_is_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
