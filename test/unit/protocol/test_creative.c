/* What an ad's columns in JSON say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct creative_faults faults;

/* To be freed; its faults are in `faults`. */
static struct creative *read_columns(const char *media, const char *trackers, const char *offsets)
{
    char *texts[] = {media != NULL ? strdup(media) : NULL,
                     trackers != NULL ? strdup(trackers) : NULL,
                     offsets != NULL ? strdup(offsets) : NULL};
    const struct ad ad = {
        .id = 1, .media_files = texts[0], .trackers = texts[1], .progress_offsets_ms = texts[2]};
    struct creative *creative = creative_new(&ad, &faults);
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
    return creative;
}

static void assert_one_fault(const char *column, const char *reason)
{
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.faults[0].column, column);
    ck_assert_str_eq(faults.faults[0].reason, reason);
}

START_TEST(is_empty_where_nothing_is_set)
{
    struct creative *creative = read_columns(NULL, NULL, NULL);
    ck_assert_uint_eq(creative->media_count, 0);
    ck_assert_uint_eq(creative->tracker_count, 0);
    ck_assert_uint_eq(creative->offset_count, 0);
    ck_assert(!creative->has_verifications);
    ck_assert_ptr_null(creative->documents[DOCUMENT_JSON]);
    ck_assert_uint_eq(faults.count, 0);
    creative_free(creative);
    creative_free(NULL);
}
END_TEST

START_TEST(is_empty_where_columns_are_null_or_empty)
{
    struct creative *creative = read_columns("null", "null", "null");
    ck_assert_uint_eq(faults.count, 0);
    creative_free(creative);
    creative = read_columns("[]", "{}", " [] ");
    ck_assert_uint_eq(creative->media_count + creative->tracker_count + creative->offset_count, 0);
    ck_assert_uint_eq(faults.count, 0);
    creative_free(creative);
}
END_TEST

START_TEST(reads_every_member_of_a_media_file)
{
    struct creative *creative = read_columns(
        "[{\"url\":\"https://a/b.mp4\",\"type\":\"video/x\",\"delivery\":\"streaming\","
        "\"width\":1920,\"height\":1080,\"bitrate_kbps\":4500,\"codec\":\"avc1\","
        "\"mezzanine\":true}]",
        NULL, NULL);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_uint_eq(creative->media_count, 1);
    const struct media_file *media = creative->media;
    ck_assert_str_eq(media->url, "https://a/b.mp4");
    ck_assert_str_eq(media->type, "video/x");
    ck_assert_str_eq(media->codec, "avc1");
    ck_assert_int_eq(media->width, 1920);
    ck_assert_int_eq(media->height, 1080);
    ck_assert_int_eq(media->bitrate_kbps, 4500);
    ck_assert(media->is_streaming && media->is_mezzanine);
    creative_free(creative);
}
END_TEST

static const struct {
    const char *item;
    const char *type;
    bool is_streaming;
} DEFAULTS[] = {
    {"{\"url\":\"http://a/b\"}", "video/mp4", false},
    {"{\"url\":\"http://a/b.m3u8\"}", "application/x-mpegURL", true},
    {"{\"url\":\"http://a/b.mpd\"}", "application/dash+xml", true},
    {"{\"url\":\"http://a/b\",\"type\":\"application/vnd.apple.mpegurl\"}",
     "application/vnd.apple.mpegurl", true},
    {"{\"url\":\"http://a/b.m3u8\",\"delivery\":\"progressive\"}", "application/x-mpegURL", false},
    {"{\"url\":\"http://a/b\",\"type\":null,\"delivery\":null,\"width\":null,\"codec\":null}",
     "video/mp4", false},
};

START_TEST(finds_out_what_a_media_file_does_not_say)
{
    char media[200];
    (void)snprintf(media, sizeof media, "[%s]", DEFAULTS[_i].item);
    struct creative *creative = read_columns(media, NULL, NULL);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_uint_eq(creative->media_count, 1);
    ck_assert_str_eq(creative->media[0].type, DEFAULTS[_i].type);
    ck_assert_int_eq(creative->media[0].is_streaming, DEFAULTS[_i].is_streaming);
    ck_assert_ptr_null(creative->media[0].codec);
    ck_assert_int_eq(creative->media[0].width, 0);
    ck_assert(!creative->media[0].is_mezzanine);
    creative_free(creative);
}
END_TEST

static const struct {
    const char *item;
    const char *reason;
} MEDIA_FAULTS[] = {
    {"\"https://a/\"", "an item is no object"},
    {"null", "an item is no object"},
    {"{}", "an item has no url"},
    {"{\"url\":null}", "an item has no url"},
    {"{\"url\":1}", "an item has no url"},
    {"{\"url\":\"\"}", "an item's url is no http or https URL"},
    {"{\"url\":\"/b.mp4\"}", "an item's url is no http or https URL"},
    {"{\"url\":\"javascript:alert(1)\"}", "an item's url is no http or https URL"},
    {"{\"url\":\"https://a/\",\"type\":1}", "an item's type is no text"},
    {"{\"url\":\"https://a/\",\"type\":\"\"}", "an item's type is no text"},
    {"{\"url\":\"https://a/\",\"type\":\"a\\nb\"}", "an item's type is no text"},
    {"{\"url\":\"https://a/\",\"codec\":[]}", "an item's codec is no text"},
    {"{\"url\":\"https://a/\",\"delivery\":\"fast\"}",
     "an item's delivery is neither progressive nor streaming"},
    {"{\"url\":\"https://a/\",\"delivery\":true}",
     "an item's delivery is neither progressive nor streaming"},
    {"{\"url\":\"https://a/\",\"width\":-1}", "an item's width is no integer from 0 to 2147483647"},
    {"{\"url\":\"https://a/\",\"width\":2147483648}",
     "an item's width is no integer from 0 to 2147483647"},
    {"{\"url\":\"https://a/\",\"height\":1.5}",
     "an item's height is no integer from 0 to 2147483647"},
    {"{\"url\":\"https://a/\",\"bitrate_kbps\":\"1\"}",
     "an item's bitrate_kbps is no integer from 0 to 2147483647"},
    {"{\"url\":\"https://a/\",\"mezzanine\":1}", "an item's mezzanine is neither true nor false"},
    {"{\"url\":\"https://a/\",\"Width\":1}", "an item has an unknown member"},
};

START_TEST(leaves_out_a_media_file_with_a_fault)
{
    char media[300];
    (void)snprintf(media, sizeof media,
                   "[{\"url\":\"https://a/1\"},%s,{\"url\":\"https://a/2\"},%s]",
                   MEDIA_FAULTS[_i].item, MEDIA_FAULTS[_i].item);
    struct creative *creative = read_columns(media, NULL, NULL);
    assert_one_fault("media_files", MEDIA_FAULTS[_i].reason);
    ck_assert_uint_eq(creative->media_count, 2);
    ck_assert_str_eq(creative->media[0].url, "https://a/1");
    ck_assert_str_eq(creative->media[1].url, "https://a/2");
    creative_free(creative);
}
END_TEST

START_TEST(puts_the_video_first)
{
    char media[] = "[{\"url\":\"https://a/2\"}]";
    char url[] = "https://a/1.webm";
    char type[] = "video/x";
    struct ad ad = {
        .id = 1, .media_files = media, .video_url = url, .video_width = 640, .video_height = -1};
    struct creative *creative = creative_new(&ad, &faults);
    ck_assert_uint_eq(creative->media_count, 2);
    ck_assert_str_eq(creative->media[0].url, url);
    ck_assert_str_eq(creative->media[0].type, "video/webm");
    ck_assert_int_eq(creative->media[0].width, 640);
    ck_assert_int_eq(creative->media[0].height, 0);
    ck_assert_str_eq(creative->media[1].url, "https://a/2");
    creative_free(creative);
    ad.video_type = type;
    creative = creative_new(&ad, &faults);
    ck_assert_str_eq(creative->media[0].type, "video/x");
    creative_free(creative);
}
END_TEST

START_TEST(passes_over_a_video_that_is_nowhere)
{
    char url[] = "/1.webm";
    const struct ad ad = {.id = 1, .video_url = url};
    struct creative *creative = creative_new(&ad, &faults);
    ck_assert_uint_eq(creative->media_count, 0);
    ck_assert_uint_eq(faults.count, 0);
    creative_free(creative);
}
END_TEST

START_TEST(tells_of_a_wrapper_that_is_nowhere)
{
    char url[] = "third.example/vast";
    struct ad ad = {.id = 1, .wrapper_url = url};
    creative_free(creative_new(&ad, &faults));
    assert_one_fault("wrapper_url", "it is no http or https URL");
    url[0] = '\0';
    creative_free(creative_new(&ad, &faults));
    ck_assert_uint_eq(faults.count, 0);
}
END_TEST

START_TEST(reads_trackers_by_kind)
{
    struct creative *creative = read_columns(
        NULL,
        "{\"complete\":\"https://a/4\",\"impression\":[\"https://a/2\",\"https://a/3\"],"
        "\"click\":\"https://a/1\",\"skip\":null,\"start\":[]}",
        NULL);
    static const enum event_kind kinds[] = {EVENT_CLICK, EVENT_IMPRESSION, EVENT_IMPRESSION,
                                            EVENT_COMPLETE};
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_uint_eq(creative->tracker_count, 4);
    for (size_t i = 0; i < 4; i++) {
        char url[20];
        (void)snprintf(url, sizeof url, "https://a/%zu", i + 1);
        ck_assert_int_eq(creative->trackers[i].kind, kinds[i]);
        ck_assert_str_eq(creative->trackers[i].url, url);
    }
    creative_free(creative);
}
END_TEST

static const struct {
    const char *members;
    const char *reason;
} TRACKER_FAULTS[] = {
    {"\"start\":\"http://a/\"", "a tracker is no https URL"},
    {"\"start\":[\"/a\"]", "a tracker is no https URL"},
    {"\"start\":[[\"https://a/\"]]", "a tracker is no https URL"},
    {"\"start\":[null]", "a tracker is no https URL"},
    {"\"start\":{\"url\":\"https://a/\"}", "a tracker is no https URL"},
    {"\"Start\":\"https://a/\"", "an event is unknown"},
    {"\"creativeView\":\"https://a/\"", "an event is unknown"},
    {"\"request\":\"https://a/\"", "an event is unknown"},
    {"\"nofill\":\"https://a/\"", "an event is unknown"},
    {"\"\":\"https://a/\"", "an event is unknown"},
};

START_TEST(leaves_out_a_tracker_with_a_fault)
{
    char trackers[200];
    (void)snprintf(trackers, sizeof trackers, "{%s,\"skip\":\"https://a/1\"}",
                   TRACKER_FAULTS[_i].members);
    struct creative *creative = read_columns(NULL, trackers, NULL);
    assert_one_fault("trackers", TRACKER_FAULTS[_i].reason);
    ck_assert_uint_eq(creative->tracker_count, 1);
    ck_assert_int_eq(creative->trackers[0].kind, EVENT_SKIP);
    creative_free(creative);
}
END_TEST

START_TEST(reads_offsets_in_their_order)
{
    struct creative *creative = read_columns(NULL, NULL, "[86400000,0,5000]");
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_uint_eq(creative->offset_count, 3);
    ck_assert_int_eq(creative->offsets_ms[0], 0);
    ck_assert_int_eq(creative->offsets_ms[1], 5000);
    ck_assert_int_eq(creative->offsets_ms[2], 86400000);
    ck_assert(creative_has_offset(creative, 0));
    ck_assert(creative_has_offset(creative, 86400000));
    ck_assert(!creative_has_offset(creative, 4999));
    ck_assert(!creative_has_offset(creative, -1));
    creative_free(creative);
}
END_TEST

static const struct {
    const char *item;
    const char *reason;
} OFFSET_FAULTS[] = {
    {"-1", "an offset is no integer from 0 to 86400000"},
    {"86400001", "an offset is no integer from 0 to 86400000"},
    {"4294967296", "an offset is no integer from 0 to 86400000"},
    {"1.5", "an offset is no integer from 0 to 86400000"},
    {"\"1\"", "an offset is no integer from 0 to 86400000"},
    {"7", "an offset is given twice"},
};

START_TEST(leaves_out_an_offset_with_a_fault)
{
    char offsets[60];
    (void)snprintf(offsets, sizeof offsets, "[7,%s,9]", OFFSET_FAULTS[_i].item);
    struct creative *creative = read_columns(NULL, NULL, offsets);
    assert_one_fault("progress_offsets_ms", OFFSET_FAULTS[_i].reason);
    ck_assert_uint_eq(creative->offset_count, 2);
    creative_free(creative);
}
END_TEST

/* `count` items of `format`, which takes a number, between `open` and `close`. To be freed. */
static char *many(int count, const char *open, const char *item, const char *close)
{
    char *text = malloc((size_t)count * 40 + 100);
    int length = sprintf(text, "%s", open);
    for (int i = 0; i < count; i++)
        length += sprintf(text + length, "%s%s%d%s", i > 0 ? "," : "", item, i, close);
    return text;
}

START_TEST(keeps_as_many_as_there_may_be)
{
    for (int over = 0; over < 2; over++) {
        char *media = many(50 + over, "[", "{\"url\":\"https://a/", "\"}");
        char *trackers = many(200 + over, "{\"start\":[", "\"https://a/", "\"");
        char *offsets = many(20 + over, "[", "", "");
        strcat(media, "]");
        strcat(trackers, "]}");
        strcat(offsets, "]");
        struct creative *creative = read_columns(media, trackers, offsets);
        ck_assert_uint_eq(creative->media_count, 50);
        ck_assert_uint_eq(creative->tracker_count, 200);
        ck_assert_uint_eq(creative->offset_count, 20);
        ck_assert_uint_eq(faults.count, over == 0 ? 0 : 3);
        creative_free(creative);
        free(media);
        free(trackers);
        free(offsets);
    }
    ck_assert_str_eq(faults.faults[0].reason, "there are more than 50 items");
    ck_assert_str_eq(faults.faults[1].reason, "there are more than 200 trackers");
    ck_assert_str_eq(faults.faults[2].reason, "there are more than 20 offsets");
}
END_TEST

static const struct {
    const char *text;
    const char *media;
    const char *trackers;
} WHOLES[] = {
    {"", "it is no JSON", "it is no JSON"},
    {"[", "it is no JSON", "it is no JSON"},
    {"[] []", "it is no JSON", "it is no JSON"},
    {"\"https://a/\"", "it is no array", "it is no object"},
    {"1", "it is no array", "it is no object"},
    {"{\"a\":1,\"a\":1}", "a member is given twice", "a member is given twice"},
    {"[\"\\u0000\"]", "it is no JSON", "it is no JSON"},
};

START_TEST(passes_over_a_column_that_is_something_else)
{
    struct creative *creative = read_columns(WHOLES[_i].text, WHOLES[_i].text, WHOLES[_i].text);
    ck_assert_uint_eq(faults.count, 3);
    ck_assert_str_eq(faults.faults[0].reason, WHOLES[_i].media);
    ck_assert_str_eq(faults.faults[1].reason, WHOLES[_i].trackers);
    ck_assert_str_eq(faults.faults[2].reason, WHOLES[_i].media);
    creative_free(creative);
}
END_TEST

START_TEST(tells_no_more_faults_than_there_is_room_for)
{
    struct creative *creative =
        read_columns("[1,{},{\"url\":\"\"},{\"url\":\"https://a/\",\"b\":1},"
                     "{\"url\":\"https://a/\",\"width\":\"\"},"
                     "{\"url\":\"https://a/\",\"height\":\"\"},"
                     "{\"url\":\"https://a/\",\"codec\":1},"
                     "{\"url\":\"https://a/\",\"type\":1}]",
                     "{\"a\":1}", "1");
    ck_assert_uint_eq(faults.count, CREATIVE_FAULTS_MAX);
    ck_assert_uint_eq(creative->media_count, 0);
    creative_free(creative);
}
END_TEST

/* A document has those of a progress once for each of 20 offsets. */
Suite *creative_suite(void)
{
    Suite *suite = suite_create("creative");
    TCase *tcase = tcase_create("creative");
    tcase_add_test(tcase, is_empty_where_nothing_is_set);
    tcase_add_test(tcase, is_empty_where_columns_are_null_or_empty);
    tcase_add_test(tcase, reads_every_member_of_a_media_file);
    tcase_add_loop_test(tcase, finds_out_what_a_media_file_does_not_say, 0, COUNT(DEFAULTS));
    tcase_add_loop_test(tcase, leaves_out_a_media_file_with_a_fault, 0, COUNT(MEDIA_FAULTS));
    tcase_add_test(tcase, puts_the_video_first);
    tcase_add_test(tcase, passes_over_a_video_that_is_nowhere);
    tcase_add_test(tcase, tells_of_a_wrapper_that_is_nowhere);
    tcase_add_test(tcase, reads_trackers_by_kind);
    tcase_add_loop_test(tcase, leaves_out_a_tracker_with_a_fault, 0, COUNT(TRACKER_FAULTS));
    tcase_add_test(tcase, reads_offsets_in_their_order);
    tcase_add_loop_test(tcase, leaves_out_an_offset_with_a_fault, 0, COUNT(OFFSET_FAULTS));
    tcase_add_test(tcase, keeps_as_many_as_there_may_be);
    tcase_add_loop_test(tcase, passes_over_a_column_that_is_something_else, 0, COUNT(WHOLES));
    tcase_add_test(tcase, tells_no_more_faults_than_there_is_room_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
