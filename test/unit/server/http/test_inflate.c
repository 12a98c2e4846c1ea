/* Undoing gzip, piece by piece and within its limit. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>
#include <zlib.h>

#include "server/http/inflate.h"
#include "test/unit/suites.h"

enum { LIMIT = 1000000, PACKED_BYTES = 2 * LIMIT };

static unsigned char packed[PACKED_BYTES];
static char plain[LIMIT + 1];

/* As gzip writes it at this level; returns the length. */
static size_t pack(unsigned char *out, const char *text, size_t bytes, int level)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text,
                       .avail_in = (unsigned)bytes,
                       .next_out = out,
                       .avail_out = (unsigned)(packed + PACKED_BYTES - out)};
    ck_assert_int_eq(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    ck_assert_int_eq(deflateEnd(&stream), Z_OK);
    return stream.total_out;
}

/* Text of which half the bytes can't be guessed. */
static void fill(char *text, size_t bytes)
{
    unsigned state = 7;
    for (size_t i = 0; i < bytes; i++) {
        state = state * 1103515245u + 12345u;
        text[i] = (char)(i % 2 == 0 ? state >> 16 & 0x7f : 'x');
    }
}

/* From blocks of this size. */
static enum http_inflate_step run(struct http_inflate *gzip, size_t bytes, size_t block,
                                  struct http_text *text)
{
    struct evbuffer *input = evbuffer_new();
    ck_assert_ptr_nonnull(input);
    for (size_t at = 0; at < bytes; at += block)
        ck_assert_int_eq(evbuffer_add_reference(input, packed + at,
                                                bytes - at < block ? bytes - at : block, NULL,
                                                NULL),
                         0);
    enum http_inflate_step step;
    size_t before = 0;
    http_inflate_begin(gzip);
    while ((step = http_inflate_next(gzip, input, text)) == HTTP_INFLATE_GOES_ON) {
        ck_assert_uint_le(text->length - before, 65536);
        before = text->length;
    }
    evbuffer_free(input);
    return step;
}

START_TEST(gives_the_text_whatever_pieces_it_comes_in)
{
    static const size_t blocks[] = {1, 7, 16384, PACKED_BYTES};
    struct http_inflate gzip;
    http_inflate_init(&gzip);
    fill(plain, LIMIT);
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        struct http_text text = {.limit = LIMIT};
        size_t length = i == 0 ? 5000 : LIMIT;
        size_t bytes = pack(packed, plain, length, _i);
        ck_assert_int_eq(run(&gzip, bytes, blocks[i], &text), HTTP_INFLATE_DONE);
        ck_assert_uint_eq(text.length, length);
        ck_assert_mem_eq(text.bytes, plain, length);
        http_text_clear(&text);
    }
    http_inflate_clear(&gzip);
}
END_TEST

START_TEST(refuses_a_byte_more_than_the_limit)
{
    struct http_inflate gzip;
    struct http_text text = {.limit = LIMIT};
    http_inflate_init(&gzip);
    memset(plain, ' ', sizeof plain);
    size_t bytes = pack(packed, plain, LIMIT + 1, 9);
    ck_assert_int_eq(run(&gzip, bytes, 16384, &text), HTTP_INFLATE_TOO_LONG);
    ck_assert_uint_le(text.room, LIMIT + 1);
    text.length = 0;
    bytes = pack(packed, plain, LIMIT, 9);
    ck_assert_int_eq(run(&gzip, bytes, 16384, &text), HTTP_INFLATE_DONE);
    ck_assert_uint_eq(text.length, LIMIT);
    http_text_clear(&text);
    http_inflate_clear(&gzip);
}
END_TEST

START_TEST(refuses_whatever_breaks_off_or_goes_on)
{
    struct http_inflate gzip;
    struct http_text text = {.limit = LIMIT};
    http_inflate_init(&gzip);
    fill(plain, 300);
    size_t bytes = pack(packed, plain, 300, 6);
    memcpy(packed + bytes, "x", 1);
    for (size_t cut = 0; cut <= bytes + 1; cut++) {
        text.length = 0;
        ck_assert_int_eq(run(&gzip, cut, 100, &text),
                         cut == bytes ? HTTP_INFLATE_DONE : HTTP_INFLATE_CORRUPT);
    }
    http_text_clear(&text);
    http_inflate_clear(&gzip);
}
END_TEST

/* But for those of the head that carry no meaning for us. */
START_TEST(refuses_any_other_byte)
{
    struct http_inflate gzip;
    struct http_text text = {.limit = LIMIT};
    http_inflate_init(&gzip);
    fill(plain, 100);
    size_t bytes = pack(packed, plain, 100, 6);
    for (size_t at = 0; at < bytes; at++) {
        if (at >= 4 && at < 10)
            continue; /* time, flags of the compressor, system */
        packed[at] ^= 0xff;
        text.length = 0;
        ck_assert_int_eq(run(&gzip, bytes, 16384, &text), HTTP_INFLATE_CORRUPT);
        packed[at] ^= 0xff;
    }
    http_text_clear(&text);
    http_inflate_clear(&gzip);
}
END_TEST

START_TEST(takes_members_behind_each_other_for_one_text)
{
    struct http_inflate gzip;
    struct http_text text = {.limit = LIMIT};
    http_inflate_init(&gzip);
    fill(plain, 1000);
    size_t bytes = pack(packed, plain, 600, 6);
    bytes += pack(packed + bytes, plain, 0, 6);
    bytes += pack(packed + bytes, plain + 600, 400, 6);
    for (size_t block = 1; block < 100; block++) {
        text.length = 0;
        ck_assert_int_eq(run(&gzip, bytes, block, &text), HTTP_INFLATE_DONE);
        ck_assert_uint_eq(text.length, 1000);
        ck_assert_mem_eq(text.bytes, plain, 1000);
    }
    http_text_clear(&text);
    http_inflate_clear(&gzip);
}
END_TEST

START_TEST(begins_anew_in_the_midst_of_another)
{
    struct http_inflate gzip;
    struct http_text text = {.limit = LIMIT};
    http_inflate_init(&gzip);
    fill(plain, 1000);
    size_t bytes = pack(packed, plain, 1000, 6);
    ck_assert_int_eq(run(&gzip, bytes / 2, 16384, &text), HTTP_INFLATE_CORRUPT);
    text.length = 0;
    ck_assert_int_eq(run(&gzip, bytes, 16384, &text), HTTP_INFLATE_DONE);
    ck_assert_uint_eq(text.length, 1000);
    http_text_clear(&text);
    http_inflate_clear(&gzip);
}
END_TEST

Suite *http_inflate_suite(void)
{
    Suite *suite = suite_create("http_inflate");
    TCase *tcase = tcase_create("http_inflate");
    tcase_add_loop_test(tcase, gives_the_text_whatever_pieces_it_comes_in, 0, 10);
    tcase_add_test(tcase, refuses_a_byte_more_than_the_limit);
    tcase_add_test(tcase, refuses_whatever_breaks_off_or_goes_on);
    tcase_add_test(tcase, refuses_any_other_byte);
    tcase_add_test(tcase, takes_members_behind_each_other_for_one_text);
    tcase_add_test(tcase, begins_anew_in_the_midst_of_another);
    suite_add_tcase(suite, tcase);
    return suite;
}
