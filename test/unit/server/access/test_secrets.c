/* The tokens, and how they change. */
#include <string.h>

#include <check.h>

#include "server/access/secrets.h"
#include "server/access/session.h"
#include "server/access/url_token.h"
#include "test/unit/suites.h"

#define ADMIN "aaaaaaaaaaaaaaaaaaaaaaaa"
#define READ "rrrrrrrrrrrrrrrrrrrrrrrr"
#define OTHER "oooooooooooooooooooooooo"

static struct access_secrets *secrets;
static struct error error;

static void set_up(void)
{
    secrets = access_secrets_new();
}

static void tear_down(void)
{
    access_secrets_free(secrets);
    access_secrets_free(NULL);
}

START_TEST(without_tokens_nothing_is_one)
{
    ck_assert(!access_secrets_has_admin(secrets) && !access_secrets_has_read(secrets));
    ck_assert(!access_secrets_is_admin(secrets, "") && !access_secrets_is_read(secrets, ""));
    ck_assert(!access_secrets_is_admin(secrets, NULL) && !access_secrets_is_read(secrets, NULL));
    ck_assert_ptr_null(access_secrets_session_key(secrets));
}
END_TEST

START_TEST(each_token_is_its_own)
{
    ck_assert_int_eq(access_secrets_set(secrets, ADMIN, READ, &error), RESULT_OK);
    ck_assert(access_secrets_has_admin(secrets) && access_secrets_has_read(secrets));
    ck_assert(access_secrets_is_admin(secrets, ADMIN) && !access_secrets_is_admin(secrets, READ));
    ck_assert(access_secrets_is_read(secrets, READ) && !access_secrets_is_read(secrets, ADMIN));
    static const char *const wrong[] = {"", "a", ADMIN "a", READ "r", OTHER};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert(!access_secrets_is_admin(secrets, wrong[i]));
        ck_assert(!access_secrets_is_read(secrets, wrong[i]));
    }
    ck_assert(!access_secrets_is_admin(secrets, NULL) && !access_secrets_is_read(secrets, NULL));
}
END_TEST

START_TEST(they_change_and_so_do_sessions)
{
    char name[SESSION_NAME_SIZE];
    char token[sizeof ADMIN] = ADMIN;
    ck_assert_int_eq(access_secrets_set(secrets, token, READ, &error), RESULT_OK);
    memset(token, 'x', sizeof token - 1); /* it keeps a copy */
    (void)stpcpy(name, session_name(access_secrets_session_key(secrets)));
    ck_assert(access_secrets_is_admin(secrets, ADMIN));
    ck_assert_int_eq(access_secrets_set(secrets, READ, ADMIN, &error), RESULT_OK);
    ck_assert(access_secrets_is_admin(secrets, READ) && access_secrets_is_read(secrets, ADMIN));
    ck_assert_str_ne(name, session_name(access_secrets_session_key(secrets)));
    ck_assert_int_eq(access_secrets_set(secrets, OTHER, NULL, &error), RESULT_OK);
    ck_assert(!access_secrets_has_read(secrets) && !access_secrets_is_read(secrets, ADMIN));
    ck_assert_ptr_null(access_secrets_session_key(secrets));
    ck_assert_int_eq(access_secrets_set(secrets, NULL, NULL, &error), RESULT_OK);
    ck_assert(!access_secrets_has_admin(secrets));
}
END_TEST

static const struct {
    const char *admin;
    const char *read;
    const char *words;
} wrong[] = {
    {"aaaaaaaaaaaaaaaaaaaaaaa", READ, "ADMIN_TOKEN must be at least 24"},
    {ADMIN, "rrrrrrrrrrrrrrrrrrrrrrr", "READ_TOKEN must be at least 24"},
    {ADMIN " ", READ, "ADMIN_TOKEN must"},
    {ADMIN, READ "\x7f", "READ_TOKEN must"},
    {ADMIN, "r\xC3\xA4" READ, "READ_TOKEN must"},
    {ADMIN, ADMIN, "ADMIN_TOKEN and READ_TOKEN must not be the same"},
};

START_TEST(wrong_ones_are_told_and_change_nothing)
{
    ck_assert_int_eq(access_secrets_set(secrets, OTHER, READ, &error), RESULT_OK);
    ck_assert_int_eq(access_secrets_set(secrets, wrong[_i].admin, wrong[_i].read, &error),
                     RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, wrong[_i].words));
    ck_assert_ptr_null(strstr(error.text, "aaaa"));
    ck_assert_ptr_null(strstr(error.text, "rrrr"));
    ck_assert(access_secrets_is_admin(secrets, OTHER) && access_secrets_is_read(secrets, READ));
}
END_TEST

static const struct {
    const char *query;
    bool is_there;
} queries[] = {
    {NULL, false},
    {"", false},
    {"start=1&end=2", false},
    {"token=x", true},
    {"a=b&TOKEN", true},
    {"a=b&access_token=", true},
    {"tok%65n=x", true},
    {"Authorization=Bearer+x", true},
    {"api_key=1", true},
    {"admin_token=1", true},
    {"read_token=1", true},
    {"tokens=1", false},
    {"my_token=1", false},
    {"x=" ADMIN, false},
    {"x=" READ, true},
    {"a=1&x=rrrrrrrrrrrrrrrrrrrrrrr%72&b=1", true},
    {"x=" READ "r", false},
    {"x=" OTHER, false},
    {READ, true},
    {READ "=", true},
};

START_TEST(tokens_in_urls_are_found)
{
    ck_assert_int_eq(url_token_is_there(READ, queries[_i].query), queries[_i].is_there);
}
END_TEST

START_TEST(a_wrong_token_in_a_url_is_no_other_than_a_right_one)
{
    ck_assert(url_token_is_there(OTHER, "x=" OTHER));
    ck_assert(!url_token_is_there(OTHER, "x=" READ));
    ck_assert(!url_token_is_there(NULL, "x=" READ "&" ADMIN));
    ck_assert(url_token_is_there(NULL, "token=" READ));
    ck_assert(!url_token_is_there("x", "x=x"));
}
END_TEST

Suite *access_secrets_suite(void)
{
    Suite *suite = suite_create("access_secrets");
    TCase *tcase = tcase_create("access_secrets");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, without_tokens_nothing_is_one);
    tcase_add_test(tcase, each_token_is_its_own);
    tcase_add_test(tcase, they_change_and_so_do_sessions);
    tcase_add_loop_test(tcase, wrong_ones_are_told_and_change_nothing, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_loop_test(tcase, tokens_in_urls_are_found, 0, sizeof queries / sizeof queries[0]);
    tcase_add_test(tcase, a_wrong_token_in_a_url_is_no_other_than_a_right_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
