/* The extensions of a chunk, which are passed over. */
#include <string.h>

#include <check.h>

#include "server/http/chunk_extension.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* What stands between the size and the end of its line. */
static enum chunk_extension_state read_line(const char *text)
{
    enum chunk_extension_state state = EXTENSION_BEFORE;
    for (; *text != '\0' && state != EXTENSION_BROKEN; text++) {
        ck_assert_msg(state != EXTENSION_ENDED, "ended before %s", text);
        state = chunk_extension_next(state, *text);
    }
    return state;
}

static const char *const sound[] = {
    ";a\r",
    ";a=b\r",
    ";ieof\r",
    ";a;b;c=d;e\r",
    ";a=\"\"\r",
    ";a=\"b c\td\"\r",
    ";a=\";=,:/[]{}()<>@?\"\r",
    ";a=\"\\\"\\\\\\;\\x\\ \"\r",
    ";a=\"\x80\xff\\\x80\";b\r",
    ";!#$%&'*+-.^_`|~0aZ=!#$%&'*+-.^_`|~0aZ\r",
    ";chunk-signature=0123456789abcdef\r",
    /* Blanks that ought not to be there, but have to be borne. */
    " ;a\r",
    " \t ;\t a \t= b \t; c;d =\"e\" ;f\r",
};

START_TEST(passes_over_what_is_one)
{
    ck_assert_int_eq(read_line(sound[_i]), EXTENSION_ENDED);
}
END_TEST

static const char *const broken[] = {
    "\r",
    " \r",
    "a\r",
    "=a\r",
    ";\r",
    "; \r",
    ";;a\r",
    ";a;\r",
    ";a;;b\r",
    ";a \r",
    ";a=\r",
    ";a= \r",
    ";=b\r",
    ";a==b\r",
    ";a=b=c\r",
    ";a=b \r",
    ";a b\r",
    ";a=b c\r",
    ";a,b\r",
    ";a=b,c\r",
    ";a[=b\r",
    ";a=[b\r",
    ";\"a\"\r",
    ";\x80\r",
    ";a=\x80\r",
    ";a=\"\r",
    ";a=\"b\\\r",
    ";a=\"b\"c\r",
    ";a=\"b\" \r",
    ";a=\"b\"\"c\"\r",
    ";a=b\"c\"\r",
    ";a\n",
    ";a=b\n",
    ";a=\"\n\"\r",
    ";a=\"\\\n\"\r",
    ";\x01\r",
    ";a=\"\x01\"\r",
    ";a=\"\\\x01\"\r",
    ";a=\"\x7f\"\r",
    ";a\x0b=b\r",
};

START_TEST(refuses_what_is_none)
{
    ck_assert_int_eq(read_line(broken[_i]), EXTENSION_BROKEN);
}
END_TEST

START_TEST(refuses_a_nul_in_any_state)
{
    for (int state = 0; state < EXTENSION_ENDED; state++)
        ck_assert_int_eq(chunk_extension_next((enum chunk_extension_state)state, '\0'),
                         EXTENSION_BROKEN);
}
END_TEST

Suite *http_chunk_extension_suite(void)
{
    Suite *suite = suite_create("http_chunk_extension");
    TCase *tcase = tcase_create("http_chunk_extension");
    tcase_add_loop_test(tcase, passes_over_what_is_one, 0, COUNT(sound));
    tcase_add_loop_test(tcase, refuses_what_is_none, 0, COUNT(broken));
    tcase_add_test(tcase, refuses_a_nul_in_any_state);
    suite_add_tcase(suite, tcase);
    return suite;
}
