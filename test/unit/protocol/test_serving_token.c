/* Tokens: what was signed is read, and nothing else. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "protocol/base64url.h"
#include "protocol/serving_token.h"
#include "test/unit/suites.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define SECOND "fedcba9876543210fedcba9876543210"

enum { MAC_BYTES = 16, BYTES_MAX = 200, TEXT_MAX = BASE64URL_TEXT_BYTES(BYTES_MAX) };

static struct token_keys *keys;

static struct token_keys *keys_of(const char *secrets)
{
    struct error error = {""};
    struct token_keys *made = token_keys_new(secrets, &error);
    ck_assert_msg(made != NULL, "%s", error.text);
    return made;
}

static void set_up(void)
{
    keys = keys_of(SECRET);
}

static void tear_down(void)
{
    token_keys_free(keys);
}

static struct serving_token make_token(uint8_t flags, uint8_t verdict, int32_t ad_id,
                                       const char *placement)
{
    struct serving_token token = {.flags = flags,
                                  .verdict = verdict,
                                  .ad_id = ad_id,
                                  .placement_bytes = (uint8_t)strlen(placement)};
    ck_assert(uuid_parse("01985b2a-7b40-7cc3-98c4-dc0c0c07398f", token.serving_id));
    memcpy(token.placement, placement, token.placement_bytes);
    return token;
}

#define EIGHT "pppppppp"
#define PLACEMENT_64 EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT

/* Made by another program, with Python's hmac: tokens that are out must be read for ever. */
static const struct {
    uint8_t flags;
    uint8_t verdict;
    int32_t ad_id;
    const char *placement;
    const char *text;
} known[] = {
    {0, VERDICT_VALID, 42, "", "AQAAAZhbKntAfMOYxNwMDAc5jwAAACqdrFlFS6_3d3I1JDH4AgKp"},
    {2, VERDICT_DECLARED_BOT, 0x01020304, "home.top-1_X",
     "AQIBAZhbKntAfMOYxNwMDAc5jwECAwRob21lLnRvcC0xX1iFnLrBBNkVqCfrvU0s2GUv"},
    {0x3f, VERDICT_TEST, INT32_MAX, PLACEMENT_64,
     "AT8EAZhbKntAfMOYxNwMDAc5j3____9wcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
     "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcEVe3pjojWpsCxdFM1UBwQ"},
};
enum { KNOWN = sizeof known / sizeof known[0] };

static struct serving_token known_token(int i)
{
    return make_token(known[i].flags, known[i].verdict, known[i].ad_id, known[i].placement);
}

static void assert_same(const struct serving_token *a, const struct serving_token *b)
{
    ck_assert_int_eq(a->flags, b->flags);
    ck_assert_int_eq(a->verdict, b->verdict);
    ck_assert_int_eq(a->ad_id, b->ad_id);
    ck_assert_int_eq(a->placement_bytes, b->placement_bytes);
    ck_assert_int_eq(memcmp(a->placement, b->placement, a->placement_bytes), 0);
    ck_assert(uuid_equal(a->serving_id, b->serving_id));
}

static enum result read_text(const char *text, size_t text_bytes, struct serving_token *token)
{
    /* The sanitizer sees a step beyond its end. */
    char *exact = malloc(text_bytes + (text_bytes == 0));
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, text_bytes);
    enum result result = serving_token_read(keys, exact, text_bytes, token);
    free(exact);
    return result;
}

/* The token of any bytes under SECRET, signed with the library's one-shot function. */
static size_t sign_any(const uint8_t *bytes, size_t count, char text[static TEXT_MAX])
{
    uint8_t whole[BYTES_MAX + EVP_MAX_MD_SIZE];
    unsigned mac_bytes = 0;
    ck_assert_uint_le(count + MAC_BYTES, BYTES_MAX);
    memcpy(whole, bytes, count);
    ck_assert_ptr_nonnull(
        HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), bytes, count, whole + count, &mac_bytes));
    ck_assert_uint_eq(mac_bytes, 32);
    return (size_t)(base64url_write(text, whole, count + MAC_BYTES) - text);
}

/* What is signed of the token in known[1], to be changed. */
static size_t signed_bytes(uint8_t bytes[static BYTES_MAX])
{
    size_t count;
    ck_assert(base64url_read(known[1].text, strlen(known[1].text), bytes, BYTES_MAX, &count));
    return count - MAC_BYTES;
}

static enum result read_signed(const uint8_t *bytes, size_t count)
{
    char text[TEXT_MAX];
    struct serving_token token;
    return read_text(text, sign_any(bytes, count, text), &token);
}

START_TEST(is_written_as_ever)
{
    char text[SERVING_TOKEN_MAX_BYTES];
    struct serving_token token = known_token(_i);
    size_t text_bytes = serving_token_write(keys, &token, text);
    ck_assert_uint_eq(text_bytes, strlen(known[_i].text));
    ck_assert_int_eq(memcmp(text, known[_i].text, text_bytes), 0);
}
END_TEST

START_TEST(is_read_as_ever)
{
    struct serving_token token = known_token(_i);
    struct serving_token read;
    ck_assert_int_eq(read_text(known[_i].text, strlen(known[_i].text), &read), RESULT_OK);
    assert_same(&read, &token);
    ck_assert_int_eq(serving_token_served_us(&read), INT64_C(1753876167488000));
}
END_TEST

START_TEST(every_flipped_bit_is_seen)
{
    uint8_t bytes[BYTES_MAX];
    size_t count;
    struct serving_token token;
    ck_assert(base64url_read(known[_i].text, strlen(known[_i].text), bytes, BYTES_MAX, &count));
    for (size_t bit = 0; bit < 8 * count; bit++) {
        char text[TEXT_MAX];
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        size_t text_bytes = (size_t)(base64url_write(text, bytes, count) - text);
        ck_assert_int_eq(read_text(text, text_bytes, &token), RESULT_MALFORMED);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

/* Each place with each other character, more behind it, and less of it. */
START_TEST(every_other_text_is_refused)
{
    size_t text_bytes = strlen(known[_i].text);
    struct serving_token token;
    char text[SERVING_TOKEN_MAX_BYTES + 1];
    memcpy(text, known[_i].text, text_bytes);
    for (size_t at = 0; at <= text_bytes; at++) {
        for (int c = 0; c < 256; c++) {
            text[at] = (char)(unsigned char)c;
            bool is_it = at < text_bytes && text[at] == known[_i].text[at];
            size_t bytes = at < text_bytes ? text_bytes : text_bytes + 1;
            ck_assert_int_eq(read_text(text, bytes, &token), is_it ? RESULT_OK : RESULT_MALFORMED);
        }
        if (at < text_bytes)
            text[at] = known[_i].text[at];
        if (at < text_bytes)
            ck_assert_int_eq(read_text(text, at, &token), RESULT_MALFORMED);
        if (at > 0)
            ck_assert_int_eq(read_text(text + at, text_bytes - at, &token), RESULT_MALFORMED);
    }
}
END_TEST

START_TEST(other_spellings_are_refused)
{
    static const char *const affixes[][2] = {{"", "="},   {"", "=="},   {"", "A"},   {"", "AA"},
                                             {"", "AAA"}, {"", "AAAA"}, {"", "\n"},  {"", "\r\n"},
                                             {" ", ""},   {"", " "},    {"A", ""},   {"AAAA", ""},
                                             {"", "."},   {"", ".gif"}, {"", "%3D"}, {"", "/"}};
    enum { AFFIXES = sizeof affixes / sizeof affixes[0] };
    for (size_t i = 0; i < KNOWN; i++) {
        for (size_t affix = 0; affix < AFFIXES; affix++) {
            char text[SERVING_TOKEN_MAX_BYTES + 10] = "";
            struct serving_token token;
            strcat(strcat(strcat(text, affixes[affix][0]), known[i].text), affixes[affix][1]);
            ck_assert_int_eq(read_text(text, strlen(text), &token), RESULT_MALFORMED);
        }
    }
}
END_TEST

/* Plain base64's digits, in a token that has base64url's. */
START_TEST(digits_of_plain_base64_are_refused)
{
    struct serving_token token = make_token(0, 0, 1, "");
    bool had_dash = false;
    bool had_line = false;
    for (int id = 1; id < 1000 && !(had_dash && had_line); id++) {
        char text[SERVING_TOKEN_MAX_BYTES];
        token.ad_id = id;
        size_t text_bytes = serving_token_write(keys, &token, text);
        char *dash = memchr(text, '-', text_bytes);
        char *line = memchr(text, '_', text_bytes);
        char *digit = dash != NULL ? dash : line;
        struct serving_token read;
        ck_assert_int_eq(read_text(text, text_bytes, &read), RESULT_OK);
        if (digit == NULL)
            continue;
        had_dash = had_dash || dash != NULL;
        had_line = had_line || dash == NULL;
        *digit = *digit == '-' ? '+' : '/';
        ck_assert_int_eq(read_text(text, text_bytes, &read), RESULT_MALFORMED);
    }
    ck_assert(had_dash && had_line);
}
END_TEST

/* With our own signature each of them. */
START_TEST(another_version_is_refused)
{
    uint8_t bytes[BYTES_MAX];
    size_t count = signed_bytes(bytes);
    for (int version = 0; version < 256; version++) {
        bytes[0] = (uint8_t)version;
        ck_assert_int_eq(read_signed(bytes, count), version == 1 ? RESULT_OK : RESULT_MALFORMED);
    }
}
END_TEST

START_TEST(what_we_would_never_sign_is_refused)
{
    static const struct {
        size_t at;
        uint8_t byte;
        enum result result;
    } changes[] = {
        {1, 0x3f, RESULT_OK},         {1, 0x40, RESULT_MALFORMED},  {1, 0x80, RESULT_MALFORMED},
        {2, VERDICT_TEST, RESULT_OK}, {2, 5, RESULT_MALFORMED},     {2, 255, RESULT_MALFORMED},
        {9, 0x4c, RESULT_MALFORMED},                                /* UUID version 4 */
        {11, 0x18, RESULT_MALFORMED},                               /* another variant */
        {19, 0x7f, RESULT_OK},        {19, 0x80, RESULT_MALFORMED}, /* an ad's id below 0 */
        {23, 'A', RESULT_OK},         {23, ' ', RESULT_MALFORMED},  {34, 0, RESULT_MALFORMED},
        {30, 0xc3, RESULT_MALFORMED}, {30, '(', RESULT_MALFORMED},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        uint8_t bytes[BYTES_MAX];
        size_t count = signed_bytes(bytes);
        bytes[changes[i].at] = changes[i].byte;
        ck_assert_int_eq(read_signed(bytes, count), changes[i].result);
    }
}
END_TEST

START_TEST(signed_bytes_of_any_length_are_read_within_their_bounds)
{
    uint8_t bytes[BYTES_MAX];
    size_t signed_count = signed_bytes(bytes);
    memset(bytes + signed_count, 'p', sizeof bytes - signed_count);
    for (size_t count = 0; count <= BYTES_MAX - MAC_BYTES; count++)
        ck_assert_int_eq(read_signed(bytes, count),
                         count >= 23 && count <= 23 + 64 ? RESULT_OK : RESULT_MALFORMED);
}
END_TEST

/* The secret may be changed while tokens are out: what was signed under any of them is read. */
START_TEST(the_first_signs_and_all_verify)
{
    static const char *const eight =
        "1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        "3aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        "5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,6aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        "7aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,8aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct token_keys *all = keys_of(eight);
    struct serving_token token = known_token(1);
    for (int i = 0; i < 8; i++) {
        char text[SERVING_TOKEN_MAX_BYTES];
        char by_all[SERVING_TOKEN_MAX_BYTES];
        char secret[33] = "";
        struct serving_token read;
        memcpy(secret, eight + (size_t)i * 33, 32);
        struct token_keys *alone = keys_of(secret);
        size_t text_bytes = serving_token_write(alone, &token, text);
        ck_assert_int_eq(serving_token_read(all, text, text_bytes, &read), RESULT_OK);
        assert_same(&read, &token);
        ck_assert_int_eq(serving_token_read(keys, text, text_bytes, &read), RESULT_MALFORMED);
        text_bytes = serving_token_write(all, &token, by_all);
        ck_assert_int_eq(memcmp(by_all, text, text_bytes) == 0, i == 0);
        ck_assert_int_eq(serving_token_read(alone, by_all, text_bytes, &read),
                         i == 0 ? RESULT_OK : RESULT_MALFORMED);
        token_keys_free(alone);
    }
    token_keys_free(all);
}
END_TEST

START_TEST(white_space_around_a_secret_is_none_of_it)
{
    struct token_keys *spaced = keys_of("\t" SECRET " \r\n, " SECOND "\n");
    char text[SERVING_TOKEN_MAX_BYTES];
    struct serving_token token = known_token(1);
    size_t text_bytes = serving_token_write(spaced, &token, text);
    ck_assert_int_eq(memcmp(text, known[1].text, text_bytes), 0);
    static const char by_second[] =
        "AQIBAZhbKntAfMOYxNwMDAc5jwECAwRob21lLnRvcC0xX1jion57ypsKOrLYRL2Zsr56";
    ck_assert_int_eq(serving_token_read(spaced, by_second, strlen(by_second), &token), RESULT_OK);
    token_keys_free(spaced);
}
END_TEST

#define BAD "tooshort"
#define SECRET_31 "x123456789abcdef0123456789abcde"
static const struct {
    const char *secrets;
    const char *error;
} wrong[] = {
    {"", "secret 1 of TOKEN_SECRET is empty"},
    {" \t", "secret 1 of TOKEN_SECRET is empty"},
    {",", "secret 1 of TOKEN_SECRET is empty"},
    {SECRET ",", "secret 2 of TOKEN_SECRET is empty"},
    {"," SECRET, "secret 1 of TOKEN_SECRET is empty"},
    {SECRET ", ," SECOND, "secret 2 of TOKEN_SECRET is empty"},
    {SECRET_31, "secret 1 of TOKEN_SECRET is shorter than 32 characters"},
    {SECRET_31 "  ", "secret 1 of TOKEN_SECRET is shorter than 32 characters"},
    {SECRET "," BAD, "secret 2 of TOKEN_SECRET is shorter than 32 characters"},
    {SECRET "," SECRET "," SECRET "," SECRET "," SECRET "," SECRET "," SECRET "," SECRET "," SECOND,
     "TOKEN_SECRET has more than 8 secrets"},
};

START_TEST(wrong_secrets_are_refused_in_words_without_them)
{
    struct error error = {""};
    ck_assert_ptr_null(token_keys_new(wrong[_i].secrets, &error));
    ck_assert_str_eq(error.text, wrong[_i].error);
}
END_TEST

START_TEST(freeing_none_is_fine)
{
    token_keys_free(NULL);
}
END_TEST

static void add_reading(TCase *tests)
{
    tcase_add_loop_test(tests, is_written_as_ever, 0, KNOWN);
    tcase_add_loop_test(tests, is_read_as_ever, 0, KNOWN);
    tcase_add_loop_test(tests, every_flipped_bit_is_seen, 0, KNOWN);
    tcase_add_loop_test(tests, every_other_text_is_refused, 0, KNOWN);
    tcase_add_test(tests, other_spellings_are_refused);
    tcase_add_test(tests, digits_of_plain_base64_are_refused);
    tcase_add_test(tests, another_version_is_refused);
    tcase_add_test(tests, what_we_would_never_sign_is_refused);
    tcase_add_test(tests, signed_bytes_of_any_length_are_read_within_their_bounds);
}

Suite *serving_token_suite(void)
{
    Suite *suite = suite_create("serving_token");
    TCase *tests = tcase_create("serving_token");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_reading(tests);
    tcase_add_test(tests, the_first_signs_and_all_verify);
    tcase_add_test(tests, white_space_around_a_secret_is_none_of_it);
    tcase_add_loop_test(tests, wrong_secrets_are_refused_in_words_without_them, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(tests, freeing_none_is_fine);
    suite_add_tcase(suite, tests);
    return suite;
}
