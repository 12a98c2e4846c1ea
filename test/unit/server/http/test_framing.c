/* One connection's requests, whole and cut anywhere. */
#include <stdio.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>

#include "server/http/framing.h"
#include "test/unit/server/http/streams.h"
#include "test/unit/server/http/wire.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

START_TEST(lets_the_same_pass_wherever_it_is_cut)
{
    const struct stream stream = stream_make(_i);
    for (size_t first = 0; first <= stream.sent_bytes; first++) {
        for (size_t second = first; second <= stream.sent_bytes;
             second += 1 + (second - first) / 4) {
            struct wire wire;
            wire_open(&wire);
            wire_feed(&wire, stream.sent, first);
            wire_feed(&wire, stream.sent + first, second - first);
            wire_feed(&wire, stream.sent + second, stream.sent_bytes - second);
            wire_assert_passed(&wire, stream.passed, stream.passed_bytes);
            ck_assert_int_eq(wire.framing.state,
                             stream.is_refused ? FRAMING_REFUSED : FRAMING_HEAD);
            wire_close(&wire);
        }
    }
}
END_TEST

/* What has passed after `bytes` of it: all whole requests, and nothing that will not. */
static void check_passed(const struct stream *stream, struct wire *wire, size_t bytes)
{
    size_t whole = stream_whole(stream, bytes);
    size_t passed_bytes = evbuffer_get_length(wire->passed);
    size_t least = whole == 0 ? 0 : stream->passed_ends[whole - 1];
    ck_assert_uint_ge(passed_bytes, least);
    ck_assert_uint_le(passed_bytes, stream->passed_bytes);
    if (whole < stream->requests)
        ck_assert(passed_bytes == least || passed_bytes < stream->passed_ends[whole]);
    if (passed_bytes > 0)
        ck_assert_mem_eq(evbuffer_pullup(wire->passed, -1), stream->passed, passed_bytes);
}

START_TEST(knows_at_every_byte_whether_a_request_is_under_way)
{
    const struct stream stream = stream_make(_i);
    struct wire wire;
    wire_open(&wire);
    for (size_t bytes = 1; bytes <= stream.sent_bytes; bytes++) {
        size_t whole = stream_whole(&stream, bytes);
        bool is_end = whole > 0 && stream.ends[whole - 1] == bytes;
        wire_feed(&wire, stream.sent + bytes - 1, 1);
        check_passed(&stream, &wire, bytes);
        ck_assert_int_eq(wire.has_ended, is_end);
        if (is_end)
            wire_assert_between(&wire);
        else
            ck_assert_int_eq(http_framing_is_under_way(&wire.framing),
                             wire.framing.state != FRAMING_REFUSED);
    }
    wire_close(&wire);
}
END_TEST

static const struct {
    const char *head;
    enum framing_state state;
} bodies[] = {
    {GET, FRAMING_HEAD},
    {POST "Content-Length: 0\r\n\r\n", FRAMING_HEAD},
    {POST "Content-Length: 1\r\n\r\n", FRAMING_BODY},
    {CHUNKED "\r\n", FRAMING_CHUNKS},
    {POST "Content-Length: 4194304\r\n\r\n", FRAMING_BODY},
    {POST "Content-Length: 4194305\r\n\r\n", FRAMING_DISCARDING_BODY},
    {POST "Content-Length: 16777216\r\n\r\n", FRAMING_DISCARDING_BODY},
    {POST "Content-Length: 16777217\r\n\r\n", FRAMING_REFUSED},
    {POST WAITS "Content-Length: 4194305\r\n\r\n", FRAMING_REFUSED},
    {POST WAITS "Content-Length: 1\r\n\r\n", FRAMING_BODY},
    {"GET\r\n\r\n", FRAMING_REFUSED},
};

START_TEST(knows_after_a_head_what_follows)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, bodies[_i].head);
    ck_assert_int_eq(wire.framing.state, bodies[_i].state);
    wire_close(&wire);
}
END_TEST

START_TEST(refuses_a_head_over_the_limit_whole_or_not)
{
    for (size_t bytes = HTTP_HEAD_MAX_BYTES - 1; bytes <= HTTP_HEAD_MAX_BYTES + 2; bytes++) {
        for (size_t cut = HTTP_HEAD_MAX_BYTES - 5; cut <= bytes; cut++) {
            char text[HTTP_HEAD_MAX_BYTES + 2] = "GET / HTTP/1.1\r\nHost: x\r\nA:";
            size_t start = strlen(text);
            memset(text + start, 'b', bytes - start);
            memcpy(text + bytes - 4, "\r\n\r\n", 4);
            struct wire wire;
            wire_open(&wire);
            wire_feed(&wire, text, cut);
            wire_feed(&wire, text + cut, bytes - cut);
            if (bytes <= HTTP_HEAD_MAX_BYTES)
                wire_assert_passed(&wire, text, bytes);
            else
                wire_assert_refused(&wire, HTTP_HEAD_TOO_LONG);
            wire_close(&wire);
        }
    }
}
END_TEST

START_TEST(refuses_a_head_without_an_end_at_the_limit)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, "GET / HTTP/1.1\r\nA: ");
    wire_feed_blanks(&wire, HTTP_HEAD_MAX_BYTES - strlen("GET / HTTP/1.1\r\nA: "));
    ck_assert(http_framing_is_under_way(&wire.framing));
    ck_assert_uint_eq(evbuffer_get_length(wire.passed), 0);
    wire_feed_text(&wire, "b");
    ck_assert_int_eq(wire.framing.state, FRAMING_REFUSED);
    wire_assert_refused(&wire, HTTP_HEAD_TOO_LONG);
    wire_close(&wire);
}
END_TEST

static const struct {
    const char *head;
    const char *behind; /* in the same piece */
    bool awaits;
} waiting[] = {
    {CHUNKED WAITS "\r\n", "", true},
    {GET CHUNKED WAITS "\r\n", "", true},
    {CHUNKED WAITS "\r\n", "0", false},
    {CHUNKED "\r\n", "", false},
    {POST WAITS "Content-Length: 5\r\n\r\n", "", false}, /* evhttp sees to it */
    {POST WAITS "\r\n", "", false},
};

START_TEST(tells_that_the_client_waits_until_something_comes)
{
    struct wire wire;
    char text[200];
    wire_open(&wire);
    int bytes = snprintf(text, sizeof text, "%s%s", waiting[_i].head, waiting[_i].behind);
    wire_feed(&wire, text, (size_t)bytes);
    ck_assert_int_eq(http_framing_awaits_continue(&wire.framing), waiting[_i].awaits);
    wire_feed_text(&wire, "0");
    ck_assert(!http_framing_awaits_continue(&wire.framing));
    wire_close(&wire);
}
END_TEST

static const struct {
    const char *text;
    bool is_whole;
} wholes[] = {
    {GET, true},
    {POST "Content-Length: 5\r\n\r\nhello", true},
    {POST "\r\n", true},
    {"", false},
    {"\r\n", false},
    {GET "\r\n", false},
    {GET "G", false},
    {GET GET, false},
    {"\r\n" GET, false},
    {POST, false},
    {POST "Content-Length: 5\r\n\r\nhell", false},
    {POST "Content-Length: 5\r\n\r\nhello!", false},
    {CHUNKED "\r\n0\r\n\r\n", false},
    {"GET / HTTP/1.1\r\n\r\n", false},
    {"GET / HTTP/1.1\nHost: x\n\n", false},
};

START_TEST(knows_one_whole_sound_request)
{
    ck_assert_int_eq(http_framing_is_whole_request(wholes[_i].text, strlen(wholes[_i].text)),
                     wholes[_i].is_whole);
}
END_TEST

Suite *http_framing_suite(void)
{
    Suite *suite = suite_create("http_framing");
    TCase *tcase = tcase_create("http_framing");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, lets_the_same_pass_wherever_it_is_cut, 0, stream_count());
    tcase_add_loop_test(tcase, knows_at_every_byte_whether_a_request_is_under_way, 0,
                        stream_count());
    tcase_add_loop_test(tcase, knows_after_a_head_what_follows, 0, COUNT(bodies));
    tcase_add_test(tcase, refuses_a_head_over_the_limit_whole_or_not);
    tcase_add_test(tcase, refuses_a_head_without_an_end_at_the_limit);
    tcase_add_loop_test(tcase, tells_that_the_client_waits_until_something_comes, 0,
                        COUNT(waiting));
    tcase_add_loop_test(tcase, knows_one_whole_sound_request, 0, COUNT(wholes));
    suite_add_tcase(suite, tcase);
    return suite;
}
