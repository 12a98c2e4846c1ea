/* What is made piece by piece, undone by zlib. */
#include "store/base/gzip.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

enum { TEXT_BYTES = 300 * 1000 };

static char text[TEXT_BYTES];

/* Letters that do not repeat for long, so that it stays above a single buffer of zlib's. */
static void set_up(void)
{
    uint32_t state = 1;
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = (char)('a' + (state >> 24) % 26);
    }
}

/* Of a text in pieces of so many bytes. Freed by the caller. */
static char *zip(size_t bytes, size_t piece, size_t *zipped_bytes)
{
    struct gzip gzip;
    gzip_begin(&gzip);
    for (size_t at = 0; at < bytes; at += piece)
        gzip_add(&gzip, text + at, piece < bytes - at ? piece : bytes - at);
    return gzip_finish(&gzip, zipped_bytes);
}

static void assert_comes_back(const char *zipped, size_t zipped_bytes, size_t bytes)
{
    static char back[TEXT_BYTES + 1];
    z_stream stream = {.next_in = (const Bytef *)zipped,
                       .avail_in = (unsigned)zipped_bytes,
                       .next_out = (Bytef *)back,
                       .avail_out = sizeof back};
    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(stream.avail_in, 0);
    ck_assert_uint_eq(stream.total_out, bytes);
    ck_assert_mem_eq(back, text, bytes);
    (void)inflateEnd(&stream);
}

START_TEST(comes_back_as_it_was)
{
    static const size_t lengths[] = {0, 1, 4096, 100 * 1000, TEXT_BYTES};
    static const size_t pieces[] = {TEXT_BYTES, 1000, 7};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
            size_t bytes;
            char *zipped = zip(lengths[i], pieces[k], &bytes);
            assert_comes_back(zipped, bytes, lengths[i]);
            free(zipped);
        }
}
END_TEST

/* Its time and its name would tell instances apart. */
START_TEST(gives_the_same_for_the_same)
{
    size_t bytes;
    size_t other_bytes;
    char *one = zip(TEXT_BYTES, 1000, &bytes);
    char *other = zip(TEXT_BYTES, 999, &other_bytes);
    ck_assert_uint_eq(bytes, other_bytes);
    ck_assert_mem_eq(one, other, bytes);
    ck_assert_mem_eq(one, "\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
    free(one);
    free(other);
}
END_TEST

/* AddressSanitizer tells what is left. */
START_TEST(may_be_given_up)
{
    struct gzip gzip = {.bytes = NULL};
    gzip_clear(&gzip);
    gzip_begin(&gzip);
    gzip_add(&gzip, text, 1000);
    gzip_clear(&gzip);
    gzip_clear(&gzip);
}
END_TEST

Suite *gzip_suite(void)
{
    Suite *suite = suite_create("gzip");
    TCase *tcase = tcase_create("gzip");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, comes_back_as_it_was);
    tcase_add_test(tcase, gives_the_same_for_the_same);
    tcase_add_test(tcase, may_be_given_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
