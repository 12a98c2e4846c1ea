/* HMAC-SHA256 as RFC 4231 has it. */
#include <string.h>

#include <check.h>

#include "protocol/hex.h"
#include "protocol/hmac.h"
#include "test/unit/suites.h"

#define LONG_KEY                                                                                   \
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

/* RFC 4231, cases 1 and 2; the third by Python's hmac. */
static const struct {
    const char *key;
    const char *text;
    const char *code;
} known[] = {
    {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {LONG_KEY, "", "8bd724008f05be7698c842f0e4c806a2ba6460c2299b5ab7987682c04ed125e6"},
};

START_TEST(is_as_the_standard_has_it)
{
    struct hmac *hmac = hmac_new(known[_i].key, strlen(known[_i].key));
    for (int i = 0; i < 2; i++) { /* the second does not know of the first */
        uint8_t code[DIGEST_BYTES];
        char text[DIGEST_TEXT_SIZE];
        hmac_sign(hmac, known[_i].text, strlen(known[_i].text), code);
        *hex_write(text, code, sizeof code) = '\0';
        ck_assert_str_eq(text, known[_i].code);
    }
    hmac_free(hmac);
    hmac_free(NULL);
}
END_TEST

Suite *hmac_suite(void)
{
    Suite *suite = suite_create("hmac");
    TCase *tcase = tcase_create("hmac");
    tcase_add_loop_test(tcase, is_as_the_standard_has_it, 0, sizeof known / sizeof known[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
