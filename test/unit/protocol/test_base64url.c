/* base64url: one text for the same bytes, and no other is read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/base64url.h"
#include "test/unit/suites.h"

enum { BYTES_MAX = 16 };

/* RFC 4648 section 10, and the two digits in which base64url differs. */
static const struct {
    const char *bytes;
    size_t count;
    const char *text;
} known[] = {
    {"", 0, ""},
    {"f", 1, "Zg"},
    {"fo", 2, "Zm8"},
    {"foo", 3, "Zm9v"},
    {"foob", 4, "Zm9vYg"},
    {"fooba", 5, "Zm9vYmE"},
    {"foobar", 6, "Zm9vYmFy"},
    {"\xfb\xff", 2, "-_8"},
    {"\0\0\0", 3, "AAAA"},
};
enum { KNOWN = sizeof known / sizeof known[0] };

static bool read_text(const char *text, size_t text_bytes, uint8_t bytes[static BYTES_MAX],
                      size_t *count)
{
    /* The sanitizer sees a step beyond its end. */
    char *exact = malloc(text_bytes + (text_bytes == 0));
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, text_bytes);
    bool is_read = base64url_read(exact, text_bytes, bytes, BYTES_MAX, count);
    free(exact);
    return is_read;
}

START_TEST(is_written_as_the_standard_has_it)
{
    char text[2 * BYTES_MAX];
    char *end = base64url_write(text, known[_i].bytes, known[_i].count);
    ck_assert_uint_eq((size_t)(end - text), strlen(known[_i].text));
    ck_assert_uint_eq((size_t)(end - text), BASE64URL_TEXT_BYTES(known[_i].count));
    ck_assert_int_eq(memcmp(text, known[_i].text, strlen(known[_i].text)), 0);
}
END_TEST

START_TEST(is_read_as_it_was_written)
{
    uint8_t bytes[BYTES_MAX];
    size_t count;
    ck_assert(read_text(known[_i].text, strlen(known[_i].text), bytes, &count));
    ck_assert_uint_eq(count, known[_i].count);
    ck_assert_int_eq(memcmp(bytes, known[_i].bytes, count), 0);
}
END_TEST

/* Every text of up to three characters is refused, or is the one that its bytes are written as. */
START_TEST(only_one_text_is_read_for_the_same_bytes)
{
    uint8_t bytes[BYTES_MAX];
    size_t count;
    size_t taken = 0;
    for (uint32_t i = 0; i < 1u << 24; i += _i == 3 ? 1 : 1u << (24 - 8 * _i)) {
        const char text[] = {(char)(i >> 16), (char)(i >> 8 & 0xff), (char)(i & 0xff)};
        char again[4];
        if (!base64url_read(text, (size_t)_i, bytes, BYTES_MAX, &count))
            continue;
        taken++;
        ck_assert_uint_eq((size_t)(base64url_write(again, bytes, count) - again), (size_t)_i);
        ck_assert_int_eq(memcmp(again, text, (size_t)_i), 0);
    }
    static const size_t texts[] = {1, 0, 256, 65536};
    ck_assert_uint_eq(taken, texts[_i]);
}
END_TEST

START_TEST(what_is_no_digit_is_refused_anywhere)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t bytes[BYTES_MAX];
    size_t count;
    for (int c = 0; c < 256; c++) {
        for (size_t at = 0; at < 7; at++) {
            char text[] = "AAAAAAA"; /* four, and three whose last has bits to spare */
            text[at] = (char)(unsigned char)c;
            bool is_digit = c != 0 && strchr(digits, c) != NULL;
            bool is_whole = at < 6 || (is_digit && (strchr(digits, c) - digits) % 4 == 0);
            ck_assert_int_eq(read_text(text, 7, bytes, &count), is_digit && is_whole);
        }
    }
}
END_TEST

START_TEST(other_spellings_are_refused)
{
    static const char *const texts[] = {"Zg==",     "Zm8=",  "Zm9v====", "Zh",    "Zm9",
                                        "Zm9vYgA=", " Zm9v", "Zm9v\n",   "Zm 9v", "Zm9v.",
                                        "+_8",      "-/8",   "Zm9vZ"};
    uint8_t bytes[BYTES_MAX];
    size_t count;
    ck_assert(!read_text(texts[_i], strlen(texts[_i]), bytes, &count));
}
END_TEST

START_TEST(more_bytes_than_there_is_room_for_are_refused)
{
    uint8_t bytes[2] = {0, 0xaa};
    size_t count;
    ck_assert(base64url_read("Zg", 2, bytes, 1, &count));
    ck_assert(!base64url_read("Zm8", 3, bytes, 1, &count));
    ck_assert(!base64url_read("Zg", 2, bytes, 0, &count));
    ck_assert(base64url_read("", 0, bytes, 0, &count));
    ck_assert_int_eq(bytes[1], 0xaa);
}
END_TEST

Suite *base64url_suite(void)
{
    Suite *suite = suite_create("base64url");
    TCase *tests = tcase_create("base64url");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, is_written_as_the_standard_has_it, 0, KNOWN);
    tcase_add_loop_test(tests, is_read_as_it_was_written, 0, KNOWN);
    tcase_add_loop_test(tests, only_one_text_is_read_for_the_same_bytes, 0, 4);
    tcase_add_test(tests, what_is_no_digit_is_refused_anywhere);
    tcase_add_loop_test(tests, other_spellings_are_refused, 0, 13);
    tcase_add_test(tests, more_bytes_than_there_is_room_for_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
