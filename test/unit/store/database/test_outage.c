/* What the log hears of a connection that comes and goes. */
#include <check.h>

#include "store/database/outage.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/suites.h"

static struct db_outage outage;

static void set_up(void)
{
    outage = (struct db_outage){.log = log_file_open(), .name = "writer"};
}

static void tear_down(void)
{
    log_file_close();
}

static void assert_told(unsigned lost, unsigned connected)
{
    ck_assert_uint_eq(log_file_count("warning store: database unreachable name=writer: "), lost);
    ck_assert_uint_eq(log_file_count("info store: connected name=writer server=150018"), connected);
}

START_TEST(an_outage_is_told_with_its_first_reason_and_its_end)
{
    db_outage_end(&outage, 150018);
    assert_told(0, 1);
    db_outage_begin(&outage, "sqlstate=57P01 terminating\nmore");
    db_outage_begin(&outage, "connection refused");
    assert_told(1, 1);
    ck_assert_uint_eq(log_file_count(": sqlstate=57P01 terminating\n"), 1);
    db_outage_end(&outage, 150018);
    assert_told(1, 2);
    db_outage_begin(&outage, "connection refused");
    db_outage_end(&outage, 150018);
    assert_told(2, 3);
}
END_TEST

START_TEST(outages_for_the_same_reason_are_told_once)
{
    for (int i = 0; i < 10; i++) {
        db_outage_begin(&outage, "read-only");
        db_outage_end(&outage, 150018);
        assert_told(1, 1);
    }
}
END_TEST

START_TEST(what_we_close_ourselves_is_told_only_if_it_stays_away)
{
    db_outage_end(&outage, 150018);
    db_outage_hide(&outage);
    db_outage_end(&outage, 150018);
    assert_told(0, 1);
    db_outage_hide(&outage);
    db_outage_begin(&outage, "connection refused");
    assert_told(1, 1);
    db_outage_end(&outage, 150018);
    assert_told(1, 2);
}
END_TEST

START_TEST(a_database_that_cannot_be_used_is_an_error)
{
    db_outage_begin(&outage, "connection refused");
    for (int i = 0; i < 3; i++) {
        db_outage_refuse(&outage, "it has no sessions");
        db_outage_begin(&outage, "it has no sessions");
    }
    assert_told(1, 0);
    ck_assert_uint_eq(
        log_file_count("error store: database refused name=writer: it has no sessions\n"), 1);
    db_outage_end(&outage, 150018);
    assert_told(1, 1);
}
END_TEST

Suite *db_outage_suite(void)
{
    Suite *suite = suite_create("db_outage");
    TCase *tcase = tcase_create("db_outage");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_outage_is_told_with_its_first_reason_and_its_end);
    tcase_add_test(tcase, outages_for_the_same_reason_are_told_once);
    tcase_add_test(tcase, what_we_close_ourselves_is_told_only_if_it_stays_away);
    tcase_add_test(tcase, a_database_that_cannot_be_used_is_an_error);
    suite_add_tcase(suite, tcase);
    return suite;
}
