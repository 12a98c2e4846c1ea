/* Chunked bodies, whole and cut anywhere. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "server/http/chunks.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

struct outcome {
    enum chunk_state state;
    size_t read; /* bytes that belong to the body */
    size_t data_bytes;
    char data[128];
};

/* Feeds `text` in pieces: up to `first_cut`, up to `second_cut`, the rest. */
static struct outcome feed(const char *text, size_t first_cut, size_t second_cut)
{
    size_t total = strlen(text);
    const size_t cuts[] = {first_cut, second_cut, total};
    struct http_chunks chunks;
    struct outcome outcome = {.read = 0};
    http_chunks_begin(&chunks, 100);
    for (int i = 0; i < COUNT(cuts) && chunks.state != CHUNK_NONE; i++) {
        size_t bytes = cuts[i] - outcome.read;
        char *piece = malloc(bytes + (bytes == 0));
        size_t data_bytes = 99;
        ck_assert_ptr_nonnull(piece);
        memcpy(piece, text + outcome.read, bytes);
        size_t read = http_chunks_read(&chunks, piece, bytes, &data_bytes);
        ck_assert_uint_le(data_bytes, read);
        memcpy(outcome.data + outcome.data_bytes, piece, data_bytes);
        outcome.data_bytes += data_bytes;
        outcome.read += read;
        free(piece);
        if (read < bytes)
            break;
    }
    outcome.state = chunks.state;
    return outcome;
}

/* `end` is where the body ends in `text`. */
static const struct {
    const char *text;
    size_t end;
    const char *data;
} sound[] = {
    {"0\r\n\r\n", 5, ""},
    {"0\r\n\r\nGET / HTTP/1.1\r\n", 5, ""},
    {"00000000\r\n\r\n", 12, ""},
    {"1\r\nx\r\n0\r\n\r\n", 11, "x"},
    {"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\r\n", 20, "abcde"},
    {"A\r\n0123456789\r\n0\r\n\r\nx", 20, "0123456789"},
    {"0a\r\n0123456789\r\n0\r\n\r\n", 21, "0123456789"},
    {"00000004\r\n\r\n\r\n\r\n0\r\n\r\n", 21, "\r\n\r\n"},
    {"5\r\n0\r\n\r\n\r\n0\r\n\r\n", 15, "0\r\n\r\n"},
    {"1\r\nx\r\n0\r\nTrailer: y\r\nB: c\r\n\r\nnext", 29, "x"},
    {"1;a=b\r\nx\r\n0\r\n\r\n", 15, "x"},
    {"2 ; a = \"; \\\" b\";c\r\nxy\r\n1\t;d\r\nz\r\n0;e=f\r\nG: h\r\n\r\nnext", 48, "xyz"},
    {"0\r\nA:\r\nB-c:\td:e \x80\xff\r\n\r\n", 22, ""},
};

START_TEST(finds_data_and_end_wherever_it_is_cut)
{
    size_t total = strlen(sound[_i].text);
    for (size_t first = 0; first <= total; first++) {
        for (size_t second = first; second <= total; second++) {
            struct outcome outcome = feed(sound[_i].text, first, second);
            ck_assert_int_eq(outcome.state, CHUNK_NONE);
            ck_assert_uint_eq(outcome.read, sound[_i].end);
            ck_assert_uint_eq(outcome.data_bytes, strlen(sound[_i].data));
            ck_assert_mem_eq(outcome.data, sound[_i].data, outcome.data_bytes);
        }
    }
}
END_TEST

static const char *const broken[] = {
    "\r\n",
    "\n",
    "g\r\n",
    "-1\r\n",
    "+1\r\n",
    " 1\r\n",
    "1 \r\n",
    ";a\r\n",
    "1;\r\n",
    "1;a=[b\r\n",
    "1;a=b\nx",
    "1;a\rx",
    "1;a=\"\r\n\"\r\n",
    "0;a=b \r\n",
    "000000001;a\r\n",
    "0x1\r\n",
    "0;\r\n",
    "000000001\r\n",
    "FFFFFFFFF\r\n",
    "1\nx\r\n",
    "1\r\rx",
    "1\rx",
    "1\r\nxy",
    "1\r\nx\n",
    "1\r\nx0\r\n\r\n",
    "1\r\nx\r0\r\n\r\n",
    "1\r\nx\r\n\r\n",
    "1\r\nx\r\nz\r\n",
    "0\r\n\n",
    "0\r\n\rx",
    "0\r\nA: b\n\r\n",
    "0\r\nA: b\rC: d\r\n\r\n",
    "0\r\nA: b\r\n\n",
    "0\r\nA\r\n\r\n",
    "0\r\n: b\r\n\r\n",
    "0\r\n b: c\r\n\r\n",
    "0\r\nA : b\r\n\r\n",
    "0\r\nA: b\r\n c\r\n\r\n",
    "0\r\nA(: b\r\n\r\n",
    "0\r\n\xc3\xa9: b\r\n\r\n",
    "0\r\nA: \x01\r\n\r\n",
    "0\r\nA: b\x1b\r\n\r\n",
    "0\r\nA: b\x7f\r\n\r\n",
};

START_TEST(stops_at_the_first_byte_that_breaks_it_wherever_it_is_cut)
{
    size_t total = strlen(broken[_i]);
    struct outcome whole = feed(broken[_i], total, total);
    ck_assert_int_eq(whole.state, CHUNK_BROKEN);
    ck_assert_uint_le(whole.read, total);
    for (size_t cut = 0; cut <= total; cut++) {
        struct outcome outcome = feed(broken[_i], cut, total);
        ck_assert_int_eq(outcome.state, CHUNK_BROKEN);
        ck_assert_uint_eq(outcome.read, whole.read);
    }
}
END_TEST

START_TEST(goes_on_while_anything_is_missing)
{
    static const char text[] = "3\r\nabc\r\n0\r\nA: b\r\n\r\n";
    for (size_t bytes = 0; bytes < sizeof text - 1; bytes++) {
        char part[sizeof text] = "";
        memcpy(part, text, bytes);
        struct outcome outcome = feed(part, bytes, bytes);
        ck_assert_int_ne(outcome.state, CHUNK_NONE);
        ck_assert_int_ne(outcome.state, CHUNK_BROKEN);
        ck_assert_uint_eq(outcome.read, bytes);
    }
}
END_TEST

START_TEST(bounds_the_trailer)
{
    struct http_chunks chunks;
    char last[] = "0\r\n";
    char byte[] = "A";
    size_t data_bytes;
    size_t trailer_bytes = 0;
    http_chunks_begin(&chunks, 100);
    ck_assert_uint_eq(http_chunks_read(&chunks, last, 3, &data_bytes), 3);
    while (chunks.state != CHUNK_BROKEN && trailer_bytes <= 4096)
        trailer_bytes += http_chunks_read(&chunks, byte, 1, &data_bytes);
    ck_assert_uint_le(trailer_bytes, 4096);
    ck_assert_uint_gt(trailer_bytes, 500);
}
END_TEST

/* Feeds a chunk with this many bytes of extension. */
static void feed_extension(struct http_chunks *chunks, size_t extension_bytes)
{
    char text[8192] = "1;";
    size_t bytes = extension_bytes + 1;
    size_t data_bytes;
    ck_assert_uint_ge(extension_bytes, 3);
    memset(text + 2, 'a', bytes - 2);
    text[bytes - 1] = '\r';
    memcpy(text + bytes, "\nx\r\n", 4);
    (void)http_chunks_read(chunks, text, bytes + 4, &data_bytes);
}

START_TEST(bounds_the_extensions_of_all_chunks_together)
{
    for (size_t extension_bytes = 3; extension_bytes <= 8000;
         extension_bytes = extension_bytes * 3) {
        struct http_chunks chunks;
        size_t all_bytes = 0;
        http_chunks_begin(&chunks, 10000);
        for (; chunks.state != CHUNK_BROKEN && all_bytes <= 4096; all_bytes += extension_bytes)
            feed_extension(&chunks, extension_bytes);
        ck_assert_int_eq(chunks.state, CHUNK_BROKEN);
        ck_assert_uint_gt(all_bytes, 4096);
    }
}
END_TEST

START_TEST(reads_nothing_before_it_begins)
{
    struct http_chunks chunks = {.state = CHUNK_NONE};
    char text[] = "0\r\n\r\n";
    size_t data_bytes;
    ck_assert_uint_eq(http_chunks_read(&chunks, text, 5, &data_bytes), 0);
    ck_assert_uint_eq(data_bytes, 0);
}
END_TEST

static const struct {
    const char *text;
    enum chunk_state state;
    size_t read;
} limits[] = {
    {"64\r\n", CHUNK_DATA, 4},
    {"65\r\nx", CHUNK_TOO_LONG, 4},
    {"65\rx", CHUNK_BROKEN, 4},
    {"65x\n", CHUNK_BROKEN, 3},
    {"64;a\r\n", CHUNK_DATA, 6},
    {"65;a\r\nx", CHUNK_TOO_LONG, 6},
    {"FFFFFFFF\r\n", CHUNK_TOO_LONG, 10},
    {"FFFFFFFFF\r\n", CHUNK_BROKEN, 9},
    {"1\r\nx\r\n63\r\n", CHUNK_DATA, 10},
    {"1\r\nx\r\n64\r\n", CHUNK_TOO_LONG, 10},
    {"1\r\nx\r\n1\r\nx\r\n63\r\nx", CHUNK_TOO_LONG, 16},
};

START_TEST(stops_at_the_size_that_is_too_much_wherever_it_is_cut)
{
    size_t total = strlen(limits[_i].text);
    for (size_t first = 0; first <= total; first++) {
        for (size_t second = first; second <= total; second++) {
            struct outcome outcome = feed(limits[_i].text, first, second);
            ck_assert_int_eq(outcome.state, limits[_i].state);
            ck_assert_uint_eq(outcome.read, limits[_i].read);
        }
    }
}
END_TEST

Suite *http_chunks_suite(void)
{
    Suite *suite = suite_create("http_chunks");
    TCase *tcase = tcase_create("http_chunks");
    tcase_add_loop_test(tcase, finds_data_and_end_wherever_it_is_cut, 0, COUNT(sound));
    tcase_add_loop_test(tcase, stops_at_the_first_byte_that_breaks_it_wherever_it_is_cut, 0,
                        COUNT(broken));
    tcase_add_loop_test(tcase, stops_at_the_size_that_is_too_much_wherever_it_is_cut, 0,
                        COUNT(limits));
    tcase_add_test(tcase, goes_on_while_anything_is_missing);
    tcase_add_test(tcase, bounds_the_trailer);
    tcase_add_test(tcase, bounds_the_extensions_of_all_chunks_together);
    tcase_add_test(tcase, reads_nothing_before_it_begins);
    suite_add_tcase(suite, tcase);
    return suite;
}
