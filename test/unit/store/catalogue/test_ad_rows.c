/* Rows of the table of ads, put together without a database. */
#include "store/catalogue/ad_rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "store/database/query.h"
#include "test/unit/store/catalogue/rows_subject.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static char image_url[] = "https://i";
static char target_url[] = "https://t";
static char title[] = "";
static char video_url[] = "https://v";
static char video_type[] = "video/mp4";
static char advertiser[] = "Acme";
static char category[] = "IAB1-6";
static char wrapper_url[] = "https://w";
static char media_files[] = "[{\"url\": \"https://m\"}]";
static char trackers[] = "{}";
static char offsets[] = "[5000]";
static char verifications[] = "<AdVerifications/>";

static const struct ad full = {
    .id = 7,
    .image_url = image_url,
    .target_url = target_url,
    .title = title,
    .video_url = video_url,
    .video_type = video_type,
    .video_width = 1920,
    .video_height = 1080,
    .duration_ms = 30000,
    .active = true,
    .starts_at_us = 1745107200000000,
    .ends_at_us = -1,
    .archived_at_us = INT64_MAX,
    .weight = 0,
    .skip_after_ms = 0,
    .image_width = 300,
    .image_height = 250,
    .advertiser = advertiser,
    .category = category,
    .wrapper_url = wrapper_url,
    .media_files = media_files,
    .trackers = trackers,
    .progress_offsets_ms = offsets,
    .ad_verifications = verifications,
};
static const struct ad empty = {.id = 8,
                                .starts_at_us = INT64_MIN,
                                .ends_at_us = INT64_MAX,
                                .archived_at_us = INT64_MAX,
                                .weight = 1,
                                .skip_after_ms = -1};

static PGresult *rows;
static struct ad_row_fault fault;

static void set_up(void)
{
    rows = rows_new();
    fault = (struct ad_row_fault){.reason = NULL};
}

static void tear_down(void)
{
    PQclear(rows);
}

/* Cleared by the caller. */
static struct ad read_row(int row)
{
    struct ad ad = {.id = 0};
    ck_assert_msg(ad_row_check(rows, row, &fault), "%s: %s", fault.column, fault.reason);
    ad_row_read(rows, row, &ad);
    return ad;
}

START_TEST(selects_a_column_for_each_field)
{
    char *sql = ad_rows_select();
    ck_assert_str_eq(
        sql,
        "SELECT present.* FROM (SELECT NULL::integer AS weight, NULL::integer AS skip_after_ms, "
        "NULL::integer AS image_width, NULL::integer AS image_height, NULL::text AS advertiser, "
        "NULL::text AS category, NULL::text AS wrapper_url, NULL::jsonb AS media_files, "
        "NULL::jsonb AS trackers, NULL::jsonb AS progress_offsets_ms, "
        "NULL::text AS ad_verifications, NULL::timestamp with time zone AS archived_at) AS lacked "
        "CROSS JOIN LATERAL (SELECT id, image_url, target_url, title, video_url, video_type, "
        "video_width, video_height, duration_ms, active, "
        "starts_at, ends_at, weight, skip_after_ms, image_width, image_height, advertiser, "
        "category, wrapper_url, media_files, trackers, progress_offsets_ms, ad_verifications, "
        "archived_at FROM ads) AS present ORDER BY present.id, present.image_url, "
        "present.target_url, "
        "present.title, present.video_url, present.video_type, present.video_width, "
        "present.video_height, present.duration_ms, present.active, present.starts_at, "
        "present.ends_at, present.weight, present.skip_after_ms, present.image_width, "
        "present.image_height, present.advertiser, present.category, present.wrapper_url, "
        "present.media_files::text, present.trackers::text, present.progress_offsets_ms::text, "
        "present.ad_verifications, present.archived_at");
    free(sql);
}
END_TEST

START_TEST(reads_every_column)
{
    struct ad ad = read_row(rows_add(rows, &full));
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        ck_assert_msg(ad_field_equal(field, ad_field_get(field, &ad), ad_field_get(field, &full)),
                      "%s", field->name);
    ck_assert_ptr_ne(ad.image_url, PQgetvalue(rows, 0, 1));
    ad_clear(&ad);
}
END_TEST

START_TEST(takes_null_as_unset)
{
    struct ad ad = read_row(rows_add(rows, &empty));
    ck_assert_int_eq(ad.id, 8);
    rows_set_null(rows, 0, "active");
    ad_clear(&ad);
    ad = read_row(0);
    for (const struct ad_field *field = ad_fields() + 1; field->name != NULL; field++)
        ck_assert_msg(!ad_field_is_set(field, ad_field_get(field, &ad)), "%s", field->name);
    ad_clear(&ad);
}
END_TEST

/* Its version is before it; a column of type json or text has none. */
START_TEST(reads_jsonb_without_its_version)
{
    struct ad ad = read_row(rows_add(rows, &full));
    ck_assert_str_eq(ad.media_files, media_files);
    ad_clear(&ad);
    rows_set_bytes(rows, 0, "media_files", "\2[]", 3);
    ck_assert(!ad_row_check(rows, 0, &fault));
    ck_assert_str_eq(fault.column, "media_files");
    ck_assert_str_eq(fault.reason, "of an unknown version of jsonb");
    rows_set_bytes(rows, 0, "media_files", "", 0);
    ck_assert(!ad_row_check(rows, 0, &fault));
    rows_set_bytes(rows, 0, "media_files", "\1[\"\xff\"]", 6);
    ck_assert(!ad_row_check(rows, 0, &fault));
    ck_assert_str_eq(fault.reason, "not UTF-8");
}
END_TEST

START_TEST(reads_integers_of_each_width)
{
    static const int bytes[] = {2, 4, 8};
    (void)rows_add(rows, &full);
    for (int i = 0; i < COUNT(bytes); i++) {
        rows_set_number(rows, 0, "id", -5, bytes[i]);
        rows_set_number(rows, 0, "video_width", 32767, bytes[i]);
        struct ad ad = read_row(0);
        ck_assert_int_eq(ad.id, -5);
        ck_assert_int_eq(ad.video_width, 32767);
        ad_clear(&ad);
    }
}
END_TEST

/* A time of `bytes` as PostgreSQL sends it, and what it is for us. */
static const struct {
    int64_t sent;
    int bytes;
    int64_t time_us;
} times[] = {
    {0, 8, POSTGRES_EPOCH_US},
    {-POSTGRES_EPOCH_US, 8, 0},
    {-211813488000000000, 8, POSTGRES_EPOCH_US - 211813488000000000}, /* the first it has */
    {INT64_MAX - POSTGRES_EPOCH_US - 1, 8, INT64_MAX - 1},            /* the last we have */
    {INT64_MAX, 8, INT64_MAX},                                        /* infinity */
    {INT64_MIN, 8, INT64_MIN},                                        /* -infinity */
    {0, 4, POSTGRES_EPOCH_US},                                        /* dates */
    {-10957, 4, 0},
    {INT32_MAX, 4, INT64_MAX},
    {INT32_MIN, 4, INT64_MIN},
};

START_TEST(reads_times_and_dates)
{
    (void)rows_add(rows, &full);
    rows_set_number(rows, 0, "ends_at", times[_i].sent, times[_i].bytes);
    struct ad ad = read_row(0);
    ck_assert_int_eq(ad.ends_at_us, times[_i].time_us);
    ad_clear(&ad);
}
END_TEST

static void assert_refused(const char *id, const char *column, const char *reason)
{
    ck_assert(!ad_row_check(rows, 0, &fault));
    ck_assert_str_eq(fault.id, id);
    ck_assert_str_eq(fault.column, column);
    ck_assert_str_eq(fault.reason, reason);
}

static const struct {
    int64_t sent;
    int bytes;
} far_times[] = {
    {INT64_MAX - POSTGRES_EPOCH_US, 8}, /* it would be for ever */
    {9223371331199999999, 8},           /* the last that PostgreSQL has, in the year 294276 */
    {INT64_MAX - 1, 8},
    {2147483493, 4}, /* the last date, in the year 5874897 */
    {106741035, 4},
};

START_TEST(refuses_a_time_beyond_ours)
{
    (void)rows_add(rows, &full);
    rows_set_number(rows, 0, "starts_at", far_times[_i].sent, far_times[_i].bytes);
    assert_refused("7", "starts_at", "out of range");
}
END_TEST

START_TEST(refuses_an_id_that_is_none_of_ours)
{
    int32_t id = 5;
    (void)rows_add(rows, &full);
    ck_assert(ad_row_id(rows, 0, &id));
    ck_assert_int_eq(id, 7);
    rows_set_null(rows, 0, "id");
    assert_refused("null", "id", "null");
    ck_assert(!ad_row_id(rows, 0, &id));
    rows_set_number(rows, 0, "id", INT64_C(4294967303), 8);
    assert_refused("4294967303", "id", "out of range");
    ck_assert(!ad_row_id(rows, 0, &id));
    rows_set_number(rows, 0, "id", INT64_MIN, 8);
    assert_refused("-9223372036854775808", "id", "out of range");
    ck_assert_int_eq(id, 7);
}
END_TEST

START_TEST(refuses_a_number_out_of_range)
{
    static const char *const columns[] = {"video_width", "video_height", "duration_ms"};
    for (int i = 0; i < COUNT(columns); i++) {
        PQclear(rows);
        rows = rows_new();
        (void)rows_add(rows, &full);
        rows_set_number(rows, 0, columns[i], INT64_C(4294967297), 8);
        assert_refused("7", columns[i], "out of range");
    }
}
END_TEST

START_TEST(refuses_text_that_is_not_utf8)
{
    static const char *const columns[] = {"image_url", "target_url", "title", "video_url",
                                          "video_type"};
    static const char *const texts[] = {"caf\xe9",      "\xff",         "\xc0\x80",
                                        "\xed\xa0\x80", "cut \xe2\x82", "\xf4\x90\x80\x80"};
    for (int i = 0; i < COUNT(columns); i++)
        for (int j = 0; j < COUNT(texts); j++) {
            PQclear(rows);
            rows = rows_new();
            (void)rows_add(rows, &full);
            rows_set_text(rows, 0, columns[i], texts[j]);
            assert_refused("7", columns[i], "not UTF-8");
        }
}
END_TEST

/* PostgreSQL has none in a text: so it is not text that a type of the user's sends. */
START_TEST(refuses_text_with_a_nul)
{
    (void)rows_add(rows, &full);
    rows_set_bytes(rows, 0, "video_type", "a\0b", 3);
    assert_refused("7", "video_type", "not UTF-8");
}
END_TEST

START_TEST(are_equal_to_the_ads_read_from_them)
{
    ck_assert(ad_row_equals(rows, rows_add(rows, &full), &full));
    ck_assert(ad_row_equals(rows, rows_add(rows, &empty), &empty));
    ck_assert(!ad_row_equals(rows, 0, &empty));
    ck_assert(!ad_row_equals(rows, 1, &full));
}
END_TEST

START_TEST(are_not_equal_when_a_column_is_another)
{
    const struct ad_field *field = ad_fields() + _i;
    struct ad ad = full;
    struct ad_value value = ad_field_get(field, &full);
    (void)rows_add(rows, &full);
    if (ad_field_has_text(field))
        rows_set_text(rows, 0, field->name, "another");
    else if (field->type == AD_FIELD_FLAG)
        rows_set_bytes(rows, 0, field->name, "", 1);
    else
        rows_set_number(rows, 0, field->name, value.number + 1,
                        field->type == AD_FIELD_TIME ? 8 : 4);
    ck_assert(!ad_row_equals(rows, 0, &ad));
    if (field->type == AD_FIELD_ID)
        return;
    rows_set_null(rows, 0, field->name);
    ck_assert(!ad_row_equals(rows, 0, &ad));
}
END_TEST

/* Nor to an ad that has nothing there. */
START_TEST(are_not_equal_when_they_can_not_be_read)
{
    struct ad ad = full;
    (void)rows_add(rows, &full);
    ad.ends_at_us = INT64_MAX;
    rows_set_null(rows, 0, "ends_at");
    ck_assert(ad_row_equals(rows, 0, &ad));
    rows_set_number(rows, 0, "ends_at", INT64_MAX - 1, 8);
    ck_assert(!ad_row_equals(rows, 0, &ad));
}
END_TEST

START_TEST(know_how_much_they_take)
{
    ck_assert_uint_eq(ad_row_bytes(rows, rows_add(rows, &empty)), 4 + 1);
    ck_assert_uint_eq(ad_row_bytes(rows, rows_add(rows, &full)),
                      4 + 9 + 9 + 0 + 9 + 9 + 4 + 4 + 4 + 1 + 8 + 8 + 4 + 4 + 4 + 4 + 4 + 6 + 9 +
                          (1 + 22) + (1 + 2) + (1 + 6) + 18);
}
END_TEST

Suite *ad_rows_suite(void)
{
    Suite *suite = suite_create("ad_rows");
    TCase *tcase = tcase_create("ad_rows");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, selects_a_column_for_each_field);
    tcase_add_test(tcase, reads_every_column);
    tcase_add_test(tcase, takes_null_as_unset);
    tcase_add_test(tcase, reads_jsonb_without_its_version);
    tcase_add_test(tcase, reads_integers_of_each_width);
    tcase_add_loop_test(tcase, reads_times_and_dates, 0, COUNT(times));
    tcase_add_loop_test(tcase, refuses_a_time_beyond_ours, 0, COUNT(far_times));
    tcase_add_test(tcase, refuses_an_id_that_is_none_of_ours);
    tcase_add_test(tcase, refuses_a_number_out_of_range);
    tcase_add_test(tcase, refuses_text_that_is_not_utf8);
    tcase_add_test(tcase, refuses_text_with_a_nul);
    tcase_add_test(tcase, are_equal_to_the_ads_read_from_them);
    tcase_add_loop_test(tcase, are_not_equal_when_a_column_is_another, 0, 23);
    tcase_add_test(tcase, are_not_equal_when_they_can_not_be_read);
    tcase_add_test(tcase, know_how_much_they_take);
    suite_add_tcase(suite, tcase);
    return suite;
}
