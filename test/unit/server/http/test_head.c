/* The heads of requests: what is let through, and what could be read in two ways. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "server/http/head.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define LINE "POST /ads/click HTTP/1.1\r\n"
#define HOST "Host: x\r\n"

/* Reads from a block of just this size, so that the sanitizer sees a step beyond it. */
static enum http_refusal read_bytes(const char *text, size_t bytes, struct http_head *head)
{
    char *block = malloc(bytes);
    ck_assert_ptr_nonnull(block);
    memcpy(block, text, bytes);
    memset(head, 0xA5, sizeof *head);
    enum http_refusal refusal = http_head_read(block, bytes, head);
    free(block);
    return refusal;
}

static enum http_refusal read_head(const char *text, struct http_head *head)
{
    return read_bytes(text, strlen(text), head);
}

static const struct {
    const char *text;
    unsigned long long body_bytes;
} accepted[] = {
    {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"GET / HTTP/1.0\r\n\r\n", 0},
    {"GET / HTTP/1.0\r\nHost: x\r\n\r\n", 0},
    {"HEAD /ads HTTP/1.1\r\nhost:x\r\n\r\n", 0},
    {"OPTIONS /ads HTTP/1.1\r\nHOST: x\r\n\r\n", 0},
    {"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"OPTIONS * HTTP/1.0\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost:\t ads.example:80 \t\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 0},
    {"GET /ads?a=[x]&b=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"GET /%C3%A9/%23?{x}|\\^`\"<> HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"GET http://x/ads HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"GET HTTPS://ads.example:8443?a HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"GET http://[2001:db8::1]:80/ads HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    {"GET http://x:65535/ HTTP/1.1\r\nHost: x\r\n\r\n", 0},
    /* The target goes before the field, even an empty one. */
    {"GET http://x/ads HTTP/1.1\r\nHost: y:80\r\n\r\n", 0},
    {"GET http://x/ads HTTP/1.1\r\nHost:\r\n\r\n", 0},
    {"GET https://x HTTP/1.0\r\nHost: \r\n\r\n", 0},
    {LINE HOST "\r\n", 0},
    {LINE HOST "Content-Length: 1\r\n\r\n", 1},
    {LINE HOST "content-length:11 \t\r\n\r\n", 11},
    {LINE HOST "Content-Length: \t0011\r\n\r\n", 11},
    {LINE HOST "Content-Length: 1048576\r\n\r\n", HTTP_BODY_MAX_BYTES},
    {LINE HOST
     "X: \x80\x9f\xff a\tb\r\nZ: a somewhat longer\tvalue\r\nY:\r\n!#$%&'*+-.^_`|~0aZ: z\r\n\r\n",
     0},
    {LINE HOST "X: Transfer-Encoding: chunked\r\n\r\n", 0},
    {"DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", 2},
    {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", 2},
    {"PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", 2},
};

START_TEST(accepts_a_sound_head_and_tells_the_length_of_its_body)
{
    struct http_head head;
    ck_assert_int_eq(read_head(accepted[_i].text, &head), HTTP_ACCEPTED);
    ck_assert_uint_eq(head.body_bytes, accepted[_i].body_bytes);
    ck_assert(!head.is_chunked);
    ck_assert(!head.expects_continue);
}
END_TEST

static const struct {
    enum http_refusal refusal;
    const char *text;
} refused[] = {
    {HTTP_BAD_LINE, "\r\n"},
    {HTTP_BAD_LINE, "\n\n"},
    {HTTP_BAD_LINE, "\r\n\r\n"},
    {HTTP_BAD_LINE, " \r\n\r\n"},
    {HTTP_BAD_LINE, "GET\r\n\r\n"},
    {HTTP_BAD_LINE, "GET /\r\n\r\n"},
    {HTTP_BAD_LINE, "GET / \r\n\r\n"},
    {HTTP_BAD_LINE, "GET /  HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, " GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET /a\x7f HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET / HTTP/1.1\rHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET / HTTP/1.1\nHost: x\n\n"},
    {HTTP_BAD_LINE, "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET / a b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET / http/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_METHOD, "get / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_METHOD, "GETS / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_METHOD, "GE / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_METHOD, "PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_METHOD, "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET ads HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "POST * HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "OPTIONS ** HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "OPTIONS *?a HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET ?a HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET //ads HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET // HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http:// HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http:///ads HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http:/ads HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://x: HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://x:65536/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://x:000080/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://x:8a/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://x\\y/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://[127.0.0.1]/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET http://[::1]x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_TARGET, "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET /\xc0\xaf HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET /ads?a=\x80 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET /ads?a\xff HTTP/1.0\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET http://\xc3\xa9/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET /metrics# HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET /ads?a#b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_UNENCODED_TARGET, "GET http://x#b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_LINE, "GET /#\xff\x01 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_VERSION, "GET / HTTP/1.2\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_VERSION, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_VERSION, "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
    {HTTP_BAD_VERSION, "PRI * HTTP/2.0\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {HTTP_BAD_HOST, "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: \t \r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.0\r\nHost:\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: x/path\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: x y\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.1\r\nHost: x:99999\r\n\r\n"},
    {HTTP_BAD_HOST, "GET / HTTP/1.0\r\nHost: http://x\r\n\r\n"},
    {HTTP_BAD_HOST, "GET http://x/ HTTP/1.1\r\nHost: u@x\r\n\r\n"},
    {HTTP_BAD_HOST, "GET http://x/ HTTP/1.1\r\n\r\n"},
    {HTTP_BAD_HOST, "GET http://x/ HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_HOST, "GET http://x/ HTTP/1.1\r\nHost:\r\nHost: x\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "\n"},
    {HTTP_BAD_FIELD, LINE "Host: x\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "A: b\n\n"},
    {HTTP_BAD_FIELD, LINE HOST "A: b\rC: d\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST " A: b\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "\tfolded\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "A : b\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "A\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST ": b\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "A(: b\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "@refused: 1\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "\xc3\xa9: b\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "Content-Length : 1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length:\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: -1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: +1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 1 1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 1, 1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 0x1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 1.0\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 18446744073709551617\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"},
    {HTTP_BAD_LENGTH, LINE HOST "Content-Length: 1\r\ncontent-length: 2\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: gzip\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding:\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: identity\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: chunked, chunked\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: xchunked\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: \"chunked\"\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding:\tchunked\r\n\r\n"},
    {HTTP_BAD_FIELD, LINE HOST "Transfer-Encoding: chunked\x0b\r\n\r\n"},
    {HTTP_BAD_ENCODING,
     LINE HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"},
    {HTTP_BAD_ENCODING, LINE HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {HTTP_BAD_ENCODING, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {HTTP_BAD_EXPECT, LINE HOST "Expect: 200-ok\r\n\r\n"},
    {HTTP_BAD_EXPECT, LINE HOST "Expect:\r\n\r\n"},
    {HTTP_UNEXPECTED_BODY, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"},
    {HTTP_UNEXPECTED_BODY, "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"},
    {HTTP_UNEXPECTED_BODY, "OPTIONS / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"},
    {HTTP_UNEXPECTED_BODY, "TRACE / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"},
    {HTTP_UNEXPECTED_BODY, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {HTTP_BODY_TOO_LONG, LINE HOST "Content-Length: 1048577\r\n\r\n"},
    {HTTP_BODY_TOO_LONG, LINE HOST "Content-Length: 999999999999999999\r\n\r\n"},
};

START_TEST(refuses_what_could_be_read_in_two_ways)
{
    struct http_head head;
    ck_assert_int_eq(read_head(refused[_i].text, &head), refused[_i].refusal);
}
END_TEST

START_TEST(refuses_a_nul_anywhere)
{
    static const char text[] = LINE HOST "Content-Length: 1\r\n\r\n";
    char copy[sizeof text];
    struct http_head head;
    for (size_t i = 0; i < sizeof text - 3; i++) {
        memcpy(copy, text, sizeof text);
        copy[i] = '\0';
        ck_assert_int_eq(read_bytes(copy, sizeof text - 1, &head), HTTP_BAD_FIELD);
    }
}
END_TEST

START_TEST(refuses_every_control_character_in_a_value_but_a_tab)
{
    static const char *const texts[] = {LINE HOST "A: @\r\n\r\n", LINE HOST "A:@b\r\n\r\n",
                                        LINE HOST "Cookie: a=b; @; c=d; e=f\r\nB: c\r\n\r\n",
                                        "GET / HTTP/1.0\r\nReferer: abcdefg@\r\n\r\n"};
    for (int byte = 0; byte < 256; byte++) {
        bool is_control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
        for (int i = 0; i < COUNT(texts); i++) {
            char text[200];
            struct http_head head;
            size_t bytes = (size_t)(stpcpy(text, texts[i]) - text);
            *strchr(text, '@') = (char)byte;
            ck_assert_int_eq(read_bytes(text, bytes, &head),
                             is_control ? HTTP_BAD_FIELD : HTTP_ACCEPTED);
        }
    }
}
END_TEST

START_TEST(finds_the_line_of_a_chunked_body)
{
    static const char *const lines[] = {
        "Transfer-Encoding: chunked",
        "transfer-encoding:CHUNKED",
        "Transfer-Encoding:   chunked  ",
    };
    for (int i = 0; i < COUNT(lines); i++) {
        char text[200];
        struct http_head head;
        (void)snprintf(text, sizeof text, LINE HOST "%s\r\nA: b\r\n\r\n", lines[i]);
        ck_assert_int_eq(read_head(text, &head), HTTP_ACCEPTED);
        ck_assert(head.is_chunked);
        ck_assert_uint_eq(head.body_bytes, 0);
        ck_assert_uint_eq(head.encoding_at, strlen(LINE HOST));
        ck_assert_uint_eq(head.encoding_bytes, strlen(lines[i]));
    }
}
END_TEST

START_TEST(tells_that_the_client_waits_and_how_much_it_would_send)
{
    struct http_head head;
    ck_assert_int_eq(
        read_head(LINE HOST "Expect: 100-Continue\r\nContent-Length: 7\r\n\r\n", &head),
        HTTP_ACCEPTED);
    ck_assert(head.expects_continue);
    ck_assert_int_eq(
        read_head(LINE HOST "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n", &head),
        HTTP_BODY_TOO_LONG);
    ck_assert(head.expects_continue);
    ck_assert_uint_eq(head.body_bytes, 2000000);
}
END_TEST

START_TEST(refuses_more_fields_than_the_limit)
{
    for (int fields = HTTP_FIELDS_MAX; fields <= HTTP_FIELDS_MAX + 1; fields++) {
        char text[HTTP_HEAD_MAX_BYTES];
        char *end = stpcpy(text, LINE HOST);
        for (int i = 1; i < fields; i++)
            end = stpcpy(end, "A: b\r\n");
        (void)stpcpy(end, "\r\n");
        struct http_head head;
        ck_assert_int_eq(read_head(text, &head),
                         fields <= HTTP_FIELDS_MAX ? HTTP_ACCEPTED : HTTP_TOO_MANY_FIELDS);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t end; /* 0 = there is none yet */
} ends[] = {
    {"", 0},
    {"\n", 0},
    {"\r\n", 0},
    {"\r\n\r\n", 4},
    {"\n\n", 2},
    {"\n\r\n", 3},
    {"\n\r", 0},
    {"\n\r\r\n", 0},
    {"A\r\n", 0},
    {"A\r\n\r", 0},
    {"A\r\n\r\n", 5},
    {"A\r\n\r\n\r\n", 5},
    {"A\r\nB\r\n\r\nC\r\n\r\n", 8},
    {"A\n\r\n\r\n", 4},
    {"A\r\n\nB", 4},
    {"A\r\r\n", 0},
};

START_TEST(finds_the_first_end_of_a_head)
{
    size_t bytes = strlen(ends[_i].text);
    char *block = malloc(bytes + (bytes == 0));
    ck_assert_ptr_nonnull(block);
    memcpy(block, ends[_i].text, bytes);
    ck_assert_uint_eq(http_head_end(block, bytes), ends[_i].end);
    for (size_t less = 0; less < ends[_i].end; less++)
        ck_assert_uint_eq(http_head_end(block, less), 0);
    free(block);
}
END_TEST

Suite *http_head_suite(void)
{
    Suite *suite = suite_create("http_head");
    TCase *tcase = tcase_create("http_head");
    tcase_add_loop_test(tcase, accepts_a_sound_head_and_tells_the_length_of_its_body, 0,
                        COUNT(accepted));
    tcase_add_loop_test(tcase, refuses_what_could_be_read_in_two_ways, 0, COUNT(refused));
    tcase_add_test(tcase, refuses_a_nul_anywhere);
    tcase_add_test(tcase, refuses_every_control_character_in_a_value_but_a_tab);
    tcase_add_test(tcase, finds_the_line_of_a_chunked_body);
    tcase_add_test(tcase, tells_that_the_client_waits_and_how_much_it_would_send);
    tcase_add_test(tcase, refuses_more_fields_than_the_limit);
    tcase_add_loop_test(tcase, finds_the_first_end_of_a_head, 0, COUNT(ends));
    suite_add_tcase(suite, tcase);
    return suite;
}
