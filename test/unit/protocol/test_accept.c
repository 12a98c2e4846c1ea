/* What Accept says of a type. */
#include <stddef.h>

#include <check.h>

#include "protocol/accept.h"
#include "test/unit/suites.h"

static const struct {
    const char *accept;
    const char *type;
    enum accept_exactness exactness;
    int weight;
} CASES[] = {
    {NULL, "text/html", ACCEPT_NOT, 0},
    {"", "text/html", ACCEPT_NOT, 0},
    {"*/*", "text/html", ACCEPT_ANY, 1000},
    {"text/*;q=0.5", "text/html", ACCEPT_BY_KIND, 500},
    {"text/html", "text/html", ACCEPT_BY_NAME, 1000},
    {"TEXT/HTML;Q=0.25", "text/html", ACCEPT_BY_NAME, 250},
    {"text/html;level=1;q=0.7 , */*", "text/html", ACCEPT_BY_NAME, 700},
    {"text/html;q=0, */*", "text/html", ACCEPT_BY_NAME, 0},
    {"text/html;q=x, */*", "text/html", ACCEPT_BY_NAME, 0},
    {"*/*;q=0.8, text/*, text/html;q=0.1", "text/html", ACCEPT_BY_NAME, 100},
    {"text/htmlx, text/htm", "text/html", ACCEPT_NOT, 0},
    {"application/json", "text/html", ACCEPT_NOT, 0},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json",
     ACCEPT_ANY, 800},
};

START_TEST(the_most_exact_range_counts)
{
    struct accept_wish wish = accept_wish_for(CASES[_i].accept, CASES[_i].type);
    ck_assert_int_eq(wish.exactness, CASES[_i].exactness);
    ck_assert_int_eq(wish.weight, CASES[_i].weight);
}
END_TEST

Suite *accept_suite(void)
{
    Suite *suite = suite_create("accept");
    TCase *tcase = tcase_create("accept");
    tcase_add_loop_test(tcase, the_most_exact_range_counts, 0, sizeof CASES / sizeof CASES[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
