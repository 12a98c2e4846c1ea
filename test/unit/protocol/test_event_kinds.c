/* The numbers and names of the kinds of events: they stand on disk and in databases for ever. */
#include <stdbool.h>
#include <string.h>

#include <check.h>

#include "protocol/event.h"
#include "test/unit/suites.h"

static const struct {
    const char *name;
    int number;
    bool is_clients;
    bool may_lack_ad;
} PINNED[] = {
    {"click", 0, true, false},
    {"impression", 1, true, false},
    {"loaded", 2, true, false},
    {"start", 3, true, false},
    {"firstQuartile", 4, true, false},
    {"midpoint", 5, true, false},
    {"thirdQuartile", 6, true, false},
    {"complete", 7, true, false},
    {"progress", 8, true, false},
    {"mute", 9, true, false},
    {"unmute", 10, true, false},
    {"pause", 11, true, false},
    {"resume", 12, true, false},
    {"rewind", 13, true, false},
    {"skip", 14, true, false},
    {"playerExpand", 15, true, false},
    {"playerCollapse", 16, true, false},
    {"closeLinear", 17, true, false},
    {"otherAdInteraction", 18, true, false},
    {"acceptInvitation", 19, true, false},
    {"viewable", 20, true, false},
    {"notViewable", 21, true, false},
    {"viewUndetermined", 22, true, false},
    {"error", 23, true, true},
    {"request", 24, false, true},
    {"fill", 25, false, false},
    {"nofill", 26, false, true},
};

enum { PINNED_KINDS = sizeof PINNED / sizeof PINNED[0] };

START_TEST(keeps_the_number_of_every_kind)
{
    enum event_kind kind;
    ck_assert_str_eq(event_kind_name((enum event_kind)PINNED[_i].number), PINNED[_i].name);
    ck_assert(event_kind_find(PINNED[_i].name, strlen(PINNED[_i].name), &kind));
    ck_assert_int_eq((int)kind, PINNED[_i].number);
    ck_assert_int_eq(event_kind_is_clients(kind), PINNED[_i].is_clients);
    ck_assert_int_eq(event_kind_may_lack_ad(kind), PINNED[_i].may_lack_ad);
}
END_TEST

START_TEST(has_no_kind_that_is_not_pinned)
{
    ck_assert_int_eq(EVENT_KINDS, PINNED_KINDS);
}
END_TEST

/* The database has a column of counts for each number. */
START_TEST(numbers_stay_below_thirty_two)
{
    ck_assert_int_le(EVENT_KINDS, 32);
}
END_TEST

START_TEST(keeps_the_numbers_of_verdicts_and_flags)
{
    ck_assert_int_eq(VERDICT_VALID, 0);
    ck_assert_int_eq(VERDICT_DECLARED_BOT, 1);
    ck_assert_int_eq(VERDICT_MARKED_BY_PROXY, 2);
    ck_assert_int_eq(VERDICT_LATE, 3);
    ck_assert_int_eq(VERDICT_TEST, 4);
    ck_assert_int_eq(EVENT_VERDICTS, 5);
    ck_assert_int_eq(EVENT_SERVER_SIDE_MASK, 0x03);
    ck_assert_int_eq(EVENT_ADDRESS_IS_TRUNCATED, 0x04);
    ck_assert_int_eq(EVENT_PRIVACY_SIGNAL, 0x08);
    ck_assert_int_eq(EVENT_KEY_SPACE_MASK, 0x30);
    ck_assert_int_eq(EVENT_FLAGS_MASK, 0x3f);
}
END_TEST

START_TEST(finds_whole_names_alone)
{
    enum event_kind kind;
    ck_assert(!event_kind_find("", 0, &kind));
    ck_assert(!event_kind_find("clic", 4, &kind));
    ck_assert(!event_kind_find("clicks", 6, &kind));
    ck_assert(!event_kind_find("Click", 5, &kind));
    ck_assert(!event_kind_find("firstquartile", 13, &kind));
    ck_assert(event_kind_find("clicks", 5, &kind));
}
END_TEST

Suite *event_kinds_suite(void)
{
    Suite *suite = suite_create("event_kinds");
    TCase *tcase = tcase_create("event_kinds");
    tcase_add_loop_test(tcase, keeps_the_number_of_every_kind, 0, PINNED_KINDS);
    tcase_add_test(tcase, has_no_kind_that_is_not_pinned);
    tcase_add_test(tcase, numbers_stay_below_thirty_two);
    tcase_add_test(tcase, keeps_the_numbers_of_verdicts_and_flags);
    tcase_add_test(tcase, finds_whole_names_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}
