/* UTF-8 without control characters. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/text.h"
#include "test/unit/suites.h"

static const char *const PLAIN[] = {
    "",
    "view-42 ~",
    "\xc2\xa0",             /* U+00A0, the first after the C1 controls */
    "\xc3\xa9\xe2\x82\xac", /* two and three bytes */
    "\xe0\xa0\x80",         /* U+0800, the lowest of three bytes */
    "\xed\x9f\xbf",         /* U+D7FF, below the surrogates */
    "\xee\x80\x80",         /* U+E000, above them */
    "\xef\xbf\xbf",         /* U+FFFF */
    "\xf0\x90\x80\x80",     /* U+10000, the lowest of four bytes */
    "\xf4\x8f\xbf\xbf",     /* U+10FFFF, the highest of all */
};

static const char *const NOT_PLAIN[] = {
    "a\nb",
    "\x1f",
    "\x7f",
    "\xc2\x80", /* U+0080 */
    "\xc2\x9f", /* U+009F */
    "\x80",     /* a continuation alone */
    "\xff",
    "\xc0\xaf", /* overlong in two bytes */
    "\xc1\xbf",
    "\xe0\x9f\xbf",     /* overlong in three */
    "\xf0\x8f\xbf\xbf", /* overlong in four */
    "\xed\xa0\x80",     /* the first surrogate */
    "\xf4\x90\x80\x80", /* U+110000 */
    "\xf5\x80\x80\x80",
    "\xc3", /* cut off */
    "\xe2\x82",
    "\xf0\x9f\x98",
    "\xc3x",
    "\xe2\x82x",
    "\xf0\x9f\x98x",
};

/* In a heap block of just its size, so that the sanitizer sees a read beyond it. */
static bool is_plain_in_exact_block(const char *text, size_t length)
{
    char *block = malloc(length + (length == 0));
    memcpy(block, text, length);
    bool plain = text_is_printable(block, length);
    free(block);
    return plain;
}

START_TEST(accepts_plain_text)
{
    ck_assert(is_plain_in_exact_block(PLAIN[_i], strlen(PLAIN[_i])));
}
END_TEST

START_TEST(rejects_what_is_not_plain)
{
    ck_assert(!is_plain_in_exact_block(NOT_PLAIN[_i], strlen(NOT_PLAIN[_i])));
}
END_TEST

START_TEST(rejects_a_nul)
{
    ck_assert(!is_plain_in_exact_block("a\0b", 3));
}
END_TEST

Suite *text_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    tcase_add_loop_test(tcase, accepts_plain_text, 0, sizeof(PLAIN) / sizeof(PLAIN[0]));
    tcase_add_loop_test(tcase, rejects_what_is_not_plain, 0,
                        sizeof(NOT_PLAIN) / sizeof(NOT_PLAIN[0]));
    tcase_add_test(tcase, rejects_a_nul);
    suite_add_tcase(suite, tcase);
    return suite;
}
