/* Why the ads are not loaded, for clients and for the log. */
#include "store/catalogue/ad_trouble.h"

#include <stdbool.h>

#include <check.h>

#include "protocol/ad_fields.h"
#include "store/database/reply.h"
#include "test/unit/store/catalogue/ad_log.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct log *trouble_log;
static struct ad_trouble trouble;

static void set_up(void)
{
    trouble_log = ad_log_open();
    trouble = (struct ad_trouble){.failures = 0};
}

static void tear_down(void)
{
    ad_log_close();
}

static void refuse(const char *sqlstate, const char *message)
{
    const struct db_reply reply = {.outcome = DB_ERROR, .sqlstate = sqlstate, .message = message};
    ad_trouble_refused(&trouble, &reply, trouble_log);
}

static const struct {
    const char *sqlstate;
    const char *text;
    bool is_quoted; /* PostgreSQL's message in the log */
} refusals[] = {
    {"42P01", "the database has no table ads yet", true},
    {"42703", "the table ads lacks a column that it must have; the log names it", true},
    {"42501", "the database denies the permission to read the table ads", true},
    {"57014", "the database takes too long to read the table ads", true},
    {"42883", "the database refuses to list them (SQLSTATE 42883)", true},
    {"22P02", "the database refuses to list them (SQLSTATE 22P02)", false},
    {"22012", "the database refuses to list them (SQLSTATE 22012)", false},
    {"P0001", "the database refuses to list them (SQLSTATE P0001)", false},
    {"38000", "the database refuses to list them (SQLSTATE 38000)", false},
};

START_TEST(says_which_it_is_and_quotes_no_values)
{
    for (int i = 0; i < 30; i++)
        refuse(refusals[_i].sqlstate, "what it says");
    ck_assert_str_eq(ad_trouble_text(&trouble), refusals[_i].text);
    ck_assert_uint_eq(ad_log_count(refusals[_i].sqlstate), 1);
    ck_assert_uint_eq(ad_log_count("what it says"), refusals[_i].is_quoted);
    ck_assert_uint_eq(ad_log_count(""), 1);
}
END_TEST

START_TEST(is_told_once_until_it_is_another)
{
    refuse("42501", "permission denied for table ads");
    ck_assert_uint_eq(
        ad_log_count("warning store: ads not loaded: sqlstate=42501 permission denied for table"),
        1);
    refuse("42501", "permission denied for table ads");
    refuse("42501", "permission denied for schema ads");
    refuse("42501", "permission denied for schema ads");
    ck_assert_uint_eq(ad_log_count("42501"), 2);
    ad_trouble_clear(&trouble);
    ck_assert_str_eq(ad_trouble_text(&trouble), "they are being loaded");
    refuse("42501", "permission denied for schema ads");
    ck_assert_uint_eq(ad_log_count("42501"), 3);
}
END_TEST

/* A new database has the table in a moment, and an adopted one its columns. */
START_TEST(is_not_told_while_the_schema_may_be_coming)
{
    for (int i = 0; i < 19; i++) {
        refuse(i % 2 == 0 ? "42P01" : "42703", "there is none");
        ck_assert_int_eq(ad_trouble_wait_ms(&trouble), 250);
    }
    ck_assert_uint_eq(ad_log_count(""), 0);
    refuse("42703", "column \"title\" does not exist");
    ck_assert_uint_eq(ad_log_count("column \"title\" does not exist"), 1);
    ck_assert_int_gt(ad_trouble_wait_ms(&trouble), 1000);
}
END_TEST

START_TEST(names_a_column_of_another_type)
{
    ad_trouble_unfit(&trouble, ad_fields(), "uuid", trouble_log);
    ad_trouble_unfit(&trouble, ad_fields(), "uuid", trouble_log);
    ck_assert_str_eq(ad_trouble_text(&trouble), "ads.id is of type uuid; it must be integer");
    ck_assert_uint_eq(ad_log_count("ads not loaded: ads.id is of type uuid; it must be integer"),
                      1);
    ck_assert_int_gt(ad_trouble_wait_ms(&trouble), 1000);
    ad_trouble_unfit(&trouble, ad_fields() + 10, "text", trouble_log);
    ck_assert_str_eq(ad_trouble_text(&trouble),
                     "ads.starts_at is of type text; it must be timestamp with time zone");
}
END_TEST

Suite *ad_trouble_suite(void)
{
    Suite *suite = suite_create("ad_trouble");
    TCase *tcase = tcase_create("ad_trouble");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, says_which_it_is_and_quotes_no_values, 0, COUNT(refusals));
    tcase_add_test(tcase, is_told_once_until_it_is_another);
    tcase_add_test(tcase, is_not_told_while_the_schema_may_be_coming);
    tcase_add_test(tcase, names_a_column_of_another_type);
    suite_add_tcase(suite, tcase);
    return suite;
}
