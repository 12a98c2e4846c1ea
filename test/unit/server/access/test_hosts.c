/* Under which names operators reach their listener. */
#include <string.h>

#include <check.h>

#include "server/access/hosts.h"
#include "test/unit/suites.h"

static const struct {
    const char *authority;
    bool is_admitted;
} admitted[] = {
    {"127.0.0.1", true},
    {"127.0.0.1:9090", true},
    {"192.0.2.7:1", true},
    {"[::1]", true},
    {"[2001:db8::1]:9090", true},
    {"localhost", true},
    {"LocalHost:9090", true},
    {"localhost.", true},
    {"ops.example", true},
    {"OPS.Example.:443", true},
    {"ops", true},
    {"evil.example", false},
    {"evil.ops.example", false},
    {"ops.example.evil", false},
    {"ops.exampl", false},
    {"localhost.evil", false},
    {"a.localhost", false},
    {"127.0.0.1.evil.example", false},
    {"127.0.0.1.", false},
    {"2130706433", false},
    {"0x7f.1", false},
    {"127.1", false},
    {"", false},
    {".", false},
    {"ops.example:x", false},
    {"ops.example/", false},
    {"[::1", false},
    {"::1", false},
};

START_TEST(admits_addresses_localhost_and_the_names)
{
    struct host_list hosts;
    struct error error;
    ck_assert_int_eq(host_list_parse("OPS_HOSTS", "Ops.Example, ops,", &hosts, &error), RESULT_OK);
    ck_assert_uint_eq(hosts.count, 2);
    ck_assert_msg(host_list_admits(&hosts, admitted[_i].authority) == admitted[_i].is_admitted,
                  "%s", admitted[_i].authority);
}
END_TEST

START_TEST(without_names_there_are_addresses_and_localhost)
{
    const struct host_list none = {.count = 0};
    ck_assert(host_list_admits(&none, "localhost:1") && host_list_admits(&none, "10.0.0.1"));
    ck_assert(!host_list_admits(&none, "ops"));
}
END_TEST

static const char *const wrong[] = {
    "ops.example:9090", "https://ops.example", "*", "*.example", "a,b/c", "[::1]",
    "\xC3\xA4.example"};

START_TEST(wrong_names_are_told)
{
    struct host_list hosts;
    struct error error;
    ck_assert_int_eq(host_list_parse("OPS_HOSTS", wrong[_i], &hosts, &error), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "OPS_HOSTS: entry"));
}
END_TEST

START_TEST(there_may_be_so_many)
{
    char names[4 * (HOST_LIST_MAX + 1)];
    struct host_list hosts;
    struct error error;
    char *at = names;
    for (int i = 0; i < HOST_LIST_MAX; i++)
        at = stpcpy(at, "a,");
    ck_assert_int_eq(host_list_parse("OPS_HOSTS", names, &hosts, &error), RESULT_OK);
    (void)stpcpy(at, "b");
    ck_assert_int_eq(host_list_parse("OPS_HOSTS", names, &hosts, &error), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "more than 32"));
}
END_TEST

Suite *access_hosts_suite(void)
{
    Suite *suite = suite_create("access_hosts");
    TCase *tcase = tcase_create("access_hosts");
    tcase_add_loop_test(tcase, admits_addresses_localhost_and_the_names, 0,
                        sizeof admitted / sizeof admitted[0]);
    tcase_add_test(tcase, without_names_there_are_addresses_and_localhost);
    tcase_add_loop_test(tcase, wrong_names_are_told, 0, sizeof wrong / sizeof wrong[0]);
    tcase_add_test(tcase, there_may_be_so_many);
    suite_add_tcase(suite, tcase);
    return suite;
}
