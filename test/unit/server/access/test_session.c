/* The session's cookie: what is signed is valid, and nothing else is. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "server/access/session.h"
#include "test/unit/suites.h"

enum { NOW_S = 1767225600, FIELD_SIZE = 512 };

static struct session_key *key;
static char text[SESSION_TEXT_SIZE]; /* a session that ends in an hour */

static void set_up(void)
{
    key = session_key_new("rrrrrrrrrrrrrrrrrrrrrrrr");
    session_write(key, NOW_S + 3600, text);
}

static void tear_down(void)
{
    session_key_free(key);
}

static enum session_verdict verdict_of(const char *field, int64_t now_s, int64_t *ends_s)
{
    enum session_verdict verdict = SESSION_NONE;
    *ends_s = 0;
    session_find(key, field, now_s, &verdict, ends_s);
    return verdict;
}

/* Of a cookie of our name. */
static enum session_verdict verdict_of_value(const char *value, int64_t now_s)
{
    char field[FIELD_SIZE];
    int64_t ends_s;
    (void)snprintf(field, sizeof field, "%s=%s", session_name(key), value);
    return verdict_of(field, now_s, &ends_s);
}

START_TEST(is_valid_until_it_ends)
{
    ck_assert_int_eq(verdict_of_value(text, NOW_S), SESSION_VALID);
    ck_assert_int_eq(verdict_of_value(text, NOW_S + 3599), SESSION_VALID);
    ck_assert_int_eq(verdict_of_value(text, NOW_S + 3600), SESSION_OVER);
    ck_assert_int_eq(verdict_of_value(text, NOW_S + 999999), SESSION_OVER);
}
END_TEST

/* N is the name, V the value. */
static const struct {
    const char *field;
    enum session_verdict verdict;
} fields[] = {
    {"N=V", SESSION_VALID},
    {"__Host-N=V", SESSION_VALID},
    {"a=b; N=V; c=d", SESSION_VALID},
    {"a=b;N=V", SESSION_VALID},
    {" \tN = V \t;", SESSION_VALID},
    {"a; =; ;;N=V", SESSION_VALID},
    {"N=x; N=V", SESSION_VALID},
    {"N=V; N=x", SESSION_VALID},
    {"N=x; __Host-N=V", SESSION_VALID},
    {"N=Vx", SESSION_FORGED},
    {"N=0V", SESSION_FORGED},
    {"N=-V", SESSION_FORGED},
    {"N=\"V\"", SESSION_FORGED},
    {"N=", SESSION_FORGED},
    {"N=.", SESSION_FORGED},
    {"N=9999999999", SESSION_FORGED},
    {"N=9999999999.", SESSION_FORGED},
    {"N=9999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", SESSION_FORGED},
    {"", SESSION_NONE},
    {"N", SESSION_NONE},
    {"xN=V", SESSION_NONE},
    {"Nx=V", SESSION_NONE},
    {"__Host-=V", SESSION_NONE},
    {"__host-N=V", SESSION_NONE},
    {"__Secure-N=V", SESSION_NONE},
    {"vat_session=V", SESSION_NONE},
    {"vat_session_00000000=V", SESSION_NONE},
    {"a=N=V", SESSION_NONE},
};

static void write_field(char *at, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == 'N')
            at = stpcpy(at, session_name(key));
        else if (*pattern == 'V')
            at = stpcpy(at, text);
        else
            *at++ = *pattern;
    }
    *at = '\0';
}

START_TEST(is_found_among_all_cookies)
{
    char field[FIELD_SIZE];
    int64_t ends_s;
    write_field(field, fields[_i].field);
    ck_assert_msg(verdict_of(field, NOW_S, &ends_s) == fields[_i].verdict, "%s", field);
    ck_assert_int_eq(ends_s, fields[_i].verdict == SESSION_VALID ? NOW_S + 3600 : 0);
}
END_TEST

START_TEST(every_changed_character_makes_it_forged)
{
    for (size_t i = 0; i < strlen(text); i++) {
        char other[SESSION_TEXT_SIZE];
        memcpy(other, text, sizeof other);
        other[i] = other[i] == '1' ? '2' : '1';
        ck_assert_msg(verdict_of_value(other, NOW_S) == SESSION_FORGED, "%s", other);
        memcpy(other, text, sizeof other);
        other[i] = '\0';
        ck_assert_msg(verdict_of_value(other, NOW_S) == SESSION_FORGED, "%s", other);
    }
}
END_TEST

START_TEST(another_token_has_another_name_and_signs_otherwise)
{
    char other_text[SESSION_TEXT_SIZE];
    struct session_key *other = session_key_new("rrrrrrrrrrrrrrrrrrrrrrrs");
    struct session_key *same = session_key_new("rrrrrrrrrrrrrrrrrrrrrrrr");
    session_write(other, NOW_S + 3600, other_text);
    ck_assert_str_ne(session_name(key), session_name(other));
    ck_assert_str_ne(text, other_text);
    ck_assert_int_eq(verdict_of_value(other_text, NOW_S), SESSION_FORGED);
    session_write(same, NOW_S + 3600, other_text);
    ck_assert_str_eq(session_name(key), session_name(same));
    ck_assert_str_eq(text, other_text);
    session_key_free(other);
    session_key_free(same);
    session_key_free(NULL);
}
END_TEST

START_TEST(tells_nothing_of_the_token)
{
    ck_assert_ptr_null(strstr(text, "rrr"));
    ck_assert_ptr_null(strstr(session_name(key), "rrr"));
    ck_assert_uint_lt(strlen(session_name(key)), SESSION_NAME_SIZE);
}
END_TEST

Suite *access_session_suite(void)
{
    Suite *suite = suite_create("access_session");
    TCase *tcase = tcase_create("access_session");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, is_valid_until_it_ends);
    tcase_add_loop_test(tcase, is_found_among_all_cookies, 0, sizeof fields / sizeof fields[0]);
    tcase_add_test(tcase, every_changed_character_makes_it_forged);
    tcase_add_test(tcase, another_token_has_another_name_and_signs_otherwise);
    tcase_add_test(tcase, tells_nothing_of_the_token);
    suite_add_tcase(suite, tcase);
    return suite;
}
