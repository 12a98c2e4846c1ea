/* How often a session is opened anew while its work fails. */
#include <check.h>

#include "store/database/renewal.h"
#include "test/unit/suites.h"

enum { SECOND_US = 1000000 };

static struct renewal renewal;

static void set_up(void)
{
    renewal = (struct renewal){0};
}

START_TEST(waits_longer_each_time_up_to_a_ceiling)
{
    static const int64_t waits_s[] = {5, 10, 20, 20, 20};
    int64_t now_us = 7;
    ck_assert(!renewal_failed(&renewal, now_us));
    for (size_t i = 0; i < sizeof waits_s / sizeof waits_s[0]; i++) {
        ck_assert(!renewal_failed(&renewal, now_us + 1));
        now_us += waits_s[i] * SECOND_US;
        ck_assert(!renewal_failed(&renewal, now_us - 1));
        ck_assert(renewal_failed(&renewal, now_us));
    }
}
END_TEST

START_TEST(a_single_failure_is_none_to_renew_for)
{
    for (int64_t now_us = 1; now_us < (int64_t)1000 * SECOND_US;
         now_us += (int64_t)100 * SECOND_US) {
        ck_assert(!renewal_failed(&renewal, now_us));
        renewal_worked(&renewal);
    }
}
END_TEST

START_TEST(begins_anew_when_it_has_worked)
{
    for (int64_t now_us = 1; now_us < (int64_t)100 * SECOND_US; now_us += SECOND_US)
        (void)renewal_failed(&renewal, now_us);
    renewal_worked(&renewal);
    ck_assert(!renewal_failed(&renewal, (int64_t)100 * SECOND_US));
    ck_assert(renewal_failed(&renewal, (int64_t)105 * SECOND_US));
}
END_TEST

Suite *db_renewal_suite(void)
{
    Suite *suite = suite_create("db_renewal");
    TCase *tcase = tcase_create("db_renewal");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, waits_longer_each_time_up_to_a_ceiling);
    tcase_add_test(tcase, a_single_failure_is_none_to_renew_for);
    tcase_add_test(tcase, begins_anew_when_it_has_worked);
    suite_add_tcase(suite, tcase);
    return suite;
}
