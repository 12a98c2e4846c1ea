/* The totals of a cursor, whose arrays are as long as its database had kinds when it was written.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <libpq-fe.h>

#include "metrics/metrics.h"
#include "store/ingest/totals.h"
#include "test/unit/suites.h"

enum { NUMBERS = 4 };

static const struct {
    const char *text;
    int64_t numbers[NUMBERS];
} ARRAYS[] = {
    {"{1,2,3,4}", {1, 2, 3, 4}},
    {"{9223372036854775807,-2,0,7}", {INT64_MAX, -2, 0, 7}},
    {"{1,2,3,4,5,6}", {1, 2, 3, 4}},
    {"{1,2,3}", {1, 2, 3, 0}},
    {"{12}", {12, 0, 0, 0}},
    {"{}", {0, 0, 0, 0}},
    {"", {0, 0, 0, 0}},
};

/* In as many bytes as it has, so that the sanitizer sees every read beyond them. */
START_TEST(reads_no_further_than_the_array)
{
    size_t size = strlen(ARRAYS[_i].text) + 1;
    char *text = malloc(size);
    ck_assert_ptr_nonnull(text);
    memcpy(text, ARRAYS[_i].text, size);
    int64_t numbers[NUMBERS] = {-1, -1, -1, -1};
    totals_read_array(text, numbers, NUMBERS);
    for (int i = 0; i < NUMBERS; i++)
        ck_assert_int_eq(numbers[i], ARRAYS[_i].numbers[i]);
    free(text);
}
END_TEST

static PGresult *make_row(const char *const values[4])
{
    PGresult *row = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc columns[4] = {{.name = (char[]){"last_sequence"}},
                               {.name = (char[]){"stored"}},
                               {.name = (char[]){"duplicate"}},
                               {.name = (char[]){"rejected"}}};
    ck_assert_int_eq(PQsetResultAttrs(row, 4, columns), 1);
    for (int i = 0; i < 4; i++) {
        char value[64];
        size_t length = strlen(values[i]);
        memcpy(value, values[i], length + 1);
        ck_assert_int_eq(PQsetvalue(row, 0, i, value, (int)length), 1);
    }
    return row;
}

/* The fields of a row lie behind one another in memory. */
START_TEST(takes_a_row_of_a_new_cursor)
{
    struct metrics *metrics = metrics_new();
    struct writer_totals totals;
    writer_totals_init(&totals, metrics);
    PGresult *row = make_row((const char *const[]){"7", "{}", "{5}", "{0,3}"});
    ck_assert_uint_eq(writer_totals_take(&totals, row), 7);
    ck_assert_int_eq(totals.known.stored[0], 0);
    ck_assert_int_eq(totals.known.stored[1], 0);
    ck_assert_int_eq(totals.known.duplicate[0], 5);
    ck_assert_int_eq(totals.known.duplicate[1], 0);
    ck_assert_int_eq(totals.known.rejected[0], 0);
    ck_assert_int_eq(totals.known.rejected[1], 3);
    PQclear(row);
    metrics_free(metrics);
}
END_TEST

Suite *totals_suite(void)
{
    Suite *suite = suite_create("totals");
    TCase *tcase = tcase_create("totals");
    tcase_add_loop_test(tcase, reads_no_further_than_the_array, 0,
                        sizeof ARRAYS / sizeof ARRAYS[0]);
    tcase_add_test(tcase, takes_a_row_of_a_new_cursor);
    suite_add_tcase(suite, tcase);
    return suite;
}
