/* The plain form of events: what is read without jansson, and what has to be left to it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_fast.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define ID_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Of a copy of just its size, so that the sanitizer sees a read beyond it. */
static bool decode(const char *body, struct event *event)
{
    size_t bytes = strlen(body);
    char *copy = malloc(bytes + (bytes == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, body, bytes);
    *event = (struct event){.address = {.family = ADDRESS_NONE}};
    bool is_read = event_decode_fast(copy, bytes, event);
    free(copy);
    return is_read;
}

static const struct {
    const char *body;
    int32_t ad_id;
    int32_t playback_seconds;
    const char *ip; /* "" = none */
    const char *id;
} READ[] = {
    {"{\"ad_id\":1}", 1, 0, "", ""},
    {"{\"ad_id\":1,\"ip\":\"127.0.0.1\",\"video_playback_time\":30}", 1, 30, "127.0.0.1", ""},
    {"{\"event_id\":\"a b~!{}[]:,\",\"ad_id\":10}", 10, 0, "", "a b~!{}[]:,"},
    {"{\"event_id\":\"" ID_64 "\",\"ad_id\":999999999}", 999999999, 0, "", ID_64},
    {"{\"ad_id\":90,\"video_playback_time\":0}", 90, 0, "", ""},
    {"{\"ad_id\":7,\"video_playback_time\":86400}", 7, 86400, "", ""},
    {" \t\r\n{ \"ad_id\" :\t5 ,\r\n \"ip\" : \"::1\" } \n", 5, 0, "::1", ""},
};

START_TEST(plain_form_is_read)
{
    char address[ADDRESS_TEXT_SIZE];
    struct event event;
    ck_assert(decode(READ[_i].body, &event));
    ck_assert_int_eq(event.ad_id, READ[_i].ad_id);
    ck_assert_int_eq(event.playback_seconds, READ[_i].playback_seconds);
    ck_assert_uint_eq(event.id_bytes, strlen(READ[_i].id));
    ck_assert_mem_eq(event.id, READ[_i].id, event.id_bytes);
    if (READ[_i].ip[0] == '\0') {
        ck_assert_uint_eq(event.address.family, ADDRESS_NONE);
    } else {
        address_format(&event.address, address);
        ck_assert_str_eq(address, READ[_i].ip);
    }
}
END_TEST

/* Not valid, not plain, or more than this reader surely understands. */
static const char *const LEFT[] = {
    "",
    " ",
    "{",
    "{}",
    "[]",
    "{\"ad_id\"",
    "{\"ad_id\":",
    "{\"ad_id\":}",
    "{\"ad_id\":1",
    "{\"ad_id\":1,",
    "{\"ad_id\":1,}",
    "{\"ad_id\":1}}",
    "{\"ad_id\":1} x",
    "{,\"ad_id\":1}",
    "{\"ad_id\" 1}",
    "\"ad_id\":1}",
    "{\"ad_id\":1;\"ip\":\"::1\"}",
    /* numbers */
    "{\"ad_id\":0}",
    "{\"ad_id\":-1}",
    "{\"ad_id\":01}",
    "{\"ad_id\":00}",
    "{\"ad_id\":1.0}",
    "{\"ad_id\":1e3}",
    "{\"ad_id\":\"1\"}",
    "{\"ad_id\":null}",
    "{\"ad_id\":1000000000}",
    "{\"ad_id\":99999999999999999999}",
    "{\"ad_id\":1,\"video_playback_time\":}",
    "{\"ad_id\":1,\"video_playback_time\":01}",
    "{\"ad_id\":1,\"video_playback_time\":86401}",
    "{\"ad_id\":1,\"video_playback_time\":-1}",
    /* strings */
    "{\"ad_id\":1,\"ip\":\"127.0.0\"}",
    "{\"ad_id\":1,\"ip\":127}",
    "{\"ad_id\":1,\"ip\":\"127.0.0.1}",
    "{\"ad_id\":1,\"ip\":\"\"}",
    "{\"ad_id\":1,\"event_id\":\"\"}",
    "{\"ad_id\":1,\"event_id\":\"" ID_64 "x\"}",
    "{\"ad_id\":1,\"event_id\":\"a\\nb\"}",
    "{\"ad_id\":1,\"event_id\":\"a\\\"}",
    "{\"ad_id\":1,\"event_id\":\"a\nb\"}",
    "{\"ad_id\":1,\"event_id\":\"a\x7F\"}",
    "{\"ad_id\":1,\"event_id\":\"\xC3\xA4\"}",
    "{\"ad_id\":1,\"event_id\":a}",
    /* members */
    "{\"ip\":\"::1\"}",
    "{\"ad_id\":1,\"ad_id\":1}",
    "{\"ad_id\":1,\"ip\":\"::1\",\"ip\":\"::1\"}",
    "{\"AD_ID\":1}",
    "{\"ad_id\":1,\"other\":2}",
    "{\"ad_id\":1,\"\":2}",
    "{\"ad_id\":1,\"ip\":null}",
    "{\"ad_i\\u0064\":1}",
};

START_TEST(anything_else_is_left)
{
    struct event event;
    ck_assert_msg(!decode(LEFT[_i], &event), "read: %s", LEFT[_i]);
}
END_TEST

Suite *event_fast_suite(void)
{
    Suite *suite = suite_create("event_fast");
    TCase *tcase = tcase_create("event_fast");
    tcase_add_loop_test(tcase, plain_form_is_read, 0, COUNT(READ));
    tcase_add_loop_test(tcase, anything_else_is_left, 0, COUNT(LEFT));
    suite_add_tcase(suite, tcase);
    return suite;
}
