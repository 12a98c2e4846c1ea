/* What is left out is named once. */
#include "store/catalogue/ad_faults.h"

#include <stdio.h>

#include <check.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "test/unit/store/catalogue/ad_log.h"
#include "test/unit/suites.h"

static struct log *fault_log;

static void set_up(void)
{
    fault_log = ad_log_open();
}

static void tear_down(void)
{
    ad_log_close();
}

static void add(struct ad_faults *faults, int id, const char *column)
{
    struct ad_row_fault fault = {.column = column, .reason = "out of range"};
    (void)snprintf(fault.id, sizeof fault.id, "%d", id);
    ad_faults_add(faults, &fault);
}

START_TEST(names_each_once_over_all_readings)
{
    const struct ad_faults none = {.count = 0};
    struct ad_faults first = none;
    struct ad_faults second = none;
    add(&first, 7, "ends_at");
    add(&first, 9, "id");
    ad_faults_log(&first, &none, AD_FAULTS_ROWS, fault_log);
    ck_assert_uint_eq(ad_log_count("warning store: ad left out id=7 column=ends_at: out of range"),
                      1);
    ck_assert_uint_eq(ad_log_count("id=9"), 1);
    ad_faults_log(&first, &first, AD_FAULTS_ROWS, fault_log);
    add(&second, 9, "id");
    add(&second, 7, "starts_at"); /* another fault of it */
    add(&second, 11, "id");
    ad_faults_log(&second, &first, AD_FAULTS_ROWS, fault_log);
    ck_assert_uint_eq(ad_log_count("id=9"), 1);
    ck_assert_uint_eq(ad_log_count("id=7 column=ends_at"), 1);
    ck_assert_uint_eq(ad_log_count("id=7 column=starts_at"), 1);
    ck_assert_uint_eq(ad_log_count("id=11"), 1);
    ad_faults_log(&none, &second, AD_FAULTS_ROWS, fault_log);
    ck_assert_uint_eq(ad_log_count(""), 4);
}
END_TEST

START_TEST(names_the_first_of_many_and_counts_them)
{
    const struct ad_faults none = {.count = 0};
    struct ad_faults many = none;
    struct ad_faults more = none;
    for (int id = 0; id < 10000; id++) {
        add(&many, id, "title");
        add(&more, id, "title");
    }
    add(&more, 10000, "title");
    ck_assert_uint_eq(many.count, 10000);
    ad_faults_log(&many, &none, AD_FAULTS_ROWS, fault_log);
    ad_faults_log(&many, &many, AD_FAULTS_ROWS, fault_log);
    ck_assert_uint_eq(ad_log_count("ad left out"), AD_FAULTS_NAMED);
    ck_assert_uint_eq(ad_log_count("count=10000"), 1);
    ad_faults_log(&more, &many, AD_FAULTS_ROWS, fault_log);
    ck_assert_uint_eq(ad_log_count("ad left out"), AD_FAULTS_NAMED);
    ck_assert_uint_eq(ad_log_count("count=10001"), 1);
}
END_TEST

/* As of a view that joins: a thousand rows with one id take the place of no other. */
START_TEST(names_an_id_once_however_many_rows_have_it)
{
    const struct ad_faults none = {.count = 0};
    struct ad_faults faults = none;
    for (int i = 0; i < 1000; i++)
        add(&faults, 7, "id");
    add(&faults, 8, "id");
    ck_assert_uint_eq(faults.count, 1001);
    ad_faults_log(&faults, &none, AD_FAULTS_ROWS, fault_log);
    ck_assert_uint_eq(ad_log_count("id=7"), 1);
    ck_assert_uint_eq(ad_log_count("id=8"), 1);
}
END_TEST

/* In words of their own. */
START_TEST(tells_of_parts)
{
    static const struct ad_faults none = {0};
    struct creative_faults parts = {
        .count = 2, .faults = {{"media_files", "it is no array"}, {"trackers", "it is no object"}}};
    struct creative creative = {.faults = &parts};
    struct ad_faults faults = {0};
    ad_faults_add_parts(&faults, &(struct ad){.id = -7, .creative = &creative});
    creative.faults = NULL;
    ad_faults_add_parts(&faults, &(struct ad){.id = 8, .creative = &creative});
    ck_assert_uint_eq(faults.count, 2);
    ad_faults_log(&faults, &none, AD_FAULTS_PARTS, fault_log);
    ck_assert_uint_eq(ad_log_count("warning store: part of an ad passed over id=-7 "
                                   "column=media_files: it is no array"),
                      1);
    ck_assert_uint_eq(ad_log_count("id=-7 column=trackers"), 1);
    ck_assert_uint_eq(ad_log_count(""), 2);
}
END_TEST

Suite *ad_faults_suite(void)
{
    Suite *suite = suite_create("ad_faults");
    TCase *tcase = tcase_create("ad_faults");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, names_each_once_over_all_readings);
    tcase_add_test(tcase, names_the_first_of_many_and_counts_them);
    tcase_add_test(tcase, names_an_id_once_however_many_rows_have_it);
    tcase_add_test(tcase, tells_of_parts);
    suite_add_tcase(suite, tcase);
    return suite;
}
