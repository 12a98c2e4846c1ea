/* JSON as text, byte for byte as jansson writes it. */
#include "protocol/render.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "test/unit/suites.h"

static char *rendered_string(const char *string)
{
    struct render_text text = {NULL};
    size_t length;
    render_string(&text, string);
    char *bytes = render_take(&text, &length);
    ck_assert_uint_eq(length, strlen(bytes));
    return bytes;
}

static void assert_as_jansson(const char *string)
{
    json_t *json = json_string(string);
    ck_assert_ptr_nonnull(json);
    char *expected = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    char *text = rendered_string(string);
    ck_assert_str_eq(text, expected);
    free(text);
    free(expected);
    json_decref(json);
}

static void put_utf8(uint32_t character, char text[5])
{
    memset(text, 0, 5);
    if (character < 0x80) {
        text[0] = (char)character;
    } else if (character < 0x800) {
        text[0] = (char)(0xC0 | character >> 6);
        text[1] = (char)(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        text[0] = (char)(0xE0 | character >> 12);
        text[1] = (char)(0x80 | (character >> 6 & 0x3F));
        text[2] = (char)(0x80 | (character & 0x3F));
    } else {
        text[0] = (char)(0xF0 | character >> 18);
        text[1] = (char)(0x80 | (character >> 12 & 0x3F));
        text[2] = (char)(0x80 | (character >> 6 & 0x3F));
        text[3] = (char)(0x80 | (character & 0x3F));
    }
}

/* All of the first planes, where what is escaped lies, and samples of the others. */
START_TEST(writes_each_character_as_jansson_does)
{
    char text[5];
    for (uint32_t character = 1; character <= 0x10FFFF;
         character += character < 0x3000 ? 1 : 0x1F) {
        if (character >= 0xD800 && character <= 0xDFFF)
            continue;
        put_utf8(character, text);
        assert_as_jansson(text);
    }
}
END_TEST

START_TEST(writes_strings_as_jansson_does)
{
    static const char *const strings[] = {
        "",      "a",       "\"",   "\\",   "a\"b\\c/d", "\n\r\t",      "\x01\x1f", "caf\xc3\xa9",
        "end\n", "\"start", "\b\f", "\x7f", "</script>", "\xe2\x80\xa8"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        assert_as_jansson(strings[i]);
}
END_TEST

/* The sanitizers would see it copied. */
START_TEST(nothing_may_be_written_to_an_empty_text)
{
    struct render_text text = {NULL};
    render_bytes(&text, "", 0);
    ck_assert_uint_eq(text.length, 0);
    render_clear(&text);
}
END_TEST

START_TEST(writes_numbers_flags_and_members)
{
    struct render_text text = {NULL};
    size_t length;
    render_key(&text, '{', "least");
    render_integer(&text, INT64_MIN);
    render_key(&text, ',', "most");
    render_integer(&text, INT64_MAX);
    render_key(&text, ',', "none");
    render_null(&text);
    render_key(&text, ',', "yes \"");
    render_flag(&text, true);
    render_key(&text, ',', "no");
    render_flag(&text, false);
    render_bytes(&text, "}", 1);
    char *bytes = render_take(&text, &length);
    ck_assert_str_eq(bytes, "{\"least\":-9223372036854775808,\"most\":9223372036854775807,"
                            "\"none\":null,\"yes \\\"\":true,\"no\":false}");
    ck_assert_uint_eq(length, strlen(bytes));
    ck_assert_ptr_null(text.bytes);
    free(bytes);
}
END_TEST

START_TEST(is_not_moved_within_what_was_reserved)
{
    struct render_text text = {NULL};
    render_reserve(&text, 1000);
    const char *bytes = text.bytes;
    for (int i = 0; i < 1000; i++)
        render_bytes(&text, "x", 1);
    ck_assert_ptr_eq(text.bytes, bytes);
    for (int i = 0; i < 1000; i++)
        render_bytes(&text, "y", 1);
    ck_assert_uint_eq(text.length, 2000);
    ck_assert(text.bytes[999] == 'x' && text.bytes[1000] == 'y' && text.bytes[1999] == 'y');
    render_clear(&text);
    ck_assert_ptr_null(text.bytes);
    ck_assert_uint_eq(text.length, 0);
}
END_TEST

Suite *render_suite(void)
{
    Suite *suite = suite_create("render");
    TCase *tcase = tcase_create("render");
    tcase_add_test(tcase, writes_each_character_as_jansson_does);
    tcase_add_test(tcase, writes_strings_as_jansson_does);
    tcase_add_test(tcase, nothing_may_be_written_to_an_empty_text);
    tcase_add_test(tcase, writes_numbers_flags_and_members);
    tcase_add_test(tcase, is_not_moved_within_what_was_reserved);
    suite_add_tcase(suite, tcase);
    return suite;
}
