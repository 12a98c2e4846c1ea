/* Raw events as lines, and cells of CSV. */
#include <stdbool.h>
#include <stdlib.h>

#include <check.h>

#include "protocol/csv.h"
#include "protocol/export_row.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct export_row error = {{"65537", "2026-03-01 00:00:00.12+00",
                                         "2026-03-01 00:00:01+00", "error", NULL, "1", "a\"b",
                                         "303", "1", "0", "2001:db8::1", "4"}};

static void assert_line(const struct export_row *row, bool is_csv, const char *line)
{
    struct render_text text = {0};
    size_t length;
    export_row_write(&text, row, is_csv);
    char *written = render_take(&text, &length);
    ck_assert_str_eq(written, line);
    free(written);
}

START_TEST(an_event_is_an_object_or_a_record)
{
    assert_line(&error, false,
                "{\"id\":65537,\"occurred_at\":\"2026-03-01T00:00:00.120000Z\","
                "\"received_at\":\"2026-03-01T00:00:01Z\",\"kind\":\"error\",\"ad_id\":null,"
                "\"verdict\":\"declared_bot\",\"placement\":\"a\\\"b\",\"error_code\":303,"
                "\"progress_ms\":null,\"nofill_reason\":null,\"quantity\":1,\"playback_ms\":0,"
                "\"ip\":\"2001:db8::1\",\"flags\":4}\n");
    assert_line(&error, true,
                "65537,2026-03-01T00:00:00.120000Z,2026-03-01T00:00:01Z,error,,declared_bot,"
                "\"a\"\"b\",303,,,1,0,2001:db8::1,4\r\n");
}
END_TEST

START_TEST(a_detail_stands_where_its_kind_has_it)
{
    struct export_row row = error;
    row.values[EXPORT_KIND] = "nofill";
    row.values[EXPORT_DETAIL] = "2";
    assert_line(&row, true,
                "65537,2026-03-01T00:00:00.120000Z,2026-03-01T00:00:01Z,nofill,,declared_bot,"
                "\"a\"\"b\",,,none_available,1,0,2001:db8::1,4\r\n");
    row.values[EXPORT_KIND] = "progress";
    row.values[EXPORT_VERDICT] = "99"; /* a newer version's */
    row.values[EXPORT_RECEIVED_AT] = "-infinity";
    assert_line(&row, true,
                "65537,2026-03-01T00:00:00.120000Z,'-infinity,progress,,99,"
                "\"a\"\"b\",,2,,1,0,2001:db8::1,4\r\n");
}
END_TEST

START_TEST(the_head_has_as_many_columns)
{
    struct render_text text = {0};
    size_t length;
    export_row_write_head(&text);
    char *written = render_take(&text, &length);
    ck_assert_str_eq(written, "id,occurred_at,received_at,kind,ad_id,verdict,placement,error_code,"
                              "progress_ms,nofill_reason,quantity,playback_ms,ip,flags\r\n");
    free(written);
}
END_TEST

START_TEST(a_row_says_where_it_stands)
{
    struct export_position position;
    struct export_row row = error;
    ck_assert(export_row_position(&row, &position));
    ck_assert_int_eq(position.id, 65537);
    ck_assert_int_eq(position.at_us, INT64_C(1772323200120000));
    row.values[EXPORT_OCCURRED_AT] = "infinity";
    ck_assert(!export_row_position(&row, &position));
    row.values[EXPORT_OCCURRED_AT] = NULL;
    ck_assert(!export_row_position(&row, &position));
}
END_TEST

static const struct {
    const char *string;
    const char *cell;
} cells[] = {
    {"", ""},           {"a", "a"},           {"a b", "a b"},          {"a,b", "\"a,b\""},
    {"\"", "\"\"\"\""}, {"a\"", "\"a\"\"\""}, {"a\nb", "\"a\nb\""},    {"\rb", "\"'\rb\""},
    {"=1", "'=1"},      {"+1", "'+1"},        {"-1", "'-1"},           {"@a", "'@a"},
    {"\ta", "'\ta"},    {"a=", "a="},         {"=\",", "\"'=\"\",\""},
};

START_TEST(a_cell_is_quoted_and_guarded)
{
    struct render_text text = {0};
    size_t length;
    csv_cell(&text, cells[_i].string);
    char *written = render_take(&text, &length);
    ck_assert_str_eq(written, cells[_i].cell);
    free(written);
}
END_TEST

Suite *export_row_suite(void)
{
    Suite *suite = suite_create("export_row");
    TCase *tcase = tcase_create("export_row");
    tcase_add_test(tcase, an_event_is_an_object_or_a_record);
    tcase_add_test(tcase, a_detail_stands_where_its_kind_has_it);
    tcase_add_test(tcase, the_head_has_as_many_columns);
    tcase_add_test(tcase, a_row_says_where_it_stands);
    tcase_add_loop_test(tcase, a_cell_is_quoted_and_guarded, 0, COUNT(cells));
    suite_add_tcase(suite, tcase);
    return suite;
}
