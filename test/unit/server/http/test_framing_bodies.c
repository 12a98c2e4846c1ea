/* Bodies that are refused, and large ones that need room. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>

#include "server/http/framing.h"
#include "test/unit/server/http/wire.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

START_TEST(reads_a_refused_body_to_its_end_and_lets_nothing_of_it_pass)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, POST "Content-Length: 4194305\r\n\r\n");
    wire_feed_blanks(&wire, HTTP_BODY_MAX_BYTES);
    ck_assert_int_eq(wire.framing.state, FRAMING_DISCARDING_BODY);
    ck_assert_uint_eq(evbuffer_get_length(wire.passed), 0);
    wire_feed_text(&wire, " " GET);
    wire_assert_refused(&wire, HTTP_BODY_TOO_LONG);
    wire_close(&wire);
}
END_TEST

/* Feeds a chunked body of this many blanks, in chunks of 64 KiB at most, but for its last chunk. */
static void feed_chunks(struct wire *wire, size_t bytes)
{
    for (size_t left = bytes; left > 0;) {
        size_t chunk = left < 65536 ? left : 65536;
        char line[16];
        wire_feed(wire, line, (size_t)snprintf(line, sizeof line, "%zx\r\n", chunk));
        wire_feed_blanks(wire, chunk);
        wire_feed_text(wire, "\r\n");
        left -= chunk;
    }
}

START_TEST(collects_a_chunked_body_of_the_greatest_length)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, CHUNKED "\r\n");
    feed_chunks(&wire, HTTP_BODY_MAX_BYTES);
    ck_assert_int_eq(wire.framing.state, FRAMING_CHUNKS);
    ck_assert_uint_eq(evbuffer_get_length(wire.passed), 0);
    wire_feed_text(&wire, "0\r\n\r\n");
    wire_assert_between(&wire);
    static const char head[] = POST "Content-Length:00004194304\r\n\r\n";
    ck_assert_uint_eq(evbuffer_get_length(wire.passed), sizeof head - 1 + HTTP_BODY_MAX_BYTES);
    ck_assert_mem_eq(evbuffer_pullup(wire.passed, sizeof head - 1), head, sizeof head - 1);
    wire_close(&wire);
}
END_TEST

START_TEST(writes_a_length_that_is_no_longer_than_it_may_be)
{
    struct wire wire;
    struct http_head head;
    wire_open(&wire);
    wire_feed_text(&wire, POST "Transfer-Encoding: chunked                      \r\n\r\n"
                               "1\r\nx\r\n0\r\n\r\n");
    wire_assert_between(&wire);
    size_t bytes = evbuffer_get_length(wire.passed);
    const char *text = (const char *)evbuffer_pullup(wire.passed, -1);
    ck_assert_int_eq(http_head_read(text, bytes - 1, &head), HTTP_ACCEPTED);
    ck_assert_uint_eq(head.body_bytes, 1);
    ck_assert(!head.is_chunked);
    wire_close(&wire);
}
END_TEST

START_TEST(keeps_nothing_of_a_chunked_body_over_the_limit)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, CHUNKED "\r\n");
    feed_chunks(&wire, HTTP_BODY_MAX_BYTES + 1);
    ck_assert_int_eq(wire.framing.state, FRAMING_DISCARDING_CHUNKS);
    ck_assert_uint_eq(evbuffer_get_length(wire.framing.collected), 0);
    ck_assert_uint_eq(evbuffer_get_length(wire.passed), 0);
    wire_feed_text(&wire, "0\r\n\r\n" GET);
    wire_assert_refused(&wire, HTTP_BODY_TOO_LONG);
    wire_close(&wire);
}
END_TEST

START_TEST(goes_by_the_last_of_several_reasons)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, CHUNKED "\r\n");
    feed_chunks(&wire, HTTP_BODY_MAX_BYTES + 1);
    wire_feed_text(&wire, "z");
    wire_assert_refused(&wire, HTTP_BAD_CHUNK);
    wire_close(&wire);
}
END_TEST

START_TEST(reads_no_chunked_body_for_ever)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, CHUNKED "\r\n");
    feed_chunks(&wire, HTTP_DISCARD_MAX_BYTES);
    ck_assert_int_eq(wire.framing.state, FRAMING_DISCARDING_CHUNKS);
    wire_feed_text(&wire, "1\r\n");
    wire_assert_refused(&wire, HTTP_BODY_TOO_LONG);
    wire_close(&wire);
}
END_TEST

/* Takes of the limit what leaves `bytes`. */
static void leave_room(struct wire *wire, struct http_reservation *others, uint64_t bytes)
{
    *others = (struct http_reservation){.until_ms = INT64_MAX};
    ck_assert(http_admission_reserve(&wire->admission, others, HTTP_BODIES_MAX_BYTES - bytes, 0));
}

static const struct {
    const char *beginning; /* of a body that is a large one */
    enum framing_state without_room;
    uint64_t bytes; /* that it reserves */
} large[] = {
    {POST "Content-Length: 16385\r\n\r\n", FRAMING_DISCARDING_BODY, 16385},
    {POST "Content-Length: 4194304\r\n\r\n", FRAMING_DISCARDING_BODY, HTTP_BODY_MAX_BYTES},
    {POST WAITS "Content-Length: 16385\r\n\r\n", FRAMING_REFUSED, 16385},
    {CHUNKED "\r\n4001\r\n", FRAMING_DISCARDING_CHUNKS, 32768},
};

START_TEST(admits_a_large_body_while_there_is_room)
{
    for (int lacking = 0; lacking <= 1; lacking++) {
        struct wire wire;
        struct http_reservation others;
        wire_open(&wire);
        leave_room(&wire, &others, large[_i].bytes - (unsigned)lacking);
        wire_feed_text(&wire, large[_i].beginning);
        bool is_chunked = wire.framing.state == FRAMING_CHUNKS;
        wire_feed_blanks(&wire, 16385 - !is_chunked);
        if (lacking) {
            ck_assert_int_eq(wire.framing.state, large[_i].without_room);
            ck_assert_uint_eq(wire.framing.reservation.bytes, 0);
        } else {
            ck_assert_int_eq(wire.framing.state, is_chunked ? FRAMING_CHUNKS : FRAMING_BODY);
            ck_assert_uint_eq(wire.framing.reservation.bytes, large[_i].bytes);
        }
        http_admission_release(&others, 0);
        wire_close(&wire);
    }
}
END_TEST

START_TEST(says_that_there_is_no_room_at_the_end_of_the_body)
{
    static const char *const ends[] = {" ", "\r\n0\r\n\r\n"};
    for (int is_chunked = 0; is_chunked <= 1; is_chunked++) {
        struct wire wire;
        struct http_reservation others;
        wire_open(&wire);
        leave_room(&wire, &others, 0);
        wire_feed_text(&wire, large[is_chunked ? 3 : 0].beginning);
        wire_feed_blanks(&wire, 16384 + (unsigned)is_chunked);
        ck_assert_uint_eq(evbuffer_get_length(wire.passed), 0);
        wire_feed_text(&wire, ends[is_chunked]);
        wire_assert_refused(&wire, HTTP_TOO_MANY_BODIES);
        http_admission_release(&others, 0);
        wire_close(&wire);
    }
}
END_TEST

START_TEST(asks_no_room_for_a_small_body)
{
    static const char *const beginnings[] = {POST "Content-Length: 16384\r\n\r\n",
                                             CHUNKED "\r\n4000\r\n"};
    for (int i = 0; i < 2; i++) {
        struct wire wire;
        struct http_reservation others;
        wire_open(&wire);
        leave_room(&wire, &others, 0);
        wire_feed_text(&wire, beginnings[i]);
        wire_feed_blanks(&wire, 16384);
        wire_feed_text(&wire, i == 0 ? "" : "\r\n0\r\n\r\n");
        wire_assert_between(&wire);
        ck_assert_uint_gt(evbuffer_get_length(wire.passed), 16384);
        http_admission_release(&others, 0);
        wire_close(&wire);
    }
}
END_TEST

START_TEST(reserves_for_each_large_body_what_it_needs)
{
    for (int lacking = 0; lacking <= 1; lacking++) {
        struct wire wire;
        struct http_reservation others;
        wire_open(&wire);
        leave_room(&wire, &others, HTTP_BODY_MAX_BYTES - (unsigned)lacking);
        wire_feed_text(&wire, large[0].beginning);
        wire_feed_blanks(&wire, 16384);
        ck_assert_uint_eq(wire.framing.reservation.bytes, 16385);
        wire_feed_text(&wire, " ");
        http_framing_taken(&wire.framing, 0);
        wire_feed_text(&wire, POST "Content-Length: 4194304\r\n\r\n");
        ck_assert_uint_eq(wire.framing.reservation.bytes, lacking ? 0 : HTTP_BODY_MAX_BYTES);
        ck_assert_int_eq(wire.framing.state, lacking ? FRAMING_DISCARDING_BODY : FRAMING_BODY);
        http_admission_release(&others, 0);
        wire_close(&wire);
    }
}
END_TEST

/* The last one begins in the piece in which the one before ends. */
START_TEST(keeps_what_is_reserved_for_bodies_until_they_are_taken)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, POST "Content-Length: 10000\r\n\r\n");
    wire_feed_blanks(&wire, 10000);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 0);
    wire_feed_text(&wire, POST "Content-Length: 10000\r\n\r\n");
    wire_feed_blanks(&wire, 9999);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 20000);
    wire_feed_text(&wire, " " CHUNKED "\r\n");
    feed_chunks(&wire, 1);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 20000 + 16384);
    feed_chunks(&wire, 20000);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 20000 + 32768);
    wire_feed_text(&wire, "0\r\n\r\n");
    ck_assert_int_eq(wire.framing.state, FRAMING_HEAD);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 20000 + 20001);
    http_framing_taken(&wire.framing, 0);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 0);
    wire_close(&wire);
}
END_TEST

START_TEST(keeps_no_more_than_is_left_of_bodies_that_never_end)
{
    struct wire wire;
    wire_open(&wire);
    for (int i = 0; i < 100; i++) {
        wire_feed_text(&wire, POST "Content-Length: 10000\r\n\r\n");
        wire_feed_blanks(&wire, 10000);
        http_framing_taken(&wire.framing, 25000);
        ck_assert_uint_le(wire.framing.reservation.bytes, 25000);
    }
    ck_assert_uint_eq(wire.framing.reservation.bytes, 25000);
    wire_close(&wire);
}
END_TEST

START_TEST(lets_the_midst_of_a_body_pass_by_its_length_alone)
{
    struct wire wire;
    wire_open(&wire);
    ck_assert(!http_framing_is_midst(&wire.framing, 1));
    wire_feed_text(&wire, POST "Content-Length: 10\r\n\r\n");
    ck_assert(http_framing_is_midst(&wire.framing, 4));
    ck_assert(!http_framing_is_midst(&wire.framing, 6));
    ck_assert(!http_framing_is_midst(&wire.framing, 7));
    ck_assert(http_framing_is_midst(&wire.framing, 5));
    ck_assert(http_framing_is_under_way(&wire.framing));
    wire_feed_text(&wire, " ");
    wire_assert_between(&wire);
    wire_feed_text(&wire, POST "Content-Length: 8000000\r\n\r\n");
    ck_assert(!http_framing_is_midst(&wire.framing, 1)); /* it must not pass */
    wire_close(&wire);
}
END_TEST

START_TEST(keeps_what_is_reserved_for_a_body_under_way)
{
    struct wire wire;
    wire_open(&wire);
    wire_feed_text(&wire, POST "Content-Length: 20000\r\n\r\n");
    wire_feed_blanks(&wire, 20000);
    wire_feed_text(&wire, POST "Content-Length: 30000\r\n\r\n");
    http_framing_taken(&wire.framing, 0);
    ck_assert_uint_ge(wire.framing.reservation.bytes, 30000);
    wire_feed_blanks(&wire, 30000);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 30000);
    http_framing_taken(&wire.framing, 0);
    wire_assert_between(&wire);
    wire_close(&wire);
}
END_TEST

START_TEST(reserves_nothing_for_what_it_does_not_keep)
{
    struct wire wire;
    struct http_reservation others;
    wire_open(&wire);
    wire_feed_text(&wire, CHUNKED "\r\n");
    feed_chunks(&wire, HTTP_BODY_MAX_BYTES + 1);
    ck_assert_int_eq(wire.framing.state, FRAMING_DISCARDING_CHUNKS);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 0);
    wire_close(&wire);
    wire_open(&wire);
    leave_room(&wire, &others, 0);
    wire_feed_text(&wire, CHUNKED "\r\n");
    feed_chunks(&wire, 16385);
    ck_assert_int_eq(wire.framing.state, FRAMING_DISCARDING_CHUNKS);
    http_admission_release(&others, 0);
    feed_chunks(&wire, 1);
    ck_assert_uint_eq(wire.framing.reservation.bytes, 0);
    wire_feed_text(&wire, "0\r\n\r\n");
    wire_assert_refused(&wire, HTTP_TOO_MANY_BODIES);
    wire_close(&wire);
}
END_TEST

Suite *http_framing_bodies_suite(void)
{
    Suite *suite = suite_create("http_framing_bodies");
    TCase *tcase = tcase_create("http_framing_bodies");
    tcase_add_test(tcase, reads_a_refused_body_to_its_end_and_lets_nothing_of_it_pass);
    tcase_add_test(tcase, collects_a_chunked_body_of_the_greatest_length);
    tcase_add_test(tcase, writes_a_length_that_is_no_longer_than_it_may_be);
    tcase_add_test(tcase, keeps_nothing_of_a_chunked_body_over_the_limit);
    tcase_add_test(tcase, goes_by_the_last_of_several_reasons);
    tcase_add_test(tcase, reads_no_chunked_body_for_ever);
    tcase_add_loop_test(tcase, admits_a_large_body_while_there_is_room, 0, COUNT(large));
    tcase_add_test(tcase, says_that_there_is_no_room_at_the_end_of_the_body);
    tcase_add_test(tcase, asks_no_room_for_a_small_body);
    tcase_add_test(tcase, reserves_for_each_large_body_what_it_needs);
    tcase_add_test(tcase, keeps_what_is_reserved_for_bodies_until_they_are_taken);
    tcase_add_test(tcase, keeps_no_more_than_is_left_of_bodies_that_never_end);
    tcase_add_test(tcase, lets_the_midst_of_a_body_pass_by_its_length_alone);
    tcase_add_test(tcase, keeps_what_is_reserved_for_a_body_under_way);
    tcase_add_test(tcase, reserves_nothing_for_what_it_does_not_keep);
    suite_add_tcase(suite, tcase);
    return suite;
}
