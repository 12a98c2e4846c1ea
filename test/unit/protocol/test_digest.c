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

START_TEST(is_the_same_as_bytes)
{
    static const uint8_t first[] = {0x24, 0x8d, 0x6a, 0x61};
    uint8_t digest[DIGEST_BYTES];
    digest_bytes(message, strlen(message), digest);
    ck_assert_mem_eq(digest, first, sizeof first);
    ck_assert_uint_eq(digest[DIGEST_BYTES - 1], 0xc1);
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

START_TEST(tags_are_of_half_the_digest)
{
    char text[DIGEST_TEXT_SIZE];
    char etag[DIGEST_ETAG_SIZE];
    digest_text("abc", 3, text);
    digest_etag(text, "", etag);
    ck_assert_str_eq(etag, "\"ba7816bf8f01cfea414140de5dae2223\"");
    digest_etag(text, "-gzip", etag);
    ck_assert_str_eq(etag, "\"ba7816bf8f01cfea414140de5dae2223-gzip\"");
}
END_TEST

Suite *digest_suite(void)
{
    Suite *suite = suite_create("digest");
    TCase *tcase = tcase_create("digest");
    tcase_add_test(tcase, is_that_of_the_standard);
    tcase_add_test(tcase, is_the_same_as_bytes);
    tcase_add_test(tcase, is_the_same_piece_by_piece);
    tcase_add_test(tcase, tags_are_of_half_the_digest);
    suite_add_tcase(suite, tcase);
    return suite;
}
