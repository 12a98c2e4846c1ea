/* Parameters out of query strings. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/query.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Reads from and into blocks of just their size, so that the sanitizer sees a step beyond them. */
static enum result find(const char *query, const char *name, char *value, size_t value_size,
                        size_t *value_bytes)
{
    char *copy = query != NULL ? strdup(query) : NULL;
    char *block = malloc(value_size + (value_size == 0));
    enum result result = query_find(copy, name, block, value_size, value_bytes);
    if (result == RESULT_OK)
        memcpy(value, block, *value_bytes + 1);
    free(block);
    free(copy);
    return result;
}

static const struct {
    const char *query;
    const char *value;
} FOUND[] = {
    {"start=1", "1"},
    {"start=", ""},
    {"a=b&start=1", "1"},
    {"start=1&start=2", "1"},
    {"&&start=1&", "1"},
    {"start&start=1", "1"},
    {"start&x", NULL},
    {"=x&start=1", "1"},
    {"start=a=b", "a=b"},
    {"start=a;b", "a;b"},
    {"start=a+b%20c", "a b c"},
    {"start=%2B%2b", "++"},
    {"start=%41%7e%C3%A9", "A~\xc3\xa9"},
    {"start=%26%3D", "&="},
    {"%73tart=1", "1"},
    {"s%74art=1", "1"},
    {"%zz=1&start=2", "2"},
    {"star%7=1&start=2", "2"},
    {"start%00=1&start=2", "2"},
    {"start%00x=1", NULL},
    {"xstart=1", NULL},
    {"startx=1", NULL},
    {"star=1", NULL},
    {"Start=1", NULL},
    {"x=start=1", NULL},
    {"x=%&start=1", "1"},
    {"", NULL},
    {"&", NULL},
    {"=", NULL},
    {"%", NULL},
    {"%=", NULL},
    {"start", NULL},
    {NULL, NULL},
};

START_TEST(finds_the_first_parameter_of_the_name)
{
    char value[32] = "untouched";
    size_t value_bytes = 99;
    enum result result = find(FOUND[_i].query, "start", value, sizeof(value), &value_bytes);
    if (FOUND[_i].value == NULL) {
        ck_assert_int_eq(result, RESULT_UNKNOWN);
        return;
    }
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_str_eq(value, FOUND[_i].value);
    ck_assert_uint_eq(value_bytes, strlen(FOUND[_i].value));
}
END_TEST

static const char *const MALFORMED[] = {
    "start=%",    "start=%4",          "start=%&x=41", "start=%g1",    "start=%1g",
    "start=%%41", "start=a%00b",       "start=%00",    "start=% 41",   "start=%-1",
    "start=%+1",  "start=%zz&start=1", "start=ok%",    "start=%4&1=1",
};

START_TEST(rejects_a_value_that_does_not_decode)
{
    char value[32];
    size_t value_bytes;
    ck_assert_int_eq(find(MALFORMED[_i], "start", value, sizeof(value), &value_bytes),
                     RESULT_MALFORMED);
}
END_TEST

START_TEST(rejects_a_value_that_does_not_fit)
{
    char value[8];
    size_t value_bytes;
    ck_assert_int_eq(find("x=1234567", "x", value, 8, &value_bytes), RESULT_OK);
    ck_assert_str_eq(value, "1234567");
    ck_assert_int_eq(find("x=%31%32%33%34%35%36%37", "x", value, 8, &value_bytes), RESULT_OK);
    ck_assert_int_eq(find("x=12345678", "x", value, 8, &value_bytes), RESULT_MALFORMED);
    ck_assert_int_eq(find("x=", "x", value, 1, &value_bytes), RESULT_OK);
    ck_assert_int_eq(find("x=", "x", value, 0, &value_bytes), RESULT_MALFORMED);
    ck_assert_int_eq(find("x=1", "x", value, 0, &value_bytes), RESULT_MALFORMED);
}
END_TEST

Suite *query_suite(void)
{
    Suite *suite = suite_create("query");
    TCase *tcase = tcase_create("query");
    tcase_add_loop_test(tcase, finds_the_first_parameter_of_the_name, 0, COUNT(FOUND));
    tcase_add_loop_test(tcase, rejects_a_value_that_does_not_decode, 0, COUNT(MALFORMED));
    tcase_add_test(tcase, rejects_a_value_that_does_not_fit);
    suite_add_tcase(suite, tcase);
    return suite;
}
