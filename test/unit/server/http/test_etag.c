/* If-None-Match and If-Match. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "server/http/etag.h"
#include "test/unit/suites.h"

static const struct {
    const char *list;
    bool has;
} lists[] = {
    {NULL, false},
    {"", false},
    {"\"a\"", true},
    {"W/\"a\"", true},
    {"\"b\", \"a\"", true},
    {"\"b\",W/\"a\"", true},
    {"*", true},
    {" \t*", true},
    {"\"ab\"", false},
    {"a", false},
    {"\"b\"", false},
    {"\"A\"", false},
    {", ,\"a\"", true},
    {"\"b\" \"a\"", false},
};

START_TEST(finds_the_tag_in_a_list)
{
    ck_assert(http_has_etag(lists[_i].list, "\"a\"") == lists[_i].has);
}
END_TEST

/* The strong tags of a list, each in brackets. */
static const struct {
    const char *list;
    const char *strong;
} matches[] = {
    {"", ""},
    {"\"a\"", "[\"a\"]"},
    {" , \"a\" ,\t\"b\"", "[\"a\"][\"b\"]"},
    {"W/\"a\"", ""},
    {"W/\"a\", \"b\"", "[\"b\"]"},
    {"\"a, b\"", "[\"a, b\"]"},
    {"\"\"", "[\"\"]"},
    {"a", ""},
    {"\"a", ""},
    {"\"a\", b, \"c\"", "[\"a\"]"},
    {"w/\"a\"", ""},
    {"*", ""},
};

START_TEST(takes_strong_tags_alone)
{
    char found[64] = "";
    const char *list = matches[_i].list;
    const char *tag;
    size_t bytes;
    while (http_next_strong_etag(&list, &tag, &bytes)) {
        size_t length = strlen(found);
        (void)snprintf(found + length, sizeof found - length, "[%.*s]", (int)bytes, tag);
    }
    ck_assert_str_eq(found, matches[_i].strong);
}
END_TEST

Suite *etag_suite(void)
{
    Suite *suite = suite_create("etag");
    TCase *tcase = tcase_create("etag");
    tcase_add_loop_test(tcase, finds_the_tag_in_a_list, 0, (int)(sizeof lists / sizeof lists[0]));
    tcase_add_loop_test(tcase, takes_strong_tags_alone, 0,
                        (int)(sizeof matches / sizeof matches[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
