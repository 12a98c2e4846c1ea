/* SHA-256, at one go and piece by piece. */
#include "protocol/digest.h"

#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

/* FIPS 180-4's example. */
static const char message[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char expected[] = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

START_TEST(is_that_of_the_standard)
{
    char text[DIGEST_TEXT_SIZE];
    digest_text(message, strlen(message), text);
    ck_assert_str_eq(text, expected);
}
END_TEST

START_TEST(is_the_same_piece_by_piece)
{
    for (size_t cut = 0; cut <= strlen(message); cut++) {
        char text[DIGEST_TEXT_SIZE];
        struct digest *digest = digest_new();
        digest_add(digest, message, cut);
        digest_add(digest, message + cut, strlen(message) - cut);
        digest_write(digest, text);
        digest_free(digest);
        ck_assert_str_eq(text, expected);
    }
    digest_free(NULL);
}
END_TEST

Suite *digest_suite(void)
{
    Suite *suite = suite_create("digest");
    TCase *tcase = tcase_create("digest");
    tcase_add_test(tcase, is_that_of_the_standard);
    tcase_add_test(tcase, is_the_same_piece_by_piece);
    suite_add_tcase(suite, tcase);
    return suite;
}
