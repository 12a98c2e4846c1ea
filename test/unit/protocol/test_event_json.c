/* Events out of JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event.h"
#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define ID_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TIMES_8(x) x x x x x x x x
#define TIMES_16(x) TIMES_8(x) TIMES_8(x)

/* The plain form's reader must never take what jansson does not, nor read it otherwise. */
static void assert_jansson_agrees(const char *body, size_t body_bytes, enum result result,
                                  const struct event *event)
{
    struct event other;
    ck_assert_int_eq(event_decode_full(body, body_bytes, EVENT_CLICK, &other, NULL), result);
    if (result != RESULT_OK)
        return;
    ck_assert_int_eq(event->ad_id, other.ad_id);
    ck_assert_int_eq(event->playback_seconds, other.playback_seconds);
    ck_assert_mem_eq(&event->address, &other.address, sizeof other.address);
    ck_assert_uint_eq(event->id_bytes, other.id_bytes);
    ck_assert_mem_eq(event->id, other.id, other.id_bytes);
}

/* Decodes a copy of just its size, so that the sanitizer sees a read beyond it. */
static enum result decode_bytes(const char *body, size_t body_bytes, struct event *event,
                                struct error *error)
{
    char *copy = malloc(body_bytes + (body_bytes == 0));
    memcpy(copy, body, body_bytes);
    error->text[0] = '\0';
    enum result result = event_decode(copy, body_bytes, EVENT_CLICK, event, error);
    assert_jansson_agrees(copy, body_bytes, result, event);
    free(copy);
    return result;
}

static struct event decoded(const char *body)
{
    struct event event;
    struct error error;
    memset(&event, 0xff, sizeof(event));
    enum result result = decode_bytes(body, strlen(body), &event, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", body, error.text);
    ck_assert_str_eq(error.text, "");
    return event;
}

static void assert_address(const struct event *event, const char *text)
{
    char address[ADDRESS_TEXT_SIZE];
    address_format(&event->address, address);
    ck_assert_str_eq(address, text);
}

START_TEST(reads_what_the_original_service_took)
{
    struct event event = decoded("{\"ad_id\":1,\"ip\":\"127.0.0.1\",\"video_playback_time\":30}");
    ck_assert_int_eq(event.ad_id, 1);
    ck_assert_int_eq(event.playback_seconds, 30);
    ck_assert_uint_eq(event.kind, EVENT_CLICK);
    ck_assert_uint_eq(event.id_bytes, 0);
    assert_address(&event, "127.0.0.1");
}
END_TEST

START_TEST(needs_nothing_but_the_ad_id)
{
    struct event event = decoded(" {\"ad_id\": 2147483647}\r\n");
    ck_assert_int_eq(event.ad_id, 2147483647);
    ck_assert_int_eq(event.playback_seconds, 0);
    ck_assert_uint_eq(event.id_bytes, 0);
    ck_assert_uint_eq(event.address.family, ADDRESS_NONE);
}
END_TEST

START_TEST(takes_the_kind_from_the_caller_and_leaves_the_time)
{
    const char *body = "{\"ad_id\":1}";
    struct event event = {.occurred_at_us = 77};
    ck_assert_int_eq(event_decode(body, strlen(body), EVENT_IMPRESSION, &event, NULL), RESULT_OK);
    ck_assert_uint_eq(event.kind, EVENT_IMPRESSION);
    ck_assert_int_eq(event.occurred_at_us, 77);
}
END_TEST

#define MARK "\xEF\xBB\xBF"

START_TEST(passes_over_a_byte_order_mark)
{
    ck_assert_int_eq(decoded(MARK "{\"ad_id\":7}").ad_id, 7);
    ck_assert_int_eq(decoded(MARK " {\"ad_id\":7} ").ad_id, 7);
    ck_assert_int_eq(decoded(MARK "{\"ad_id\":8,\"other\":[1]}").ad_id, 8);
    ck_assert_int_eq(decoded(MARK "{\"AD_ID\":9,\"x\":\"" MARK "\"}").ad_id, 9);
}
END_TEST

START_TEST(reads_the_plain_form_without_jansson_behind_a_mark_too)
{
    static const char *const plain[] = {"{\"ad_id\":7,\"ip\":\"::1\"}", MARK "{\"ad_id\":7}"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        struct event event;
        ck_assert(event_decode_fast(plain[i], strlen(plain[i]), &event));
        ck_assert_int_eq(event.ad_id, 7);
    }
}
END_TEST

START_TEST(takes_null_as_absent)
{
    struct event event =
        decoded("{\"ip\":null,\"video_playback_time\":null,\"event_id\":null,\"ad_id\":5}");
    ck_assert_int_eq(event.ad_id, 5);
    ck_assert_int_eq(event.playback_seconds, 0);
    ck_assert_uint_eq(event.id_bytes, 0);
    ck_assert_uint_eq(event.address.family, ADDRESS_NONE);
}
END_TEST

START_TEST(matches_names_in_any_case)
{
    struct event event = decoded("{\"AD_ID\":3,\"Ip\":\"::1\",\"Video_Playback_Time\":4,"
                                 "\"EVENT_id\":\"x\"}");
    ck_assert_int_eq(event.ad_id, 3);
    ck_assert_int_eq(event.playback_seconds, 4);
    ck_assert_uint_eq(event.id_bytes, 1);
    assert_address(&event, "::1");
}
END_TEST

static const char *const IGNORED[] = {
    "{\"ad_id\":1,\"i\":2,\"ips\":3,\"ad-id\":\"x\",\"\":null,\"event_ID_\":5}",
    "{\"ad_id\":1,\"context\":{\"ad_id\":\"x\",\"ip\":[1,2,{\"ad_id\":0}]}}",
    "{\"ad_id\":1,\"note\":\"}]{[::\\\"\\\\\"}",
    "{\"ad_id\":1,\"huge\":99999999999999999999}",
    "{\"huge\":-99999999999999999999,\"ad_id\":1,\"deep\":[99999999999999999999]}",
    "{\"ad_id\":1,\"real\":1.5e300}",
    /* 16 levels, the object counted */
    "{\"ad_id\":1,\"x\":" TIMES_8("[") "[[[[[[[" TIMES_8("]") "]]]]]]]}",
    "{\"ad_id\":1,\"x\":\"" TIMES_16("[{") "\"}",
    /* brackets in a string, behind an escaped quote */
    "{\"ad_id\":1,\"x\":\"\\\"" TIMES_16("[{") "\"}",
    /* many values side by side, and more than 64 members of members */
    "{\"ad_id\":1,\"x\":[" TIMES_16("[],{},") "[]]}",
    "{\"ad_id\":1,\"x\":[" TIMES_8(TIMES_8("{\"y\":1},")) "{\"y\":1}]}",
    /* 64 members */
    "{\"ad_id\":1,\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,"
    "\"10\":0,\"11\":0,\"12\":0,\"13\":0,\"14\":0,\"15\":0,\"16\":0,\"17\":0,\"18\":0,\"19\":0,"
    "\"20\":0,\"21\":0,\"22\":0,\"23\":0,\"24\":0,\"25\":0,\"26\":0,\"27\":0,\"28\":0,\"29\":0,"
    "\"30\":0,\"31\":0,\"32\":0,\"33\":0,\"34\":0,\"35\":0,\"36\":0,\"37\":0,\"38\":0,\"39\":0,"
    "\"40\":0,\"41\":0,\"42\":0,\"43\":0,\"44\":0,\"45\":0,\"46\":0,\"47\":0,\"48\":0,\"49\":0,"
    "\"50\":0,\"51\":0,\"52\":0,\"53\":0,\"54\":0,\"55\":0,\"56\":0,\"57\":0,\"58\":0,\"59\":0,"
    "\"60\":0,\"61\":0,\"62\":0,\"63\":0}",
};

START_TEST(ignores_other_members)
{
    struct event event = decoded(IGNORED[_i]);
    ck_assert_int_eq(event.ad_id, 1);
    ck_assert_int_eq(event.playback_seconds, 0);
    ck_assert_uint_eq(event.id_bytes, 0);
    ck_assert_uint_eq(event.address.family, ADDRESS_NONE);
}
END_TEST

static const struct {
    const char *text;
    int32_t seconds;
} PLAYBACK_TIMES[] = {{"0", 0}, {"-0", 0}, {"1", 1}, {"86400", 86400}};

START_TEST(reads_a_playback_time)
{
    char body[100];
    ck_assert_int_gt(snprintf(body, sizeof(body), "{\"ad_id\":1,\"video_playback_time\":%s}",
                              PLAYBACK_TIMES[_i].text),
                     0);
    ck_assert_int_eq(decoded(body).playback_seconds, PLAYBACK_TIMES[_i].seconds);
}
END_TEST

static const struct {
    const char *json;
    const char *id;
} EVENT_IDS[] = {
    {"x", "x"},
    {" ", " "},
    {"view-42:click", "view-42:click"},
    {ID_64, ID_64},
    {"\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80"},
    {"\\u00e9\\ud83d\\ude00", "\xc3\xa9\xf0\x9f\x98\x80"},
    {"\\u00a0\\/\\\"", "\xc2\xa0/\""},
};

START_TEST(reads_an_event_id)
{
    char body[200];
    ck_assert_int_gt(
        snprintf(body, sizeof(body), "{\"ad_id\":1,\"event_id\":\"%s\"}", EVENT_IDS[_i].json), 0);
    struct event event = decoded(body);
    ck_assert_uint_eq(event.id_bytes, strlen(EVENT_IDS[_i].id));
    ck_assert_mem_eq(event.id, EVENT_IDS[_i].id, event.id_bytes);
}
END_TEST

struct refusal {
    const char *body;
    const char *words;
};

#define AD_ID_WORDS "ad_id must be a whole number from 1 to 2147483647"
#define PLAYBACK_WORDS "video_playback_time must be a whole number from 0 to 86400"

static const struct refusal INVALID[] = {
    {"{}", "ad_id is missing"},
    {"{\"ip\":\"127.0.0.1\"}", "ad_id is missing"},
    {"{\"ad_id\":null}", "ad_id is missing"},
    {"{\"ad_id\":0}", AD_ID_WORDS},
    {"{\"ad_id\":-1}", AD_ID_WORDS},
    {"{\"ad_id\":2147483648}", AD_ID_WORDS},
    {"{\"ad_id\":4294967297}", AD_ID_WORDS},
    {"{\"ad_id\":9223372036854775807}", AD_ID_WORDS},
    {"{\"ad_id\":9223372036854775808}", AD_ID_WORDS},
    {"{\"ad_id\":-99999999999999999999}", AD_ID_WORDS},
    {"{\"ad_id\":18446744073709551617}", AD_ID_WORDS},
    {"{\"ad_id\":1.5}", AD_ID_WORDS},
    {"{\"ad_id\":1.0}", AD_ID_WORDS},
    {"{\"ad_id\":1e0}", AD_ID_WORDS},
    {"{\"ad_id\":1.5,\"x\":99999999999999999999}", AD_ID_WORDS},
    {"{\"ad_id\":\"1\"}", AD_ID_WORDS},
    {"{\"ad_id\":true}", AD_ID_WORDS},
    {"{\"ad_id\":[1]}", AD_ID_WORDS},
    {"{\"ad_id\":{}}", AD_ID_WORDS},
    {"{\"ad_id\":1,\"ip\":5}", "ip must be a string"},
    {"{\"ad_id\":1,\"ip\":[\"127.0.0.1\"]}", "ip must be a string"},
    {"{\"ad_id\":1,\"ip\":false}", "ip must be a string"},
    {"{\"ad_id\":1,\"ip\":\"\"}", "ip is not an IP address"},
    {"{\"ad_id\":1,\"ip\":\"localhost\"}", "ip is not an IP address"},
    {"{\"ad_id\":1,\"ip\":\"1.2.3\"}", "ip is not an IP address"},
    {"{\"ad_id\":1,\"ip\":\"1.2.3.4:80\"}", "ip is not an IP address"},
    {"{\"ad_id\":1,\"ip\":\"fe80::1%eth0\"}", "ip is not an IP address"},
    {"{\"ad_id\":1,\"video_playback_time\":-1}", PLAYBACK_WORDS},
    {"{\"ad_id\":1,\"video_playback_time\":86401}", PLAYBACK_WORDS},
    {"{\"ad_id\":1,\"video_playback_time\":1.5}", PLAYBACK_WORDS},
    {"{\"ad_id\":1,\"video_playback_time\":99999999999999999999}", PLAYBACK_WORDS},
    {"{\"ad_id\":1,\"video_playback_time\":\"30\"}", PLAYBACK_WORDS},
    {"{\"ad_id\":1,\"video_playback_time\":false}", PLAYBACK_WORDS},
    {"{\"ad_id\":1,\"event_id\":7}", "event_id must be a string"},
    {"{\"ad_id\":1,\"event_id\":{}}", "event_id must be a string"},
    {"{\"ad_id\":1,\"event_id\":\"\"}", "event_id is empty"},
    {"{\"ad_id\":1,\"event_id\":\"" ID_64 "x\"}", "event_id is longer than 64 bytes"},
    {"{\"ad_id\":1,\"event_id\":\"a\\nb\"}", "event_id has a control character"},
    {"{\"ad_id\":1,\"event_id\":\"\\u007f\"}", "event_id has a control character"},
    {"{\"ad_id\":1,\"event_id\":\"\x7f\"}", "event_id has a control character"},
    {"{\"ad_id\":1,\"event_id\":\"\\u0085\"}", "event_id has a control character"},
    {"{\"ad_id\":1,\"x\":1e400}", "the body has a number that is too large (line 1, column 20)"},
};

START_TEST(refuses_an_invalid_value_by_name)
{
    struct event event;
    struct error error;
    const char *body = INVALID[_i].body;
    ck_assert_int_eq(decode_bytes(body, strlen(body), &event, &error), RESULT_INVALID);
    ck_assert_str_eq(error.text, INVALID[_i].words);
}
END_TEST

static const struct refusal MALFORMED[] = {
    {"", "the body is empty"},
    {" \r\n\t", "the body is empty"},
    {"5", "the body is not a JSON object"},
    {"null", "the body is not a JSON object"},
    {"\"ad_id\"", "the body is not a JSON object"},
    {"[{\"ad_id\":1}]", "the body is not a JSON object"},
    {"ad_id=1&ip=127.0.0.1", "the body is not a JSON object"},
    {MARK, "the body is empty"},
    {MARK " \n", "the body is empty"},
    {MARK MARK "{\"ad_id\":1}", "the body is not a JSON object"},
    {" " MARK "{\"ad_id\":1}", "the body is not a JSON object"},
    {"\xef\xbb{\"ad_id\":1}", "the body is not a JSON object"},
    {"\xbf{\"ad_id\":1}", "the body is not a JSON object"},
    {"{\"ad_id\":1}" MARK, "the body goes on after its JSON object (line 1, column 12)"},
    {"{" MARK "\"ad_id\":1}", "the body is not JSON (line 1, column 2)"},
    {MARK "{\"ad_id\":1,}", "the body is not JSON (line 1, column 12)"},
    {"{", "the body ends before its JSON does (line 1, column 1)"},
    {"{\"ad_id\":1", "the body ends before its JSON does (line 1, column 10)"},
    {"{\"ad_id", "the body ends before its JSON does (line 1, column 7)"},
    {"{\"ad_id\":1}}", "the body goes on after its JSON object (line 1, column 12)"},
    {"{\"ad_id\":1}\n{\"ad_id\":2}", "the body goes on after its JSON object (line 2, column 1)"},
    {"{\"ad_id\":1,}", "the body is not JSON (line 1, column 12)"},
    {"{\n\"ad_id\":NaN}", "the body is not JSON (line 2, column 11)"},
    {"{'ad_id':1}", "the body is not JSON (line 1, column 2)"},
    {"{\"ad_id\":01}", "the body is not JSON (line 1, column 10)"},
    {"{\"ad_id\":+1}", "the body is not JSON (line 1, column 10)"},
    {"{\"ad_id\":1 \"ip\":\"::1\"}", "the body is not JSON (line 1, column 15)"},
    {"{\"ad_id\":1,\"event_id\":\"\\ud800\"}", "the body is not JSON (line 1, column 30)"},
    {"{\"ad_id\":1,\"event_id\":\"a\tb\"}", "the body is not JSON (line 1, column 24)"},
    {"{\"ad_id\":1,\"event_id\":\"\xff\"}", "the body is not UTF-8 (line 1, column 23)"},
    {"{\"ad_id\":1,\"x\":\"\xc0\xaf\"}", "the body is not UTF-8 (line 1, column 16)"},
    {"{\"ad_id\":1,\"event_id\":\"a\\u0000\"}",
     "the body has a NUL in a string (line 1, column 31)"},
    {"{\"ad_id\":1,\"\\u0000\":2}", "the body has a NUL in a string (line 1, column 19)"},
    {"{\"ad_id\":1,\"ad_id\":1}", "ad_id is given twice"},
    {"{\"ad_id\":1,\"x\":{\"y\":1,\"y\":2}}", "y is given twice"},
    {"{\"ad_id\":99999999999999999999,\"ad_id\":1}", "ad_id is given twice"},
    {"{\"ad_id\":1,\"Ad_Id\":1}", "ad_id is given twice"},
    {"{\"IP\":\"::1\",\"ad_id\":1,\"ip\":\"::1\"}", "ip is given twice"},
    {"{\"ad_id\":1,\"event_id\":null,\"EVENT_ID\":\"x\"}", "event_id is given twice"},
    /* 17 levels, the object counted */
    {"{\"ad_id\":1,\"x\":" TIMES_16("[") TIMES_16("]") "}",
     "the body is nested deeper than 16 levels"},
    {TIMES_16("{\"x\":") "{\"ad_id\":1}" TIMES_16("}"), "the body is nested deeper than 16 levels"},
    {"{\"x\":\"\\\\\"," TIMES_16("["), "the body is nested deeper than 16 levels"},
    {"{" TIMES_8(TIMES_8("\"x\":1,")) "\"ad_id\":1}", "the body has more than 64 members"},
};

START_TEST(refuses_a_malformed_body_in_words)
{
    struct event event;
    struct error error;
    const char *body = MALFORMED[_i].body;
    ck_assert_int_eq(decode_bytes(body, strlen(body), &event, &error), RESULT_MALFORMED);
    ck_assert_str_eq(error.text, MALFORMED[_i].words);
}
END_TEST

START_TEST(refuses_a_nul_byte)
{
    static const char BODY[] = "{\"ad_id\":1}\0";
    struct event event;
    struct error error;
    ck_assert_int_eq(decode_bytes(BODY, 12, &event, &error), RESULT_MALFORMED);
    ck_assert_str_eq(error.text, "the body has a NUL at byte 12");
}
END_TEST

START_TEST(refuses_every_beginning_of_a_body)
{
    const char *body = "{\"ad_id\":1,\"ip\":\"::1\",\"event_id\":\"\\u00e9\",\"x\":[{\"y\":1}]}";
    struct event event;
    struct error error;
    for (size_t length = 0; length < strlen(body); length++)
        ck_assert_int_eq(decode_bytes(body, length, &event, &error), RESULT_MALFORMED);
    ck_assert_int_eq(decode_bytes(body, strlen(body), &event, &error), RESULT_OK);
}
END_TEST

START_TEST(survives_a_million_brackets)
{
    const size_t body_bytes = 1000000;
    char *body = malloc(body_bytes);
    struct event event;
    memset(body, '[', body_bytes);
    body[0] = '{';
    ck_assert_int_eq(event_decode(body, body_bytes, EVENT_CLICK, &event, NULL), RESULT_MALFORMED);
    free(body);
}
END_TEST

START_TEST(names_the_kinds)
{
    ck_assert_str_eq(event_kind_name(EVENT_CLICK), "click");
    ck_assert_str_eq(event_kind_name(EVENT_IMPRESSION), "impression");
}
END_TEST

Suite *event_json_suite(void)
{
    Suite *suite = suite_create("event_json");
    TCase *tcase = tcase_create("event");
    tcase_add_test(tcase, reads_what_the_original_service_took);
    tcase_add_test(tcase, needs_nothing_but_the_ad_id);
    tcase_add_test(tcase, takes_the_kind_from_the_caller_and_leaves_the_time);
    tcase_add_test(tcase, passes_over_a_byte_order_mark);
    tcase_add_test(tcase, reads_the_plain_form_without_jansson_behind_a_mark_too);
    tcase_add_test(tcase, takes_null_as_absent);
    tcase_add_test(tcase, matches_names_in_any_case);
    tcase_add_loop_test(tcase, ignores_other_members, 0, COUNT(IGNORED));
    tcase_add_loop_test(tcase, reads_a_playback_time, 0, COUNT(PLAYBACK_TIMES));
    tcase_add_loop_test(tcase, reads_an_event_id, 0, COUNT(EVENT_IDS));
    tcase_add_loop_test(tcase, refuses_an_invalid_value_by_name, 0, COUNT(INVALID));
    tcase_add_loop_test(tcase, refuses_a_malformed_body_in_words, 0, COUNT(MALFORMED));
    tcase_add_test(tcase, refuses_a_nul_byte);
    tcase_add_test(tcase, refuses_every_beginning_of_a_body);
    tcase_add_test(tcase, survives_a_million_brackets);
    tcase_add_test(tcase, names_the_kinds);
    suite_add_tcase(suite, tcase);
    return suite;
}
