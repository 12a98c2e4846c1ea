/* From rows to ads, in slices. */
#include "store/catalogue/ad_reading.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "protocol/creative.h"
#include "store/catalogue/ad_listing.h"
#include "test/unit/store/catalogue/rows_subject.h"
#include "test/unit/suites.h"

static PGresult *rows;
static struct ad_set known;

static void set_up(void)
{
    rows = rows_new();
    known = (struct ad_set){.ads = NULL};
}

static void tear_down(void)
{
    ad_set_clear(&known);
}

static unsigned step_on(struct ad_reading *reading)
{
    unsigned steps = 1;
    while (!ad_reading_step(reading))
        steps++;
    return steps;
}

static struct ad_reading *read_rows(const struct ad_set *compared)
{
    struct ad_reading *reading = ad_reading_new(rows, compared, false);
    (void)step_on(reading);
    return reading;
}

/* Reads the rows into `known`, and begins with none again. */
static void know_rows(void)
{
    struct ad_reading *reading = read_rows(NULL);
    struct ad_reading_result *result = ad_reading_result(reading);
    ck_assert(result->is_changed);
    known = result->ads;
    result->ads = (struct ad_set){.ads = NULL};
    ad_reading_free(reading);
    rows = rows_new();
}

static void assert_ad(const struct ad_set *ads, size_t i, int32_t id, const char *title)
{
    ck_assert_uint_lt(i, ads->count);
    ck_assert_int_eq(ads->ads[i].id, id);
    ck_assert_str_eq(ads->ads[i].title, title);
}

START_TEST(gives_ads_list_and_snapshot)
{
    (void)rows_add_plain(rows, 3, "three");
    rows_set_bytes(rows, rows_add_plain(rows, 5, "five"), "active", "", 1);
    struct ad_reading *reading = read_rows(NULL);
    const struct ad_reading_result *result = ad_reading_result(reading);
    ck_assert(result->is_changed);
    ck_assert_uint_eq(result->ads.count, 2);
    assert_ad(&result->ads, 0, 3, "three");
    assert_ad(&result->ads, 1, 5, "five");
    ck_assert_str_eq(result->listing->json, "[{\"id\":3,\"image_url\":\"\",\"target_url\":\"\","
                                            "\"title\":\"three\"}]");
    ck_assert_ptr_nonnull(strstr(result->snapshot.text, "\"title\":\"five\""));
    ck_assert_uint_eq(result->snapshot.text_bytes, strlen(result->snapshot.text));
    ck_assert_uint_eq(strlen(result->snapshot.digest), DIGEST_TEXT_SIZE - 1);
    ck_assert_uint_ge(result->list_bytes, result->listing->json_bytes);
    ck_assert_uint_eq(result->faults.count, 0);
    ad_reading_free(reading);
}
END_TEST

static void add_rows(int32_t count)
{
    for (int32_t id = 1; id <= count; id++)
        (void)rows_add_plain(rows, id, "t");
}

static void assert_changed(bool is_changed)
{
    struct ad_reading *reading = read_rows(&known);
    const struct ad_reading_result *result = ad_reading_result(reading);
    ck_assert_int_eq(result->is_changed, is_changed);
    ck_assert_int_eq(result->listing != NULL, is_changed);
    ck_assert_int_eq(result->snapshot.text != NULL, is_changed);
    ad_reading_free(reading);
}

enum { ADS = 1000 };

START_TEST(finds_that_nothing_has_changed)
{
    add_rows(ADS);
    know_rows();
    add_rows(ADS);
    assert_changed(false);
}
END_TEST

/* In the first, a middle and the last row. */
START_TEST(finds_the_one_row_that_has_changed)
{
    static const int changed[] = {0, ADS / 2, ADS - 1};
    add_rows(ADS);
    know_rows();
    add_rows(ADS);
    rows_set_text(rows, changed[_i], "video_url", "https://another");
    struct ad_reading *reading = read_rows(&known);
    const struct ad_reading_result *result = ad_reading_result(reading);
    ck_assert(result->is_changed);
    ck_assert_uint_eq(result->ads.count, ADS);
    ck_assert_str_eq(result->ads.ads[changed[_i]].video_url, "https://another");
    assert_ad(&result->ads, ADS - 1, ADS, "t");
    ad_reading_free(reading);
}
END_TEST

START_TEST(finds_one_more_and_one_less)
{
    add_rows(3);
    know_rows();
    add_rows(4);
    assert_changed(true);
    rows = rows_new();
    add_rows(2);
    assert_changed(true);
    rows = rows_new();
    assert_changed(true);
    rows = rows_new();
    add_rows(3);
    assert_changed(false);
}
END_TEST

/* The work of a turn of the event loop has a bound, whatever the number of ads. */
START_TEST(takes_a_bounded_number_of_rows_a_slice)
{
    enum { MANY = 5 * AD_SLICE_ADS };
    add_rows(MANY);
    struct ad_reading *reading = ad_reading_new(rows, NULL, false);
    size_t before = 0;
    while (!ad_reading_step(reading)) {
        size_t count = ad_reading_result(reading)->ads.count;
        ck_assert_uint_le(count - before, AD_SLICE_ADS);
        before = count;
    }
    known = ad_reading_result(reading)->ads;
    ad_reading_result(reading)->ads = (struct ad_set){.ads = NULL};
    ad_reading_free(reading);
    rows = rows_new();
    add_rows(MANY);
    reading = ad_reading_new(rows, &known, false);
    ck_assert_uint_ge(step_on(reading), MANY / AD_SLICE_ADS);
    ad_reading_free(reading);
}
END_TEST

START_TEST(takes_few_rows_a_slice_when_they_are_long)
{
    enum { MANY = 200, BYTES = 4000, ROWS_A_SLICE = AD_SLICE_BYTES / BYTES + 1 };
    char text[BYTES + 1];
    memset(text, 'x', BYTES);
    text[BYTES] = '\0';
    add_rows(MANY);
    for (int row = 0; row < MANY; row++)
        rows_set_text(rows, row, "image_url", text);
    struct ad_reading *reading = ad_reading_new(rows, NULL, false);
    ck_assert_uint_ge(step_on(reading), MANY / ROWS_A_SLICE);
    ad_reading_free(reading);
}
END_TEST

/* Documents that are rendered already stay with the ads that have not changed. */
START_TEST(shares_the_creatives_of_those_that_are_the_same)
{
    add_rows(ADS);
    know_rows();
    (void)rows_add_plain(rows, 0, "new");
    add_rows(ADS);
    rows_set_text(rows, 3, "title", "changed"); /* the ad 3 */
    struct ad_reading *reading = read_rows(&known);
    const struct ad_set *ads = &ad_reading_result(reading)->ads;
    ck_assert_uint_eq(ads->count, ADS + 1);
    for (size_t i = 1; i <= ADS; i++) {
        bool is_shared = ads->ads[i].creative == known.ads[i - 1].creative;
        ck_assert_msg(is_shared == (i != 3), "%zu", i);
    }
    ck_assert_uint_eq(ads->ads[1].creative->references, 2);
    ad_set_clear(&known);
    ck_assert_uint_eq(ads->ads[1].creative->references, 1);
    ad_reading_free(reading);
}
END_TEST

static void assert_part(const struct ad_reading_result *result, size_t i, const char *id,
                        const char *column, const char *reason)
{
    ck_assert_uint_lt(i, result->parts.named_count);
    ck_assert_str_eq(result->parts.named[i].id, id);
    ck_assert_str_eq(result->parts.named[i].column, column);
    ck_assert_str_eq(result->parts.named[i].reason, reason);
}

static void add_rows_with_faulty_parts(const char *title)
{
    (void)rows_add_plain(rows, 1, title);
    int row = rows_add_plain(rows, 2, "t");
    rows_set_text(rows, row, "media_files", "[{}]");
    rows_set_text(rows, row, "ad_verifications", "<x/>");
    rows_set_text(rows, rows_add_plain(rows, 3, "t"), "ad_verifications", "<AdVerifications/>");
}

/* Also of those that are shared: nothing has become of them. */
START_TEST(tells_which_parts_are_passed_over)
{
    for (int round = 0; round < 2; round++) {
        add_rows_with_faulty_parts(round == 0 ? "t" : "changed");
        struct ad_reading *reading = read_rows(round == 0 ? NULL : &known);
        struct ad_reading_result *result = ad_reading_result(reading);
        ck_assert_uint_eq(result->ads.count, 3);
        ck_assert_uint_eq(result->faults.count, 0);
        ck_assert_uint_eq(result->parts.count, 2);
        assert_part(result, 0, "2", "media_files", "an item has no url");
        assert_part(result, 1, "2", "ad_verifications", "its element is not AdVerifications");
        ck_assert(!result->ads.ads[0].creative->has_verifications);
        ck_assert(!result->ads.ads[1].creative->has_verifications);
        ck_assert(result->ads.ads[2].creative->has_verifications);
        ad_set_clear(&known);
        known = result->ads;
        result->ads = (struct ad_set){.ads = NULL};
        ad_reading_free(reading);
        rows = rows_new();
    }
    PQclear(rows);
}
END_TEST

START_TEST(reads_in_any_case_when_that_is_asked_for)
{
    add_rows(3);
    know_rows();
    add_rows(3);
    struct ad_reading *reading = ad_reading_new(rows, &known, true);
    (void)step_on(reading);
    ck_assert(ad_reading_result(reading)->is_changed);
    ck_assert_uint_eq(ad_reading_result(reading)->ads.count, 3);
    ad_reading_free(reading);
}
END_TEST

static void assert_fault(const struct ad_reading_result *result, size_t i, const char *id,
                         const char *column)
{
    ck_assert_uint_lt(i, result->faults.named_count);
    ck_assert_str_eq(result->faults.named[i].id, id);
    ck_assert_str_eq(result->faults.named[i].column, column);
}

static void add_rows_with_faults(void)
{
    (void)rows_add_plain(rows, 1, "t");
    rows_set_text(rows, rows_add_plain(rows, 2, "t"), "title", "caf\xe9");
    rows_set_number(rows, rows_add_plain(rows, 3, "t"), "ends_at", INT64_MAX - 1, 8);
    (void)rows_add_plain(rows, 4, "t");
    rows_set_number(rows, rows_add_plain(rows, 5, "t"), "id", INT64_C(5000000000), 8);
    rows_set_null(rows, rows_add_plain(rows, 6, "t"), "id");
}

START_TEST(leaves_out_what_can_not_be_read_and_goes_on)
{
    add_rows_with_faults();
    struct ad_reading *reading = read_rows(NULL);
    const struct ad_reading_result *result = ad_reading_result(reading);
    ck_assert_uint_eq(result->ads.count, 2);
    assert_ad(&result->ads, 0, 1, "t");
    assert_ad(&result->ads, 1, 4, "t");
    ck_assert_uint_eq(result->faults.count, 4);
    assert_fault(result, 0, "2", "title");
    assert_fault(result, 1, "3", "ends_at");
    assert_fault(result, 2, "5000000000", "id");
    assert_fault(result, 3, "null", "id");
    ad_reading_free(reading);
}
END_TEST

START_TEST(compares_the_others_and_finds_the_same_faults)
{
    add_rows_with_faults();
    know_rows();
    add_rows_with_faults();
    struct ad_reading *reading = read_rows(&known);
    const struct ad_reading_result *result = ad_reading_result(reading);
    ck_assert(!result->is_changed);
    ck_assert_uint_eq(result->faults.count, 4);
    assert_fault(result, 0, "2", "title");
    ad_reading_free(reading);
}
END_TEST

/* What comes and goes among them counts as a change: it is known whose events are to be taken. */
START_TEST(knows_which_there_are_that_can_not_be_read)
{
    add_rows_with_faults();
    know_rows();
    ck_assert(ad_set_has(&known, 1) && ad_set_has(&known, 2) && ad_set_has(&known, 3));
    ck_assert(!ad_set_has(&known, 5) && !ad_set_has(&known, 6));
    ck_assert_uint_eq(known.unread_count, 2);
    (void)rows_add_plain(rows, 1, "t");
    rows_set_text(rows, rows_add_plain(rows, 2, "t"), "title", "caf\xe9");
    (void)rows_add_plain(rows, 4, "t");
    assert_changed(true); /* without 3 */
    rows = rows_new();
    add_rows_with_faults();
    rows_set_text(rows, rows_add_plain(rows, 7, "t"), "title", "caf\xe9");
    assert_changed(true);
    rows = rows_new();
    add_rows_with_faults();
    assert_changed(false);
}
END_TEST

START_TEST(takes_the_first_of_one_id)
{
    for (int round = 0; round < 2; round++) {
        (void)rows_add_plain(rows, 1, "t");
        (void)rows_add_plain(rows, 2, "first");
        for (int i = 0; i < 2 * AD_SLICE_ADS; i++)
            (void)rows_add_plain(rows, 2, "others");
        rows_set_text(rows, rows_add_plain(rows, 3, "t"), "title", "caf\xe9");
        (void)rows_add_plain(rows, 3, "that can be read");
        struct ad_reading *reading = read_rows(round == 0 ? NULL : &known);
        struct ad_reading_result *result = ad_reading_result(reading);
        ck_assert_int_eq(result->is_changed, round == 0);
        ck_assert_uint_eq(result->faults.count, 2 * AD_SLICE_ADS + 1);
        ck_assert_uint_eq(result->faults.named_count, 2);
        assert_fault(result, 0, "2", "id");
        assert_fault(result, 1, "3", "title");
        if (round == 0) {
            known = result->ads;
            result->ads = (struct ad_set){.ads = NULL};
            rows = rows_new();
        }
        ad_reading_free(reading);
    }
    ck_assert_uint_eq(known.count, 3);
    assert_ad(&known, 1, 2, "first");
    assert_ad(&known, 2, 3, "that can be read");
}
END_TEST

/* AddressSanitizer tells what is left of it. */
START_TEST(may_be_given_up_half_way)
{
    add_rows(3 * AD_SLICE_ADS);
    struct ad_reading *reading = ad_reading_new(rows, NULL, false);
    ck_assert(!ad_reading_step(reading));
    ck_assert_uint_eq(ad_reading_result(reading)->ads.count, AD_SLICE_ADS);
    ad_reading_free(reading);
    ad_reading_free(NULL);
}
END_TEST

Suite *ad_reading_suite(void)
{
    Suite *suite = suite_create("ad_reading");
    TCase *tcase = tcase_create("ad_reading");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, gives_ads_list_and_snapshot);
    tcase_add_test(tcase, finds_that_nothing_has_changed);
    tcase_add_loop_test(tcase, finds_the_one_row_that_has_changed, 0, 3);
    tcase_add_test(tcase, finds_one_more_and_one_less);
    tcase_add_test(tcase, takes_a_bounded_number_of_rows_a_slice);
    tcase_add_test(tcase, takes_few_rows_a_slice_when_they_are_long);
    tcase_add_test(tcase, leaves_out_what_can_not_be_read_and_goes_on);
    tcase_add_test(tcase, compares_the_others_and_finds_the_same_faults);
    tcase_add_test(tcase, knows_which_there_are_that_can_not_be_read);
    tcase_add_test(tcase, takes_the_first_of_one_id);
    tcase_add_test(tcase, shares_the_creatives_of_those_that_are_the_same);
    tcase_add_test(tcase, tells_which_parts_are_passed_over);
    tcase_add_test(tcase, reads_in_any_case_when_that_is_asked_for);
    tcase_add_test(tcase, may_be_given_up_half_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
