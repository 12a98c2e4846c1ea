/* Rows of the table of ads, put together without a database. */
#include "store/ad_rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "test/unit/suites.h"

enum { COLUMNS = 12 };

static const char *const full[COLUMNS] = {
    "7",    "https://i", "https://t", "",  "https://v",        "video/mp4",
    "1920", "1080",      "30000",     "t", "1745107200000000", "-1"};
static const char *const empty[COLUMNS] = {"8"};

static void add_row(PGresult *rows, const char *const values[COLUMNS])
{
    int row = PQntuples(rows);
    for (int i = 0; i < COLUMNS; i++) {
        char *value = values[i] != NULL ? strdup(values[i]) : NULL;
        int bytes = value != NULL ? (int)strlen(value) : -1;
        ck_assert_int_eq(PQsetvalue(rows, row, i, value, bytes), 1);
        free(value);
    }
}

static PGresult *make_rows(const char *const first[COLUMNS], const char *const second[COLUMNS])
{
    PGresAttDesc columns[COLUMNS] = {0};
    char name[] = "column";
    for (int i = 0; i < COLUMNS; i++)
        columns[i].name = name;
    PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert_int_eq(PQsetResultAttrs(rows, COLUMNS, columns), 1);
    add_row(rows, first);
    if (second != NULL)
        add_row(rows, second);
    return rows;
}

static void free_ads(struct ad *ads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ad_clear(&ads[i]);
    free(ads);
}

START_TEST(selects_a_column_for_each_field)
{
    char *sql = ad_rows_select();
    const char *at = sql;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        at = strstr(at, field->name);
        ck_assert_ptr_nonnull(at);
    }
    ck_assert_msg(strncmp(sql, "SELECT id, image_url, ", 22) == 0, "%s", sql);
    ck_assert_ptr_nonnull(strstr(sql, " END FROM ads ORDER BY id"));
    free(sql);
}
END_TEST

START_TEST(reads_every_column)
{
    PGresult *rows = make_rows(full, empty);
    size_t count = 0;
    struct ad *ads = ad_rows_read(rows, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(ads[0].id, 7);
    ck_assert_str_eq(ads[0].image_url, "https://i");
    ck_assert_str_eq(ads[0].target_url, "https://t");
    ck_assert_str_eq(ads[0].title, "");
    ck_assert_str_eq(ads[0].video_url, "https://v");
    ck_assert_str_eq(ads[0].video_type, "video/mp4");
    ck_assert_int_eq(ads[0].video_width, 1920);
    ck_assert_int_eq(ads[0].video_height, 1080);
    ck_assert_int_eq(ads[0].duration_ms, 30000);
    ck_assert(ads[0].active);
    ck_assert_int_eq(ads[0].starts_at_us, 1745107200000000);
    ck_assert_int_eq(ads[0].ends_at_us, -1);
    free_ads(ads, count);
    PQclear(rows);
}
END_TEST

START_TEST(takes_null_as_unset)
{
    PGresult *rows = make_rows(empty, NULL);
    size_t count = 0;
    struct ad *ads = ad_rows_read(rows, &count);
    ck_assert_int_eq(ads[0].id, 8);
    for (const struct ad_field *field = ad_fields() + 1; field->name != NULL; field++)
        ck_assert_msg(!ad_field_is_set(field, ad_field_get(field, &ads[0])), "%s", field->name);
    free_ads(ads, count);
    PQclear(rows);
}
END_TEST

START_TEST(leaves_a_number_out_of_range_unset)
{
    const char *values[COLUMNS];
    memcpy(values, full, sizeof values);
    values[6] = "4294967297";
    PGresult *rows = make_rows(values, NULL);
    size_t count = 0;
    struct ad *ads = ad_rows_read(rows, &count);
    ck_assert_int_eq(ads[0].video_width, 0);
    ck_assert_int_eq(ads[0].video_height, 1080);
    free_ads(ads, count);
    PQclear(rows);
}
END_TEST

START_TEST(are_equal_to_the_ads_read_from_them)
{
    PGresult *rows = make_rows(full, empty);
    size_t count = 0;
    struct ad *ads = ad_rows_read(rows, &count);
    ck_assert(ad_rows_equal(rows, ads, count));
    ck_assert(!ad_rows_equal(rows, ads, count - 1));
    free_ads(ads, count);
    PQclear(rows);
}
END_TEST

/* What column `_i` is instead; each of the others as before. */
static const char *const others[COLUMNS] = {
    "6",    "https://i/", "https://", NULL, "https://w",        NULL,
    "1921", NULL,         "30001",    "f",  "1745107200000001", NULL};

START_TEST(are_not_equal_when_a_column_is_another)
{
    const char *values[COLUMNS];
    memcpy(values, full, sizeof values);
    values[_i] = others[_i];
    PGresult *rows = make_rows(empty, full);
    PGresult *changed = make_rows(empty, values);
    size_t count = 0;
    struct ad *ads = ad_rows_read(rows, &count);
    ck_assert(!ad_rows_equal(changed, ads, count));
    free_ads(ads, count);
    ads = ad_rows_read(changed, &count);
    ck_assert(!ad_rows_equal(rows, ads, count));
    free_ads(ads, count);
    PQclear(rows);
    PQclear(changed);
}
END_TEST

Suite *ad_rows_suite(void)
{
    Suite *suite = suite_create("ad_rows");
    TCase *tcase = tcase_create("ad_rows");
    tcase_add_test(tcase, selects_a_column_for_each_field);
    tcase_add_test(tcase, reads_every_column);
    tcase_add_test(tcase, takes_null_as_unset);
    tcase_add_test(tcase, leaves_a_number_out_of_range_unset);
    tcase_add_test(tcase, are_equal_to_the_ads_read_from_them);
    tcase_add_loop_test(tcase, are_not_equal_when_a_column_is_another, 0, COLUMNS);
    suite_add_tcase(suite, tcase);
    return suite;
}
