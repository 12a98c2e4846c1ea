/* Failures in words. */
#include <string.h>

#include <check.h>

#include "protocol/result.h"
#include "test/unit/suites.h"

START_TEST(writes_the_words_and_returns_the_result)
{
    struct error error = {"old"};
    ck_assert_int_eq(error_set(&error, RESULT_INVALID, "%s is %d", "ad_id", 0), RESULT_INVALID);
    ck_assert_str_eq(error.text, "ad_id is 0");
}
END_TEST

START_TEST(needs_no_error_to_write_to)
{
    ck_assert_int_eq(error_set(NULL, RESULT_BUSY, "%d", 1), RESULT_BUSY);
}
END_TEST

START_TEST(cuts_long_words_to_fit)
{
    struct error error;
    char words[2 * sizeof(error.text)];
    memset(words, 'x', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    ck_assert_int_eq(error_set(&error, RESULT_FAILED, "%s", words), RESULT_FAILED);
    ck_assert_uint_eq(strlen(error.text), sizeof(error.text) - 1);
}
END_TEST

Suite *result_suite(void)
{
    Suite *suite = suite_create("result");
    TCase *tcase = tcase_create("result");
    tcase_add_test(tcase, writes_the_words_and_returns_the_result);
    tcase_add_test(tcase, needs_no_error_to_write_to);
    tcase_add_test(tcase, cuts_long_words_to_fit);
    suite_add_tcase(suite, tcase);
    return suite;
}
