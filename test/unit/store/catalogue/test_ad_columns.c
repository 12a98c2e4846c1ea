/* Which types a column may have. */
#include "store/catalogue/ad_columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { OF_A_USER = 16500 };

static const Oid ours[] = {23, 25, 25, 25, 25, 25, 23, 23, 23, 16, 1184, 1184};

/* Rows of which the column `changed` is of type `type`. */
static PGresult *rows_of(int changed, Oid type)
{
    PGresAttDesc columns[COUNT(ours)] = {{0}};
    char name[] = "column";
    for (int i = 0; i < COUNT(ours); i++)
        columns[i] = (PGresAttDesc){.name = name, .typid = i == changed ? type : ours[i]};
    PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert_int_eq(PQsetResultAttrs(rows, COUNT(ours), columns), 1);
    return rows;
}

static const struct {
    int column;
    Oid type;
    const char *wanted; /* NULL = it fits */
} types[] = {
    {0, 20, NULL},
    {0, 21, NULL},
    {6, 20, NULL},
    {8, 21, NULL},
    {1, 1043, NULL},
    {2, 1042, NULL},
    {5, 19, NULL},
    {10, 1114, NULL},
    {11, 1082, NULL},
    {0, 2950, "integer"}, /* uuid */
    {0, 25, "integer"},
    {0, 1700, "integer"}, /* text, numeric */
    {6, 701, "integer"},
    {8, 1186, "integer"}, /* double precision, interval */
    {1, 114, "text"},
    {3, 17, "text"}, /* json, bytea */
    {9, 23, "boolean"},
    {9, 25, "boolean"},                     /* integer, text */
    {10, 1083, "timestamp with time zone"}, /* time */
    {11, 25, "timestamp with time zone"},   /* text */
    {4, OF_A_USER, "text"},
    {0, OF_A_USER, "integer"},
};

START_TEST(fits_or_not)
{
    const struct ad_columns columns = {{0}};
    PGresult *rows = rows_of(types[_i].column, types[_i].type);
    Oid type = 0;
    const struct ad_field *unfit = ad_columns_find_unfit(&columns, rows, &type);
    if (types[_i].wanted == NULL) {
        ck_assert_ptr_null(unfit);
    } else {
        ck_assert_ptr_eq(unfit, ad_fields() + types[_i].column);
        ck_assert_uint_eq(type, types[_i].type);
        ck_assert_str_eq(ad_field_type_name(unfit), types[_i].wanted);
    }
    PQclear(rows);
}
END_TEST

static PGresult *answer_of(const char *name, const char *is_text)
{
    PGresAttDesc columns[2] = {{0}};
    char column[] = "column";
    columns[0].name = columns[1].name = column;
    PGresult *answer = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert_int_eq(PQsetResultAttrs(answer, 2, columns), 1);
    const char *const values[] = {name, is_text};
    for (int i = 0; name != NULL && i < 2; i++) {
        char value[200];
        (void)snprintf(value, sizeof value, "%s", values[i]);
        ck_assert_int_eq(PQsetvalue(answer, 0, i, value, (int)strlen(value)), 1);
    }
    return answer;
}

static bool take(struct ad_columns *columns, int column, const char *name, const char *is_text,
                 char type_name[AD_TYPE_NAME_SIZE])
{
    PGresult *answer = answer_of(name, is_text);
    bool is_fit = ad_columns_take_type(columns, ad_fields() + column, OF_A_USER, answer, type_name);
    PQclear(answer);
    return is_fit;
}

START_TEST(takes_an_enum_for_a_text_where_it_was_asked_for)
{
    struct ad_columns columns = {{0}};
    char name[AD_TYPE_NAME_SIZE];
    Oid type;
    PGresult *first = rows_of(5, OF_A_USER);
    PGresult *second = rows_of(4, OF_A_USER);
    ck_assert(take(&columns, 5, "video_kind", "t", name));
    ck_assert_ptr_null(ad_columns_find_unfit(&columns, first, &type));
    ck_assert_ptr_eq(ad_columns_find_unfit(&columns, second, &type), ad_fields() + 4);
    PQclear(first);
    PQclear(second);
}
END_TEST

START_TEST(takes_no_other_type_but_its_name)
{
    struct ad_columns columns = {{0}};
    char name[AD_TYPE_NAME_SIZE];
    char long_name[150];
    ck_assert(!take(&columns, 5, "point3d", "f", name));
    ck_assert_str_eq(name, "point3d");
    ck_assert(!take(&columns, 0, "mood", "t", name)); /* an enum is no integer */
    ck_assert_str_eq(name, "mood");
    ck_assert(!take(&columns, 5, NULL, NULL, name)); /* it is gone meanwhile */
    ck_assert_str_eq(name, "another type");
    ck_assert(!take(&columns, 5, "caf\xe9", "f", name)); /* it goes into JSON */
    ck_assert_str_eq(name, "caf");
    memset(long_name, 'x', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    ck_assert(!take(&columns, 5, long_name, "f", name));
    ck_assert_uint_eq(strlen(name), AD_TYPE_NAME_SIZE - 1);
    for (int i = 0; i < AD_FIELDS_MAX; i++)
        ck_assert_uint_eq(columns.texts[i], 0);
}
END_TEST

START_TEST(asks_for_a_type_by_its_number)
{
    char sql[AD_COLUMNS_SQL_SIZE];
    ad_columns_select_type(4294967295, sql);
    ck_assert_ptr_nonnull(strstr(sql, "WHERE oid = 4294967295"));
}
END_TEST

Suite *ad_columns_suite(void)
{
    Suite *suite = suite_create("ad_columns");
    TCase *tcase = tcase_create("ad_columns");
    tcase_add_loop_test(tcase, fits_or_not, 0, COUNT(types));
    tcase_add_test(tcase, takes_an_enum_for_a_text_where_it_was_asked_for);
    tcase_add_test(tcase, takes_no_other_type_but_its_name);
    tcase_add_test(tcase, asks_for_a_type_by_its_number);
    suite_add_tcase(suite, tcase);
    return suite;
}
