/* Documents of VAST: what becomes of columns that are unset, hostile, or fit for nothing. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/creative.h"
#include "test/unit/protocol/document_subject.h"
#include "test/unit/suites.h"

#define OURS(event) "<![CDATA[" SUBJECT_URL "/t/" event "/" SUBJECT_TOKEN

START_TEST(says_what_it_must_of_what_is_unset)
{
    struct ad ad = subject_ad(9);
    subject_set(&ad.video_url, "https://cdn.example/a");
    subject_set(&ad.title, " \n");
    subject_set(&ad.advertiser, "");
    subject_set(&ad.category, "");
    subject_assert_has(&ad, DOCUMENT_VAST_4_2,
                       (const char *const[]){"<AdTitle>Ad 9</AdTitle><Creatives>", "<Linear>",
                                             "<Duration>00:00:00</Duration>", NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(sends_viewers_only_where_they_can_be_sent)
{
    static const char *const targets[] = {"", "/shop", "javascript:alert(1)",
                                          "https://shop.example/\r\nX: y"};
    struct ad ad = subject_video_ad();
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        subject_set(&ad.target_url, targets[i]);
        for (int version = 0; version < SUBJECT_VERSIONS; version++) {
            subject_assert_lacks(&ad, (enum document_kind)version,
                                 (const char *const[]){"ClickThrough", "/c/", "shop", NULL});
            subject_assert_has(
                &ad, (enum document_kind)version,
                (const char *const[]){"<VideoClicks><ClickTracking>" OURS("click"), NULL});
        }
    }
    subject_clear(&ad);
}
END_TEST

START_TEST(has_no_form_without_anything_to_show)
{
    struct creative_faults faults;
    struct ad ad = subject_ad(1);
    subject_set(&ad.image_url, "/a.png");
    subject_set(&ad.video_url, "ftp://cdn.example/a.mp4");
    subject_set(&ad.wrapper_url, "javascript:alert(1)");
    subject_set(&ad.media_files, "[{\"url\":\"https://a/m.mov\",\"mezzanine\":true}]");
    ad.creative = creative_new(&ad, &faults);
    for (int version = 0; version < SUBJECT_VERSIONS; version++)
        ck_assert(!document_has_form(&ad, (enum document_kind)version));
    ck_assert(document_has_form(&ad, DOCUMENT_JSON));
    subject_clear(&ad);
}
END_TEST

START_TEST(passes_on_no_verifications_that_are_not_fit)
{
    struct ad ad = subject_full_ad();
    free(subject_answer(&ad, DOCUMENT_VAST_2_0));
    ad.creative->has_verifications = false;
    for (int version = 0; version < SUBJECT_VERSIONS; version++) {
        struct document *document = document_render(&ad, (enum document_kind)version, SUBJECT_URL);
        size_t bytes = document_bytes(document, 0);
        char *answer = calloc(1, bytes + 1);
        document_write(document, "", 0, SUBJECT_ID, answer);
        ck_assert_ptr_null(strstr(answer, "Verification"));
        free(answer);
        document_free(document);
    }
    subject_clear(&ad);
}
END_TEST

START_TEST(gives_times_within_a_day)
{
    static const struct {
        int32_t ms;
        const char *duration;
    } times[] = {{-1, "00:00:00"},           {1, "00:00:00.001"},        {59999, "00:00:59.999"},
                 {3600000, "01:00:00"},      {86399999, "23:59:59.999"}, {86400000, "23:59:59.999"},
                 {INT32_MAX, "23:59:59.999"}};
    struct ad ad = subject_video_ad();
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        ad.duration_ms = times[i].ms;
        subject_assert_has(
            &ad, DOCUMENT_VAST_2_0,
            (const char *const[]){"<Duration>", times[i].duration, "</Duration>", NULL});
    }
    ad.skip_after_ms = 0;
    subject_assert_has(&ad, DOCUMENT_VAST_3_0,
                       (const char *const[]){"<Linear skipoffset=\"00:00:00\">", NULL});
    subject_clear(&ad);
}
END_TEST

/* The XML around is counted on to be well-formed: what could spoil it is < & ]]> and controls. */
static void assert_harmless(const char *answer)
{
    static const char *const spoilers[] = {"<a>",          "\x01", "\x1f",  "\t",      "\r",
                                           "\xef\xbf\xbe", "]]>&", "'`]]>", "{{x}}]]", NULL};
    for (size_t i = 0; spoilers[i] != NULL; i++)
        ck_assert_msg(strstr(answer, spoilers[i]) == NULL, "%s in %s", spoilers[i], answer);
    ck_assert_ptr_eq(strchr(strchr(answer, '\n') + 1, '\n'), answer + strlen(answer) - 1);
}

START_TEST(is_spoilt_by_no_column)
{
    char url[200] = "https://cdn.example/a.mp4?";
    struct ad ad = subject_full_ad();
    strcat(url, subject_hostile);
    char **texts[] = {&ad.title,       &ad.advertiser, &ad.category,           &ad.video_type,
                      &ad.media_files, &ad.trackers,   &ad.progress_offsets_ms};
    char **urls[] = {&ad.video_url, &ad.image_url, &ad.target_url};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        subject_set(texts[i], subject_hostile);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        subject_set(urls[i], url);
    for (int version = 0; version < SUBJECT_VERSIONS; version++) {
        char *answer = subject_answer(&ad, (enum document_kind)version);
        assert_harmless(answer);
        subject_has(answer, (const char *const[]){
                                "https://cdn.example/a.mp4?%3Ca%3E&%22'%60%5D%5D%3E%01%1F", NULL});
        free(answer);
    }
    subject_set(&ad.wrapper_url, url);
    for (int version = 0; version < SUBJECT_VERSIONS; version++) {
        char *answer = subject_answer(&ad, (enum document_kind)version);
        assert_harmless(answer);
        free(answer);
    }
    subject_clear(&ad);
}
END_TEST

Suite *vast_columns_suite(void)
{
    Suite *suite = suite_create("vast_columns");
    TCase *tcase = tcase_create("vast_columns");
    tcase_add_test(tcase, says_what_it_must_of_what_is_unset);
    tcase_add_test(tcase, sends_viewers_only_where_they_can_be_sent);
    tcase_add_test(tcase, has_no_form_without_anything_to_show);
    tcase_add_test(tcase, passes_on_no_verifications_that_are_not_fit);
    tcase_add_test(tcase, gives_times_within_a_day);
    tcase_add_test(tcase, is_spoilt_by_no_column);
    suite_add_tcase(suite, tcase);
    return suite;
}
