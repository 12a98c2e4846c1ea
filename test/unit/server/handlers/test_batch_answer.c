/* What a batch is answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "server/handlers/batch_answer.h"
#include "test/unit/suites.h"

static void assert_answer(size_t accepted, const struct batch_rejections *rejections,
                          const char *expected)
{
    char *text = batch_answer_render(accepted, rejections);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(tells_what_was_accepted_and_what_was_not)
{
    struct batch_rejections rejections = {0};
    assert_answer(10000, &rejections, "{\"accepted\":10000,\"rejected\":[],\"rejected_total\":0}");
    batch_rejections_add(&rejections, 2, "type is missing");
    batch_rejections_add(&rejections, 9999, "a \"quoted\" \\ word");
    assert_answer(
        7, &rejections,
        "{\"accepted\":7,\"rejected\":[{\"index\":2,\"error\":\"type is missing\"},"
        "{\"index\":9999,\"error\":\"a \\\"quoted\\\" \\\\ word\"}],\"rejected_total\":2}");
}
END_TEST

START_TEST(says_that_it_is_an_error_when_none_was)
{
    struct batch_rejections rejections = {0};
    batch_rejections_add(&rejections, 0, "x");
    assert_answer(
        0, &rejections,
        "{\"accepted\":0,\"rejected\":[{\"index\":0,\"error\":\"x\"}],\"rejected_total\":1,"
        "\"error\":\"no item was accepted\"}");
}
END_TEST

START_TEST(lists_the_first_hundred_and_counts_all)
{
    struct batch_rejections rejections = {0};
    for (size_t i = 0; i < 250; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "e%zu", i);
        batch_rejections_add(&rejections, i + 5, text);
    }
    char *text = batch_answer_render(1, &rejections);
    json_t *answer = json_loads(text, 0, NULL);
    const json_t *list = json_object_get(answer, "rejected");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "rejected_total")), 250);
    ck_assert_uint_eq(json_array_size(list), BATCH_REJECTIONS_LISTED);
    const json_t *last = json_array_get(list, BATCH_REJECTIONS_LISTED - 1);
    ck_assert_int_eq(json_integer_value(json_object_get(last, "index")), 104);
    ck_assert_str_eq(json_string_value(json_object_get(last, "error")), "e99");
    json_decref(answer);
    free(text);
}
END_TEST

Suite *batch_answer_suite(void)
{
    Suite *suite = suite_create("batch_answer");
    TCase *tcase = tcase_create("batch_answer");
    tcase_add_test(tcase, tells_what_was_accepted_and_what_was_not);
    tcase_add_test(tcase, says_that_it_is_an_error_when_none_was);
    tcase_add_test(tcase, lists_the_first_hundred_and_counts_all);
    suite_add_tcase(suite, tcase);
    return suite;
}
