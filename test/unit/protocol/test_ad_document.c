/* An ad as its operator writes it: what is taken, and the words for what is not. */
#include "protocol/ad_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "protocol/ad_fields.h"
#include "protocol/ad_rules.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct ad_document document;
static struct ad_document_fault fault;

static enum result read_text(const char *body, enum ad_document_kind kind)
{
    return ad_document_read(body, strlen(body), kind, &document, &fault);
}

/* What is written of each, where that is not what was given. */
static const struct {
    const char *given;
    const char *written; /* NULL = the same */
} TAKEN[] = {
    {"{}", NULL},
    {"{\"title\":\"<b>&\\\"' \xc3\xa9\"}", NULL},
    {"{\"title\":\"\"}", "{\"title\":null}"},
    {"{\"title\":null,\"active\":null}", NULL},
    {"{\"image_url\":\"https://a.example/?x=[CACHEBUSTING]&y=<>\"}", NULL},
    {"{\"target_url\":\"HTTP://[::1]:80/\"}", NULL},
    {"{\"target_url\":\"\"}", "{\"target_url\":null}"},
    {"{\"video_type\":\"application/vnd.apple.mpegurl\"}", NULL},
    {"{\"video_type\":\"video/mp4; codecs=\\\"avc1\\\"\"}", NULL},
    {"{\"video_width\":1,\"video_height\":65535,\"image_width\":1,\"image_height\":65535}", NULL},
    {"{\"duration_ms\":86400000,\"skip_after_ms\":0,\"weight\":0}", NULL},
    {"{\"weight\":1000000,\"skip_after_ms\":86400000,\"duration_ms\":1}", NULL},
    {"{\"active\":false}", NULL},
    {"{\"starts_at\":\"2026-01-31T13:00:00+01:00\"}", "{\"starts_at\":\"2026-01-31T12:00:00Z\"}"},
    {"{\"ends_at\":\"2026-01-31t12:00:00.5z\"}", "{\"ends_at\":\"2026-01-31T12:00:00.500000Z\"}"},
    {"{\"media_files\":[{\"url\":\"https://a.example/1.mp4\",\"width\":null}]}", NULL},
    {"{\"media_files\":[],\"trackers\":{},\"progress_offsets_ms\":[]}", NULL},
    {"{\"trackers\":{\"start\":[\"https://a.example/\"],\"skip\":null}}", NULL},
    {"{\"progress_offsets_ms\":[5000,0]}", NULL},
    {"{\"ad_verifications\":\"<x>\\n\\t</x>\"}", NULL},
    {"{\"id\":5,\"state\":\"paused\",\"etag\":\"\\\"x\\\"\"}", NULL},
    {"{\"archived_at\":\"2026-01-31T12:00:00+00:00\"}",
     "{\"archived_at\":\"2026-01-31T12:00:00Z\"}"},
    {"{\"archived_at\":null}", NULL},
    {"\xef\xbb\xbf { \"weight\" : 3 }\n", "{\"weight\":3}"},
};

START_TEST(takes_what_an_ad_can_have)
{
    const char *written = TAKEN[_i].written != NULL ? TAKEN[_i].written : TAKEN[_i].given;
    enum result result = read_text(TAKEN[_i].given, AD_DOCUMENT_CHANGES);
    ck_assert_msg(result == RESULT_OK, "%s: %s", TAKEN[_i].given, fault.error.text);
    ck_assert_str_eq(document.members, written);
    ad_document_clear(&document);
}
END_TEST

static const struct {
    const char *body;
    const char *field;
    const char *words;
} REFUSED[] = {
    {"{\"titel\":\"x\"}", "titel", "titel: an ad has no such field: did you mean title?"},
    {"{\"imageUrl\":\"x\"}", "imageUrl",
     "imageUrl: an ad has no such field: did you mean image_url?"},
    {"{\"Target-URL\":1}", "Target-URL",
     "Target-URL: an ad has no such field: did you mean target_url?"},
    {"{\"name\":\"x\"}", "name", "name: an ad has no such field: did you mean title?"},
    {"{\"zzz\":null}", "zzz", "zzz: an ad has no such field"},
    {"{\"\":1}", "", ": an ad has no such field"},
    {"{\"a\\nb\":1}", "", "a member is none that an ad has"},
    {"{\"title\":5}", "title", "title: must be a text, not a number"},
    {"{\"title\":[\"x\"]}", "title", "title: must be a text, not an array"},
    {"{\"title\":{}}", "title", "title: must be a text, not an object"},
    {"{\"title\":true}", "title", "title: must be a text, not true"},
    {"{\"title\":\"a\\u0007b\"}", "title", "title: must not have control characters"},
    {"{\"title\":\"a\\u0085b\"}", "title", "title: must not have control characters"},
    {"{\"target_url\":\"javascript:alert(1)\"}", "target_url",
     "target_url: must be an http or https URL with a host"},
    {"{\"target_url\":\" https://a.example/\"}", "target_url",
     "target_url: must be an http or https URL with a host"},
    {"{\"image_url\":\"data:image/png;base64,\"}", "image_url",
     "image_url: must be an http or https URL with a host"},
    {"{\"video_url\":\"//a.example/\"}", "video_url",
     "video_url: must be an http or https URL with a host"},
    {"{\"wrapper_url\":\"https:///x\"}", "wrapper_url",
     "wrapper_url: must be an http or https URL with a host"},
    {"{\"target_url\":\"https://a.example/\\n\"}", "target_url",
     "target_url: must not have control characters"},
    {"{\"video_type\":\"mp4\"}", "video_type", "video_type: must be a media type, as video/mp4"},
    {"{\"video_type\":\"video/\"}", "video_type", "video_type: must be a media type, as video/mp4"},
    {"{\"video_type\":\"video/mp4 x\"}", "video_type",
     "video_type: must be a media type, as video/mp4"},
    {"{\"duration_ms\":0}", "duration_ms",
     "duration_ms: must be a whole number from 1 to 86400000 (milliseconds)"},
    {"{\"duration_ms\":86400001}", "duration_ms",
     "duration_ms: must be a whole number from 1 to 86400000 (milliseconds)"},
    {"{\"duration_ms\":1.5}", "duration_ms",
     "duration_ms: must be a whole number from 1 to 86400000 (milliseconds)"},
    {"{\"duration_ms\":\"30\"}", "duration_ms",
     "duration_ms: must be a whole number from 1 to 86400000 (milliseconds)"},
    {"{\"duration_ms\":99999999999999999999}", "duration_ms",
     "duration_ms: must be a whole number from 1 to 86400000 (milliseconds)"},
    {"{\"video_width\":65536}", "video_width",
     "video_width: must be a whole number from 1 to 65535 (pixels)"},
    {"{\"image_height\":0}", "image_height",
     "image_height: must be a whole number from 1 to 65535 (pixels)"},
    {"{\"weight\":-1}", "weight",
     "weight: must be a whole number from 0 to 1000000 (its share of the rotation, 0 for none)"},
    {"{\"weight\":1000001}", "weight",
     "weight: must be a whole number from 0 to 1000000 (its share of the rotation, 0 for none)"},
    {"{\"active\":1}", "active", "active: must be true or false, not a number"},
    {"{\"active\":\"true\"}", "active", "active: must be true or false, not a text"},
    {"{\"starts_at\":\"2026-01-31\"}", "starts_at",
     "starts_at: must be a time with its zone as RFC 3339 has it, 2026-01-31T12:00:00Z"},
    {"{\"starts_at\":1767225600}", "starts_at",
     "starts_at: must be a time with its zone as RFC 3339 has it, 2026-01-31T12:00:00Z"},
    {"{\"ends_at\":\"2026-01-31T12:00:00.0000001Z\"}", "ends_at",
     "ends_at: must not be finer than a microsecond"},
    {"{\"media_files\":{}}", "media_files", "media_files: it is no array"},
    {"{\"media_files\":\"[]\"}", "media_files", "media_files: it is no array"},
    {"{\"media_files\":[{\"url\":\"https://a/\"},{}]}", "media_files",
     "media_files: item 2: an item has no url"},
    {"{\"media_files\":[{\"url\":\"https://a/\",\"color\":1}]}", "media_files",
     "media_files: item 1: color is unknown: there are url, type, delivery, width, height, "
     "bitrate_kbps, codec, mezzanine"},
    {"{\"trackers\":[]}", "trackers", "trackers: it is no object"},
    {"{\"trackers\":{\"clik\":\"https://a/\"}}", "trackers",
     "trackers: clik is no event that trackers can have: did you mean click?"},
    {"{\"trackers\":{\"request\":\"https://a/\"}}", "trackers",
     "trackers: request is no event that trackers can have"},
    {"{\"trackers\":{\"start\":[\"https://a/\",\"http://b/\"]}}", "trackers",
     "trackers: start, item 2: a tracker is no https URL"},
    {"{\"trackers\":{\"click\":\"javascript:1\"}}", "trackers",
     "trackers: click, item 1: a tracker is no https URL"},
    {"{\"progress_offsets_ms\":[1,2,1]}", "progress_offsets_ms",
     "progress_offsets_ms: item 3: an offset is given twice"},
    {"{\"progress_offsets_ms\":[-1]}", "progress_offsets_ms",
     "progress_offsets_ms: item 1: an offset is no integer from 0 to 86400000"},
    {"{\"id\":\"5\"}", "id", "id: must be a whole number from 1 to 2147483647 (the ad's own)"},
    {"{\"archived_at\":true}", "archived_at",
     "archived_at: must be a time with its zone as RFC 3339 has it, 2026-01-31T12:00:00Z"},
    {"{\"state\":1}", "state", "state: must be a text, not a number"},
};

START_TEST(refuses_the_rest_in_words)
{
    ck_assert_int_eq(read_text(REFUSED[_i].body, AD_DOCUMENT_CHANGES), RESULT_INVALID);
    ck_assert_str_eq(fault.field, REFUSED[_i].field);
    ck_assert_str_eq(fault.error.text, REFUSED[_i].words);
    ck_assert_ptr_null(document.members);
    ck_assert_int_eq(read_text(REFUSED[_i].body, AD_DOCUMENT_WHOLE), RESULT_INVALID);
    ck_assert_str_eq(fault.error.text, REFUSED[_i].words);
}
END_TEST

static const char *const MALFORMED[] = {
    "",
    " ",
    "null",
    "[]",
    "{",
    "{\"title\":\"\\u0000\"}",
    "\"x\"",
    "{\"a\":1}x",
    "{'a':1}",
    "{\"a\":NaN}",
    "{\"title\":\"\xff\"}",
    "{\"title\":\"a\",\"title\":\"b\"}",
    "{\"trackers\":{\"start\":[],\"start\":[]}}",
    "{\"media_files\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}",
};

START_TEST(what_is_no_json_object_is_malformed)
{
    ck_assert_int_eq(read_text(MALFORMED[_i], AD_DOCUMENT_NEW), RESULT_MALFORMED);
    ck_assert_str_eq(fault.field, "");
    ck_assert_ptr_null(document.members);
}
END_TEST

static void assert_length(const char *field, const char *before, size_t most)
{
    size_t length = strlen(before);
    for (size_t over = 0; over < 2; over++) {
        size_t bytes = most + over;
        char *text = malloc(bytes + 1);
        memset(text, 'x', bytes);
        text[bytes] = '\0';
        memcpy(text, before, length);
        json_t *json = json_pack("{s:s}", field, text);
        char *body = json_dumps(json, 0);
        ck_assert_int_eq(read_text(body, AD_DOCUMENT_NEW), over == 0 ? RESULT_OK : RESULT_INVALID);
        if (over > 0) {
            char words[100];
            (void)snprintf(words, sizeof words, "%s: must be at most %zu bytes long (it has %zu)",
                           field, most, bytes);
            ck_assert_str_eq(fault.error.text, words);
        }
        ad_document_clear(&document);
        json_decref(json);
        free(body);
        free(text);
    }
}

START_TEST(texts_have_an_end)
{
    assert_length("title", "", 1000);
    assert_length("advertiser", "", 1000);
    assert_length("category", "", 255);
    assert_length("video_type", "video/", 255);
    assert_length("image_url", "https://a/", 8192);
    assert_length("ad_verifications", "", 65536);
}
END_TEST

START_TEST(json_has_an_end)
{
    json_t *offsets = json_array();
    for (int i = 0; i < 40000; i++)
        json_array_append_new(offsets, json_integer(i % 10));
    json_t *json = json_pack("{s:o}", "progress_offsets_ms", offsets);
    char *body = json_dumps(json, 0);
    ck_assert_int_eq(read_text(body, AD_DOCUMENT_CHANGES), RESULT_INVALID);
    ck_assert_str_eq(fault.error.text,
                     "progress_offsets_ms: must be at most 65536 bytes of JSON (it has 80001)");
    json_decref(json);
    free(body);
}
END_TEST

START_TEST(a_whole_ad_has_its_defaults)
{
    ck_assert_int_eq(read_text("{\"title\":\"x\"}", AD_DOCUMENT_WHOLE), RESULT_OK);
    json_t *members = json_loads(document.members, 0, NULL);
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        const json_t *member = json_object_get(members, field->name);
        if (strcmp(field->name, "title") == 0)
            ck_assert_str_eq(json_string_value(member), "x");
        else if (strcmp(field->name, "id") == 0 || strcmp(field->name, "archived_at") == 0)
            ck_assert_ptr_null(member);
        else
            ck_assert_msg(json_is_null(member), "%s", field->name);
    }
    json_decref(members);
    ad_document_clear(&document);
}
END_TEST

START_TEST(a_new_ad_is_given_nothing_of_the_servers)
{
    static const char *const given[] = {"\"id\":5", "\"state\":\"paused\"", "\"etag\":\"x\"",
                                        "\"archived_at\":\"2026-01-31T12:00:00Z\""};
    for (int i = 0; i < COUNT(given); i++) {
        char body[80];
        (void)snprintf(body, sizeof body, "{%s}", given[i]);
        ck_assert_int_eq(read_text(body, AD_DOCUMENT_NEW), RESULT_INVALID);
        ck_assert_ptr_nonnull(strstr(fault.error.text, ": is the server's to give: leave it out"));
        ck_assert_ptr_eq(strstr(given[i], fault.field), given[i] + 1);
    }
    ck_assert_int_eq(read_text("{\"id\":null,\"state\":null}", AD_DOCUMENT_NEW), RESULT_OK);
    ad_document_clear(&document);
}
END_TEST

START_TEST(every_column_has_a_rule)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        const struct ad_rule *rule = ad_rule_find(field->name);
        bool is_servers = strcmp(field->name, "id") == 0 || strcmp(field->name, "archived_at") == 0;
        ck_assert_msg((rule == NULL) == is_servers, "%s", field->name);
        if (rule == NULL)
            continue;
        ck_assert_msg((rule->kind == AD_RULE_NUMBER) == (field->type == AD_FIELD_NUMBER), "%s",
                      field->name);
        ck_assert_msg((rule->kind == AD_RULE_JSON) == (field->type == AD_FIELD_JSON), "%s",
                      field->name);
        ck_assert_msg((rule->kind == AD_RULE_TIME) == (field->type == AD_FIELD_TIME), "%s",
                      field->name);
        ck_assert_msg((rule->kind == AD_RULE_FLAG) == (field->type == AD_FIELD_FLAG), "%s",
                      field->name);
    }
}
END_TEST

START_TEST(verifications_are_told_apart)
{
    ck_assert_int_eq(read_text("{\"ad_verifications\":\"<a/>\"}", AD_DOCUMENT_NEW), RESULT_OK);
    ck_assert_str_eq(document.verifications, "<a/>");
    ad_document_clear(&document);
    ck_assert_int_eq(read_text("{\"ad_verifications\":\"\"}", AD_DOCUMENT_NEW), RESULT_OK);
    ck_assert_ptr_null(document.verifications);
    ad_document_clear(&document);
}
END_TEST

Suite *ad_document_suite(void)
{
    Suite *suite = suite_create("ad_document");
    TCase *tcase = tcase_create("ad_document");
    tcase_add_loop_test(tcase, takes_what_an_ad_can_have, 0, COUNT(TAKEN));
    tcase_add_loop_test(tcase, refuses_the_rest_in_words, 0, COUNT(REFUSED));
    tcase_add_loop_test(tcase, what_is_no_json_object_is_malformed, 0, COUNT(MALFORMED));
    tcase_add_test(tcase, texts_have_an_end);
    tcase_add_test(tcase, json_has_an_end);
    tcase_add_test(tcase, a_whole_ad_has_its_defaults);
    tcase_add_test(tcase, a_new_ad_is_given_nothing_of_the_servers);
    tcase_add_test(tcase, every_column_has_a_rule);
    tcase_add_test(tcase, verifications_are_told_apart);
    suite_add_tcase(suite, tcase);
    return suite;
}
