/* Documents of VAST: what each version has, and in which order. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/creative.h"
#include "test/unit/protocol/document_subject.h"
#include "test/unit/suites.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define TRACKER SUBJECT_URL "/t/"
#define OURS(event) "<![CDATA[" TRACKER event "/" SUBJECT_TOKEN
#define THEIRS(path) "<![CDATA[https://third.example/" path "]]>"

START_TEST(has_every_part_of_4_2_in_its_schemas_order)
{
    struct ad ad = subject_full_ad();
    subject_assert_has(
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
            "<AdTitle>A &amp; B</AdTitle>" SUBJECT_VERIFICATIONS "<Advertiser>Shop</Advertiser>"
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
    struct ad ad = subject_full_ad();
    subject_assert_has(
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
            "type=\"AdVerifications\">" SUBJECT_VERIFICATIONS "</Extension></Extensions></InLine>",
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
    struct ad ad = subject_full_ad();
    subject_assert_lacks(&ad, DOCUMENT_VAST_3_0,
                         (const char *const[]){"AdServingId", "UniversalAdId", "ViewableImpression",
                                               "Mezzanine", "m.mov", "Category", "SERVERSIDE",
                                               "xmlns", "third.example/l", "third.example/n",
                                               "third.example/e", NULL});
    subject_assert_lacks(&ad, DOCUMENT_VAST_2_0,
                         (const char *const[]){"AdServingId", "UniversalAdId", "ViewableImpression",
                                               "Mezzanine", "m.mov", "Category", "SERVERSIDE",
                                               "xmlns", "Advertiser", "codec", "skipoffset",
                                               "progress\"", "offset", "third.example/p",
                                               "third.example/e", NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(tells_each_offset_of_progress_to_all)
{
    struct ad ad = subject_full_ad();
    subject_assert_has(
        &ad, DOCUMENT_VAST_4_2,
        (const char *const[]){
            "<Tracking event=\"start\">" OURS("start") "?ss=[SERVERSIDE]]]></Tracking>",
            "<Tracking event=\"start\">" THEIRS("s") "</Tracking>",
            "<Tracking event=\"progress\" offset=\"00:00:05\">" OURS("progress"),
            "?offset=5000&ss=[SERVERSIDE]]]></Tracking>",
            "<Tracking event=\"progress\" offset=\"00:00:05\">" THEIRS("p"),
            "<Tracking event=\"progress\" offset=\"00:00:12.345\">" OURS("progress"),
            "?offset=12345&ss=[SERVERSIDE]]]></Tracking>",
            "<Tracking event=\"progress\" offset=\"00:00:12.345\">" THEIRS("p"), NULL});
    subject_assert_has(
        &ad, DOCUMENT_VAST_3_0,
        (const char *const[]){"offset=\"00:00:05\">" OURS("progress") "?offset=5000]]>", NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(shows_an_image_where_there_is_no_media)
{
    struct ad ad = subject_ad(8);
    subject_set(&ad.image_url, "https://cdn.example/a.png");
    subject_set(&ad.media_files, "[{\"url\":\"https://a/m.mov\",\"mezzanine\":true}]");
    static const char size[] = "<NonLinearAds><TrackingEvents>";
    subject_assert_has(
        &ad, DOCUMENT_VAST_4_2,
        (const char *const[]){
            "<AdTitle>Ad 8</AdTitle>", size,
            "</TrackingEvents><NonLinear width=\"300\" height=\"250\"><StaticResource "
            "creativeType=\"image/png\"><![CDATA[https://cdn.example/a.png]]>"
            "</StaticResource><NonLinearClickThrough><![CDATA[" SUBJECT_URL "/c/",
            "</NonLinearClickThrough><NonLinearClickTracking>" OURS("click"),
            "</NonLinearClickTracking></NonLinear></NonLinearAds><UniversalAdId", NULL});
    subject_assert_has(&ad, DOCUMENT_VAST_3_0,
                       (const char *const[]){size, "</StaticResource><NonLinearClickTracking>",
                                             "</NonLinearClickTracking><NonLinearClickThrough>",
                                             "</NonLinearClickThrough></NonLinear></NonLinearAds>"
                                             "</Creative>",
                                             NULL});
    subject_assert_has(&ad, DOCUMENT_VAST_2_0,
                       (const char *const[]){size, "</StaticResource><NonLinearClickThrough>",
                                             "</NonLinearClickThrough></NonLinear>", NULL});
    for (int version = 0; version < SUBJECT_VERSIONS; version++)
        subject_assert_lacks(&ad, (enum document_kind)version,
                             (const char *const[]){"start", "Quartile", "complete", "progress",
                                                   "m.mov", "minSuggested", NULL});
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
    subject_assert_has(&ad, DOCUMENT_VAST_2_0,
                       (const char *const[]){"<NonLinear width=\"728\" height=\"90\" "
                                             "minSuggestedDuration=\"00:00:10\"><StaticResource "
                                             "creativeType=\"image/jpeg\">",
                                             NULL});
    subject_clear(&ad);
}
END_TEST

START_TEST(wraps_whatever_else_there_is)
{
    struct ad ad = subject_full_ad();
    subject_set(&ad.wrapper_url, "https://third.example/vast?a=1&b=[CACHEBUSTING]");
    subject_assert_has(
        &ad, DOCUMENT_VAST_4_2,
        (const char *const[]){
            "<Wrapper followAdditionalWrappers=\"true\" allowMultipleAds=\"false\">"
            "<AdSystem",
            "<Error>", "<Error>" THEIRS("e"), "<Impression>", "<Impression>" THEIRS("i"),
            "<ViewableImpression>", "</ViewableImpression>" SUBJECT_VERIFICATIONS "<Creatives>",
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
        subject_assert_has(&ad, (enum document_kind)version,
                           (const char *const[]){"<Wrapper><AdSystem", "</AdSystem><VASTAdTagURI>",
                                                 "</VASTAdTagURI><Error>", "</Error><Impression>",
                                                 "<Creatives>", "</Creatives><Extensions>",
                                                 "</Extensions></Wrapper></Ad></VAST>", NULL});
    for (int version = 0; version < SUBJECT_VERSIONS; version++)
        subject_assert_lacks(&ad, (enum document_kind)version,
                             (const char *const[]){"MediaFile", "ClickThrough", "AdTitle",
                                                   "AdServingId", "StaticResource", "skipoffset",
                                                   "Duration", NULL});
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
    suite_add_tcase(suite, tcase);
    return suite;
}
