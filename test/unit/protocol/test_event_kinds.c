/* The numbers and names of the kinds of events: they stand on disk and in databases for ever. */
#include <string.h>

#include <check.h>

#include "protocol/event.h"
#include "test/unit/suites.h"

static const struct {
    const char *name;
    int number;
} PINNED[] = {{"click", 0}, {"impression", 1}};

enum { PINNED_KINDS = sizeof PINNED / sizeof PINNED[0] };

START_TEST(keeps_the_number_of_every_kind)
{
    enum event_kind kind;
    ck_assert_str_eq(event_kind_name((enum event_kind)PINNED[_i].number), PINNED[_i].name);
    ck_assert(event_kind_find(PINNED[_i].name, strlen(PINNED[_i].name), &kind));
    ck_assert_int_eq((int)kind, PINNED[_i].number);
}
END_TEST

START_TEST(has_no_kind_that_is_not_pinned)
{
    ck_assert_int_eq(EVENT_KINDS, PINNED_KINDS);
}
END_TEST

START_TEST(finds_whole_names_alone)
{
    enum event_kind kind;
    ck_assert(!event_kind_find("", 0, &kind));
    ck_assert(!event_kind_find("clic", 4, &kind));
    ck_assert(!event_kind_find("clicks", 6, &kind));
    ck_assert(!event_kind_find("Click", 5, &kind));
    ck_assert(event_kind_find("clicks", 5, &kind));
}
END_TEST

Suite *event_kinds_suite(void)
{
    Suite *suite = suite_create("event_kinds");
    TCase *tcase = tcase_create("event_kinds");
    tcase_add_loop_test(tcase, keeps_the_number_of_every_kind, 0, PINNED_KINDS);
    tcase_add_test(tcase, has_no_kind_that_is_not_pinned);
    tcase_add_test(tcase, finds_whole_names_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}
