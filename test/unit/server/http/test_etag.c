/* If-None-Match. */
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

Suite *etag_suite(void)
{
    Suite *suite = suite_create("etag");
    TCase *tcase = tcase_create("etag");
    tcase_add_loop_test(tcase, finds_the_tag_in_a_list, 0, (int)(sizeof lists / sizeof lists[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
