/* Documents of VAST: what each version has, and in which order. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/creative.h"
#include "test/unit/protocol/document_subject.h"
#include "test/unit/suites.h"

#define VERSIONS 3
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define TRACKER SUBJECT_URL "/t/"
#define OURS(event) "<![CDATA[" TRACKER event "/" SUBJECT_TOKEN
#define THEIRS(path) "<![CDATA[https://third.example/" path "]]>"
#define VERIFICATIONS                                                                              \
    "<AdVerifications><Verification vendor=\"a\"></Verification></AdVerifications>"

static struct ad video_ad(void)
{
    struct ad ad = subject_ad(7);
    subject_set(&ad.title, "A & B");
    subject_set(&ad.video_url, "https://cdn.example/a.mp4");
    ad.video_width = 1280;
    ad.video_height = 720;
    ad.duration_ms = 30500;
    return ad;
}

static struct ad full_ad(void)
{
    struct ad ad = video_ad();
    ad.skip_after_ms = 5000;
    subject_set(&ad.image_url, "https://cdn.example/a.png");
    subject_set(&ad.advertiser, "Shop");
    subject_set(&ad.category, "IAB1-6");
    subject_set(
        &ad.media_files,
        "[{\"url\":\"https://cdn.example/m.mov\",\"mezzanine\":true,\"bitrate_kbps\":9},"
        "{\"url\":\"https://cdn.example/b.m3u8\",\"codec\":\"avc1\",\"bitrate_kbps\":800}]");
    subject_set(&ad.trackers,
                "{\"impression\":\"https://third.example/i\",\"error\":\"https://third.example/e\","
                "\"click\":\"https://third.example/c\",\"start\":\"https://third.example/s\","
                "\"progress\":\"https://third.example/p\",\"loaded\":\"https://third.example/l\","
                "\"notViewable\":\"https://third.example/n\"}");
    subject_set(&ad.progress_offsets_ms, "[12345,5000]");
    subject_set(&ad.ad_verifications, VERIFICATIONS);
    return ad;
}

static void assert_has(struct ad *ad, enum document_kind version, const char *const *pieces)
{
    char *answer = subject_answer(ad, version);
    subject_has(answer, pieces);
    free(answer);
}

static void assert_lacks(struct ad *ad, enum document_kind version, const char *const *pieces)
{
    char *answer = subject_answer(ad, version);
    for (; *pieces != NULL; pieces++)
        ck_assert_msg(strstr(answer, *pieces) == NULL, "%s in %s", *pieces, answer);
    free(answer);
}

START_TEST(has_every_part_of_4_2_in_its_schemas_order)
{
    struct ad ad = full_ad();
    assert_has(
        &ad, DOCUMENT_VAST_4_2,
        (const char *const[]){
            HEAD "<VAST version=\"4.2\" xmlns=\"http://www.iab.com/VAST\"><Ad id=\"7\"><InLine>"
                 "<AdSystem version=\"",
            "\">video-ad-tracker</AdSystem><Error>" OURS("error"),
            "?code=[ERRORCODE]&ss=[SERVERSIDE]]]></Error><Error>" THEIRS(
                "e") "</Error><Impression>",
            OURS("impression") "?ss=[SERVERSIDE]]]></Impression><Impression>" THEIRS("i"),
            "</Impression><ViewableImpression><Viewable>" OURS("viewable"),
            "</Viewable><NotViewable>" OURS("notViewable"),
            "</NotViewable><NotViewable>" THEIRS("n"),
            "</NotViewable><ViewUndetermined>" OURS("viewUndetermined"),
            "</ViewUndetermined></ViewableImpression><AdServingId>" SUBJECT_ID "</AdServingId>"
            "<AdTitle>A &amp; B</AdTitle>" VERIFICATIONS "<Advertiser>Shop</Advertiser>"
            "<Category authority=\"https://www.iabtechlab.com/\">IAB1-6</Category><Creatives>"
            "<Creative id=\"7\"><Linear skipoffset=\"00:00:05\"><TrackingEvents>",
            "</TrackingEvents><Duration>00:00:30.500</Duration><MediaFiles>"
            "<MediaFile delivery=\"progressive\" type=\"video/mp4\" width=\"1280\" height=\"720\">"
            "<![CDATA[https://cdn.example/a.mp4]]></MediaFile>"
            "<MediaFile delivery=\"streaming\" type=\"application/x-mpegURL\" width=\"0\" "
            "height=\"0\" codec=\"avc1\" bitrate=\"800\"><![CDATA[https://cdn.example/b.m3u8]]>"
            "</MediaFile><Mezzanine delivery=\"progressive\" type=\"video/quicktime\" width=\"0\" "
            "height=\"0\"><![CDATA[https://cdn.example/m.mov]]></Mezzanine></MediaFiles>"
            "<VideoClicks><ClickTracking>" OURS("click"),
            "?ss=[SERVERSIDE]]]></ClickTracking><ClickTracking>" THEIRS("c"),
            "</ClickTracking><ClickThrough><![CDATA[" SUBJECT_URL "/c/" SUBJECT_TOKEN "]]>",
            "</ClickThrough></VideoClicks></Linear>"
            "<UniversalAdId idRegistry=\"unknown\">unknown</UniversalAdId></Creative></Creatives>"
            "</InLine></Ad></VAST>\n",
            NULL});
    subject_clear(&ad);
}
END_TEST

static void assert_has_older(enum document_kind version, const char *head, const char *middle)
{
    struct ad ad = full_ad();
    assert_has(
        &ad, version,
        (const char *const[]){
            head, "\">video-ad-tracker</AdSystem><AdTitle>A &amp; B</AdTitle>", middle,
            "<Error>" OURS("error") "?code=[ERRORCODE]]]></Error><Impression>",
            OURS("impression") "]]></Impression><Impression>" THEIRS("i"),
            "</Impression><Creatives><Creative id=\"7\"><Linear", "><Duration>00:00:30.500",
            "</Duration><TrackingEvents>", "</TrackingEvents><VideoClicks><ClickThrough>",
            "/c/" SUBJECT_TOKEN "]]></ClickThrough><ClickTracking>" OURS("click"),
            "]]></ClickTracking><ClickTracking>" THEIRS("c") "</ClickTracking>",
            "</VideoClicks><MediaFiles><MediaFile delivery=\"progressive\"",
            "bitrate=\"800\"><![CDATA[https://cdn.example/b.m3u8]]></MediaFile></MediaFiles>",
            "</Linear></Creative></Creatives><Extensions><Extension "
            "type=\"AdVerifications\">" VERIFICATIONS "</Extension></Extensions></InLine>",
            "</Ad></VAST>\n", NULL});
    subject_clear(&ad);
}

START_TEST(has_every_part_of_3_0_in_its_schemas_order)
{
    assert_has_older(DOCUMENT_VAST_3_0,
                     HEAD "<VAST version=\"3.0\"><Ad id=\"7\"><InLine><AdSystem version=\"",
                     "<Advertiser>Shop</Advertiser>");
}
END_TEST

START_TEST(has_every_part_of_2_0_in_its_schemas_order)
{
    assert_has_older(DOCUMENT_VAST_2_0,
                     HEAD "<VAST version=\"2.0\"><Ad id=\"7\"><InLine><AdSystem version=\"", "");
}
END_TEST

START_TEST(lacks_what_older_versions_do_not_know)
{
    struct ad ad = full_ad();
    assert_lacks(&ad, DOCUMENT_VAST_3_0,
                 (const char *const[]){"AdServingId", "UniversalAdId", "ViewableImpression",
                                       "Mezzanine", "m.mov", "Category", "SERVERSIDE", "xmlns",
                                       "third.example/l", "third.example/n", "third.example/e",
                                       NULL});
    assert_lacks(&ad, DOCUMENT_VAST_2_0,
                 (const char *const[]){"AdServingId", "UniversalAdId", "ViewableImpression",
                                       "Mezzanine", "m.mov", "Category", "SERVERSIDE", "xmlns",
                                       "Advertiser", "codec", "skipoffset", "progress\"", "offset",
                                       "third.example/p", "third.example/e", NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(tells_each_offset_of_progress_to_all)
{
    struct ad ad = full_ad();
    assert_has(&ad, DOCUMENT_VAST_4_2,
               (const char *const[]){
                   "<Tracking event=\"start\">" OURS("start") "?ss=[SERVERSIDE]]]></Tracking>",
                   "<Tracking event=\"start\">" THEIRS("s") "</Tracking>",
                   "<Tracking event=\"progress\" offset=\"00:00:05\">" OURS("progress"),
                   "?offset=5000&ss=[SERVERSIDE]]]></Tracking>",
                   "<Tracking event=\"progress\" offset=\"00:00:05\">" THEIRS("p"),
                   "<Tracking event=\"progress\" offset=\"00:00:12.345\">" OURS("progress"),
                   "?offset=12345&ss=[SERVERSIDE]]]></Tracking>",
                   "<Tracking event=\"progress\" offset=\"00:00:12.345\">" THEIRS("p"), NULL});
    assert_has(
        &ad, DOCUMENT_VAST_3_0,
        (const char *const[]){"offset=\"00:00:05\">" OURS("progress") "?offset=5000]]>", NULL});
    subject_clear(&ad);
}
END_TEST

/* ---- nonlinear */

START_TEST(shows_an_image_where_there_is_no_media)
{
    struct ad ad = subject_ad(8);
    subject_set(&ad.image_url, "https://cdn.example/a.png");
    subject_set(&ad.media_files, "[{\"url\":\"https://a/m.mov\",\"mezzanine\":true}]");
    static const char size[] = "<NonLinearAds><TrackingEvents>";
    assert_has(&ad, DOCUMENT_VAST_4_2,
               (const char *const[]){
                   "<AdTitle>Ad 8</AdTitle>", size,
                   "</TrackingEvents><NonLinear width=\"300\" height=\"250\"><StaticResource "
                   "creativeType=\"image/png\"><![CDATA[https://cdn.example/a.png]]>"
                   "</StaticResource><NonLinearClickThrough><![CDATA[" SUBJECT_URL "/c/",
                   "</NonLinearClickThrough><NonLinearClickTracking>" OURS("click"),
                   "</NonLinearClickTracking></NonLinear></NonLinearAds><UniversalAdId", NULL});
    assert_has(&ad, DOCUMENT_VAST_3_0,
               (const char *const[]){size, "</StaticResource><NonLinearClickTracking>",
                                     "</NonLinearClickTracking><NonLinearClickThrough>",
                                     "</NonLinearClickThrough></NonLinear></NonLinearAds>"
                                     "</Creative>",
                                     NULL});
    assert_has(&ad, DOCUMENT_VAST_2_0,
               (const char *const[]){size, "</StaticResource><NonLinearClickThrough>",
                                     "</NonLinearClickThrough></NonLinear>", NULL});
    for (int version = 0; version < VERSIONS; version++)
        assert_lacks(&ad, (enum document_kind)version,
                     (const char *const[]){"start", "Quartile", "complete", "progress", "m.mov",
                                           "minSuggested", NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(gives_the_images_size_and_time)
{
    struct ad ad = subject_ad(8);
    subject_set(&ad.image_url, "https://cdn.example/a");
    ad.image_width = 728;
    ad.image_height = 90;
    ad.duration_ms = 10000;
    assert_has(&ad, DOCUMENT_VAST_2_0,
               (const char *const[]){"<NonLinear width=\"728\" height=\"90\" "
                                     "minSuggestedDuration=\"00:00:10\"><StaticResource "
                                     "creativeType=\"image/jpeg\">",
                                     NULL});
    subject_clear(&ad);
}
END_TEST

/* ---- wrappers */

START_TEST(wraps_whatever_else_there_is)
{
    struct ad ad = full_ad();
    subject_set(&ad.wrapper_url, "https://third.example/vast?a=1&b=[CACHEBUSTING]");
    assert_has(&ad, DOCUMENT_VAST_4_2,
               (const char *const[]){
                   "<Wrapper followAdditionalWrappers=\"true\" allowMultipleAds=\"false\">"
                   "<AdSystem",
                   "<Error>", "<Error>" THEIRS("e"), "<Impression>", "<Impression>" THEIRS("i"),
                   "<ViewableImpression>", "</ViewableImpression>" VERIFICATIONS "<Creatives>",
                   "<Creative id=\"7\"><Linear><TrackingEvents>", "offset=\"00:00:05\"",
                   "</TrackingEvents><VideoClicks><ClickTracking>" OURS("click"), THEIRS("c"),
                   "</VideoClicks></Linear></Creative><Creative id=\"7\"><NonLinearAds>"
                   "<TrackingEvents>",
                   "</TrackingEvents><NonLinear><NonLinearClickTracking>",
                   "</NonLinearClickTracking></NonLinear></NonLinearAds></Creative></Creatives>"
                   "<VASTAdTagURI><![CDATA[https://third.example/vast?a=1&b=[CACHEBUSTING]]]>"
                   "</VASTAdTagURI></Wrapper></Ad></VAST>",
                   NULL});
    for (int version = DOCUMENT_VAST_2_0; version <= DOCUMENT_VAST_3_0; version++)
        assert_has(&ad, (enum document_kind)version,
                   (const char *const[]){"<Wrapper><AdSystem", "</AdSystem><VASTAdTagURI>",
                                         "</VASTAdTagURI><Error>", "</Error><Impression>",
                                         "<Creatives>", "</Creatives><Extensions>",
                                         "</Extensions></Wrapper></Ad></VAST>", NULL});
    for (int version = 0; version < VERSIONS; version++)
        assert_lacks(&ad, (enum document_kind)version,
                     (const char *const[]){"MediaFile", "ClickThrough", "AdTitle", "AdServingId",
                                           "StaticResource", "skipoffset", "Duration", NULL});
    subject_clear(&ad);
}
END_TEST

/* ---- what is unset, or fit for nothing */

START_TEST(says_what_it_must_of_what_is_unset)
{
    struct ad ad = subject_ad(9);
    subject_set(&ad.video_url, "https://cdn.example/a");
    subject_set(&ad.title, " \n");
    subject_set(&ad.advertiser, "");
    subject_set(&ad.category, "");
    assert_has(&ad, DOCUMENT_VAST_4_2,
               (const char *const[]){"<AdTitle>Ad 9</AdTitle><Creatives>", "<Linear>",
                                     "<Duration>00:00:00</Duration>", NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(sends_viewers_only_where_they_can_be_sent)
{
    static const char *const targets[] = {"", "/shop", "javascript:alert(1)",
                                          "https://shop.example/\r\nX: y"};
    struct ad ad = video_ad();
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        subject_set(&ad.target_url, targets[i]);
        for (int version = 0; version < VERSIONS; version++) {
            assert_lacks(&ad, (enum document_kind)version,
                         (const char *const[]){"ClickThrough", "/c/", "shop", NULL});
            assert_has(&ad, (enum document_kind)version,
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
    for (int version = 0; version < VERSIONS; version++)
        ck_assert(!document_has_form(&ad, (enum document_kind)version));
    ck_assert(document_has_form(&ad, DOCUMENT_JSON));
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
    struct ad ad = video_ad();
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        ad.duration_ms = times[i].ms;
        assert_has(&ad, DOCUMENT_VAST_2_0,
                   (const char *const[]){"<Duration>", times[i].duration, "</Duration>", NULL});
    }
    ad.skip_after_ms = 0;
    assert_has(&ad, DOCUMENT_VAST_3_0,
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
    struct ad ad = full_ad();
    strcat(url, subject_hostile);
    char **texts[] = {&ad.title,       &ad.advertiser, &ad.category,           &ad.video_type,
                      &ad.media_files, &ad.trackers,   &ad.progress_offsets_ms};
    char **urls[] = {&ad.video_url, &ad.image_url, &ad.target_url};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        subject_set(texts[i], subject_hostile);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        subject_set(urls[i], url);
    for (int version = 0; version < VERSIONS; version++) {
        char *answer = subject_answer(&ad, (enum document_kind)version);
        assert_harmless(answer);
        subject_has(answer, (const char *const[]){
                                "https://cdn.example/a.mp4?%3Ca%3E&%22'%60%5D%5D%3E%01%1F", NULL});
        free(answer);
    }
    subject_set(&ad.wrapper_url, url);
    for (int version = 0; version < VERSIONS; version++) {
        char *answer = subject_answer(&ad, (enum document_kind)version);
        assert_harmless(answer);
        free(answer);
    }
    subject_clear(&ad);
}
END_TEST

Suite *vast_suite(void)
{
    Suite *suite = suite_create("vast");
    TCase *tcase = tcase_create("vast");
    tcase_add_test(tcase, has_every_part_of_4_2_in_its_schemas_order);
    tcase_add_test(tcase, has_every_part_of_3_0_in_its_schemas_order);
    tcase_add_test(tcase, has_every_part_of_2_0_in_its_schemas_order);
    tcase_add_test(tcase, lacks_what_older_versions_do_not_know);
    tcase_add_test(tcase, tells_each_offset_of_progress_to_all);
    tcase_add_test(tcase, shows_an_image_where_there_is_no_media);
    tcase_add_test(tcase, gives_the_images_size_and_time);
    tcase_add_test(tcase, wraps_whatever_else_there_is);
    tcase_add_test(tcase, says_what_it_must_of_what_is_unset);
    tcase_add_test(tcase, sends_viewers_only_where_they_can_be_sent);
    tcase_add_test(tcase, has_no_form_without_anything_to_show);
    tcase_add_test(tcase, gives_times_within_a_day);
    tcase_add_test(tcase, is_spoilt_by_no_column);
    suite_add_tcase(suite, tcase);
    return suite;
}
