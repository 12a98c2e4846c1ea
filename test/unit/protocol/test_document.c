/* Answers: the token and the serving id in constant text; no ad; JSON. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "protocol/creative.h"
#include "protocol/event.h"
#include "test/unit/protocol/document_subject.h"
#include "test/unit/suites.h"

#define LONGEST_TOKEN 138

START_TEST(is_found_by_its_version)
{
    enum document_kind kind = DOCUMENT_JSON;
    ck_assert(document_find_vast("2.0", &kind) && kind == DOCUMENT_VAST_2_0);
    ck_assert(document_find_vast("3.0", &kind) && kind == DOCUMENT_VAST_3_0);
    ck_assert(document_find_vast("4.2", &kind) && kind == DOCUMENT_VAST_4_2);
    static const char *const others[] = {"", "4", "4.", "4.20", " 4.2", "1.0", "4.3", "json"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert(!document_find_vast(others[i], &kind));
}
END_TEST

START_TEST(has_a_media_type)
{
    ck_assert_str_eq(document_content_type(DOCUMENT_JSON), "application/json");
    for (int kind = DOCUMENT_VAST_2_0; kind <= DOCUMENT_VAST_4_2; kind++)
        ck_assert_str_eq(document_content_type((enum document_kind)kind),
                         "application/xml; charset=utf-8");
}
END_TEST

static char *nofill_answer(enum document_kind kind, const char *url)
{
    struct document *document = document_render_nofill(kind, url);
    size_t bytes = document_bytes(document, strlen(SUBJECT_TOKEN));
    char *answer = calloc(1, bytes + 1);
    document_write(document, SUBJECT_TOKEN, strlen(SUBJECT_TOKEN), SUBJECT_ID, answer);
    document_free(document);
    return answer;
}

static const struct {
    enum document_kind kind;
    const char *answer;
} NOFILLS[] = {
    {DOCUMENT_VAST_2_0, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<VAST version=\"2.0\">"
                        "<Error><![CDATA[" SUBJECT_URL "/t/error/" SUBJECT_TOKEN
                        "?code=[ERRORCODE]]]></Error></VAST>\n"},
    {DOCUMENT_VAST_3_0, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<VAST version=\"3.0\">"
                        "<Error><![CDATA[" SUBJECT_URL "/t/error/" SUBJECT_TOKEN
                        "?code=[ERRORCODE]]]></Error></VAST>\n"},
    {DOCUMENT_VAST_4_2,
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<VAST version=\"4.2\" "
     "xmlns=\"http://www.iab.com/VAST\"><Error><![CDATA[" SUBJECT_URL "/t/error/" SUBJECT_TOKEN
     "?code=[ERRORCODE]&ss=[SERVERSIDE]]]></Error></VAST>\n"},
    {DOCUMENT_JSON, "{\"nofill\":true,\"error_url\":\"" SUBJECT_URL "/t/error/" SUBJECT_TOKEN
                    "?code=[ERRORCODE]\"}"},
};

START_TEST(tells_that_there_is_no_ad)
{
    char *answer = nofill_answer(NOFILLS[_i].kind, SUBJECT_URL);
    ck_assert_str_eq(answer, NOFILLS[_i].answer);
    free(answer);
}
END_TEST

START_TEST(has_room_for_tokens_of_any_length)
{
    struct ad ad = subject_ad(1);
    subject_set(&ad.video_url, "https://cdn.example/a.mp4");
    char *answer = subject_answer(&ad, DOCUMENT_VAST_4_2);
    struct document *document = document_render(&ad, DOCUMENT_VAST_4_2, SUBJECT_URL);
    char token[LONGEST_TOKEN];
    memset(token, 'x', sizeof token);
    size_t shortest = document_bytes(document, 0);
    for (size_t length = 0; length <= LONGEST_TOKEN; length += LONGEST_TOKEN / 2) {
        size_t bytes = document_bytes(document, length);
        size_t tokens = 0;
        char *text = calloc(1, bytes + 1);
        text[bytes] = '!';
        document_write(document, token, length, SUBJECT_ID, text);
        ck_assert_int_eq(text[bytes], '!');
        text[bytes] = '\0';
        for (const char *at = text; (at = strstr(at, SUBJECT_URL)) != NULL; at++)
            tokens++;
        ck_assert_uint_eq(strlen(text), bytes);
        ck_assert_uint_eq(bytes, shortest + tokens * length);
        ck_assert_ptr_nonnull(strstr(text, "<AdServingId>" SUBJECT_ID "</AdServingId>"));
        free(text);
    }
    document_free(document);
    document_free(NULL);
    free(answer);
    subject_clear(&ad);
}
END_TEST

static json_t *json_answer(struct ad *ad)
{
    char *answer = subject_answer(ad, DOCUMENT_JSON);
    json_error_t error;
    json_t *json = json_loads(answer, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json != NULL, "%s: %s", error.text, answer);
    free(answer);
    return json;
}

static void assert_text(const json_t *json, const char *member, const char *text)
{
    ck_assert_str_eq(json_string_value(json_object_get(json, member)), text);
}

START_TEST(serves_all_of_an_ad)
{
    struct ad ad = subject_ad(7);
    subject_set(&ad.title, "A & \"B\"");
    subject_set(&ad.video_url, "https://cdn.example/a.mp4");
    subject_set(&ad.advertiser, "Shop");
    subject_set(&ad.ad_verifications, "<AdVerifications/>");
    subject_set(&ad.media_files, "[{\"url\":\"https://a/b.m3u8\",\"width\":1},{\"url\":\"x\"}]");
    subject_set(&ad.trackers, "{\"start\":[\"https://b/1\",\"https://b/2\",\"http://c/\"],"
                              "\"click\":\"https://b/3\",\"Nothing\":\"https://b/4\"}");
    subject_set(&ad.progress_offsets_ms, "[9000,5000,-1]");
    ad.skip_after_ms = 0;
    char *answer = subject_answer(&ad, DOCUMENT_JSON);
    subject_has(
        answer,
        (const char *const[]){
            "{\"id\":7,\"image_url\":\"\",\"target_url\":\"https://shop.example/\","
            "\"title\":\"A & \\\"B\\\"\",\"video_url\":\"https://cdn.example/a.mp4\"",
            ",\"skip_after_ms\":0,\"advertiser\":\"Shop\",\"media_files\":[{\"url\":\"https://a/"
            "b.m3u8\",\"type\":\"application/x-mpegURL\",\"delivery\":\"streaming\",\"width\":1}],"
            "\"trackers\":{\"click\":[\"https://b/3\"],\"start\":[\"https://b/1\",\"https://b/2\"]}"
            ",\"progress_offsets_ms\":[5000,9000],\"serving_id\":\"" SUBJECT_ID "\","
            "\"click_url\":\"" SUBJECT_URL "/c/" SUBJECT_TOKEN "\",\"tracking\":{\"click\":\"",
            "\"progress\":[{\"offset_ms\":5000,\"url\":\"" SUBJECT_URL "/t/progress/" SUBJECT_TOKEN
            "?offset=5000\"},{\"offset_ms\":9000,\"url\":\"",
            "?offset=9000\"}],",
            "\"error\":\"" SUBJECT_URL "/t/error/" SUBJECT_TOKEN "?code=[ERRORCODE]\"}}", NULL});
    ck_assert_ptr_null(strstr(answer, "weight"));
    ck_assert_ptr_null(strstr(answer, "Verifications"));
    free(answer);
    subject_clear(&ad);
}
END_TEST

START_TEST(has_a_tracker_for_each_kind_that_clients_tell)
{
    struct ad ad = subject_ad(7);
    json_t *json = json_answer(&ad);
    const json_t *tracking = json_object_get(json, "tracking");
    size_t count = 0;
    for (int i = 0; i < EVENT_KINDS; i++) {
        enum event_kind kind = (enum event_kind)i;
        const char *name = event_kind_name(kind);
        char url[200] = SUBJECT_URL "/t/";
        strcat(strcat(strcat(url, name), "/" SUBJECT_TOKEN),
               kind == EVENT_ERROR ? "?code=[ERRORCODE]" : "");
        count += event_kind_is_clients(kind);
        if (kind == EVENT_PROGRESS)
            ck_assert_uint_eq(json_array_size(json_object_get(tracking, name)), 0);
        else if (event_kind_is_clients(kind))
            assert_text(tracking, name, url);
    }
    ck_assert_uint_eq(json_object_size(tracking), count);
    json_decref(json);
    subject_clear(&ad);
}
END_TEST

START_TEST(gives_no_click_url_where_nobody_can_be_sent)
{
    struct ad ad = subject_ad(7);
    subject_set(&ad.target_url, "javascript:alert(1)");
    json_t *json = json_answer(&ad);
    ck_assert_ptr_null(json_object_get(json, "click_url"));
    json_decref(json);
    subject_clear(&ad);
}
END_TEST

START_TEST(is_spoilt_by_no_text)
{
    char url[200] = "https://cdn.example/a.mp4?";
    struct ad ad = subject_ad(7);
    strcat(url, subject_hostile);
    char **texts[] = {&ad.title,     &ad.advertiser, &ad.category,   &ad.video_type,
                      &ad.image_url, &ad.trackers,   &ad.media_files};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        subject_set(texts[i], subject_hostile);
    subject_set(&ad.target_url, url);
    subject_set(&ad.video_url, url);
    subject_set(&ad.wrapper_url, url);
    json_t *json = json_answer(&ad);
    assert_text(json, "title", subject_hostile);
    assert_text(json, "wrapper_url", url);
    ck_assert_ptr_null(json_object_get(json, "media_files"));
    json_decref(json);
    subject_clear(&ad);
}
END_TEST

START_TEST(has_no_form_for_an_ad_that_no_event_can_name)
{
    struct ad ad = subject_video_ad();
    struct creative_faults faults;
    ad.creative = creative_new(&ad, &faults);
    for (ad.id = -1; ad.id <= 1; ad.id++)
        for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
            ck_assert_int_eq(document_has_form(&ad, (enum document_kind)kind), ad.id == 1);
    subject_clear(&ad);
}
END_TEST

Suite *document_suite(void)
{
    Suite *suite = suite_create("document");
    TCase *tcase = tcase_create("document");
    tcase_add_test(tcase, is_found_by_its_version);
    tcase_add_test(tcase, has_a_media_type);
    tcase_add_loop_test(tcase, tells_that_there_is_no_ad, 0,
                        (int)(sizeof NOFILLS / sizeof NOFILLS[0]));
    tcase_add_test(tcase, has_room_for_tokens_of_any_length);
    tcase_add_test(tcase, serves_all_of_an_ad);
    tcase_add_test(tcase, has_a_tracker_for_each_kind_that_clients_tell);
    tcase_add_test(tcase, gives_no_click_url_where_nobody_can_be_sent);
    tcase_add_test(tcase, is_spoilt_by_no_text);
    tcase_add_test(tcase, has_no_form_for_an_ad_that_no_event_can_name);
    suite_add_tcase(suite, tcase);
    return suite;
}
