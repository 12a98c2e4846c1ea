/* The events of a body, step by step. */
#include <string.h>

#include <check.h>

#include "protocol/event_body.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

START_TEST(object_is_one_event)
{
    static const char text[] = " {\"ad_id\":7,\"event_id\":\"x\"}\n";
    struct event_body body;
    struct event event;
    struct error error = {""};
    event_body_init(&body, text, strlen(text), EVENT_IMPRESSION);
    ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_EVENT);
    ck_assert_uint_eq(body.index, 0);
    ck_assert_int_eq(event.ad_id, 7);
    ck_assert_int_eq(event.kind, EVENT_IMPRESSION);
    event.ad_id = 8;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_END);
    ck_assert_int_eq(event.ad_id, 8);
    ck_assert_str_eq(error.text, "");
}
END_TEST

static const struct {
    const char *text;
    enum result result;
    const char *words;
} faults[] = {
    {"", RESULT_MALFORMED, "empty"},
    {"{", RESULT_MALFORMED, "JSON"},
    {"[{\"ad_id\":1}]", RESULT_MALFORMED, "not a JSON object"},
    {"{\"ad_id\":1}\n{\"ad_id\":2}", RESULT_MALFORMED, "JSON"},
    {"{}", RESULT_INVALID, "ad_id is missing"},
};

START_TEST(fault_is_told_with_its_place_and_ends_it)
{
    struct event_body body;
    struct event event;
    struct error error = {""};
    event_body_init(&body, faults[_i].text, strlen(faults[_i].text), EVENT_CLICK);
    ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_FAULT);
    ck_assert_int_eq(body.result, faults[_i].result);
    ck_assert_uint_eq(body.index, 0);
    ck_assert_ptr_nonnull(strstr(error.text, faults[_i].words));
    ck_assert_int_eq(event_body_next(&body, &event, &error), EVENT_BODY_END);
}
END_TEST

Suite *event_body_suite(void)
{
    Suite *suite = suite_create("event_body");
    TCase *tcase = tcase_create("event_body");
    tcase_add_test(tcase, object_is_one_event);
    tcase_add_loop_test(tcase, fault_is_told_with_its_place_and_ends_it, 0, COUNT(faults));
    suite_add_tcase(suite, tcase);
    return suite;
}
