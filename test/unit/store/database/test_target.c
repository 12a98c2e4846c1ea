/* DB_CONN taken apart. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/database/addresses.h"
#include "store/database/target.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static void clear_environment(void)
{
    static const char *const names[] = {"PGHOST",     "PGHOSTADDR", "PGPORT",      "PGSERVICE",
                                        "PGDATABASE", "PGUSER",     "PGSYSCONFDIR"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
    (void)setenv("PGSERVICEFILE", "/nonexistent", 1);
}

static const char *parameter(const struct db_target *target, const char *keyword)
{
    for (size_t i = 0; i < target->parameter_count; i++) {
        if (strcmp(target->parameters[i].keyword, keyword) == 0)
            return target->parameters[i].value;
    }
    return NULL;
}

static struct db_target read_target(const char *conninfo)
{
    struct db_target target;
    struct error error = {""};
    enum result result = db_target_init(&target, conninfo, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", conninfo, error.text);
    return target;
}

static const struct {
    const char *conninfo;
    const char *normal;
} uris[] = {
    {"", ""},
    {"host=a password=x@y@z", "host=a password=x@y@z"},
    {"postgres://host/db", "postgres://host/db"},
    {"postgres://u:p@host/db", "postgres://u:p@host/db"},
    {"postgres://u:p@q@host/db", "postgres://u:p%40q@host/db"},
    {"postgresql://u:p@q@host/db", "postgresql://u:p%40q@host/db"},
    {"postgres://u@v:@@host", "postgres://u%40v:%40@host"},
    {"postgres://u:p@h/db?application_name=a@b", "postgres://u:p@h/db?application_name=a@b"},
    {"postgres://h?user=a@b", "postgres://h?user=a@b"},
    {"postgres://u:%40@h/d@b", "postgres://u:%40@h/d@b"},
    {"postgres://u:p@q@a:1,b:2/db", "postgres://u:p%40q@a:1,b:2/db"},
    {"postgres://@@", "postgres://%40@"},
    {"postgres://", "postgres://"},
    {"postgres:/u:p@q@h", "postgres:/u:p@q@h"},
};

START_TEST(the_last_at_sign_of_the_authority_ends_the_password)
{
    char *normal = db_target_normalize(uris[_i].conninfo);
    ck_assert_str_eq(normal, uris[_i].normal);
    free(normal);
}
END_TEST

START_TEST(reads_the_original_services_uri)
{
    struct db_target target =
        read_target("postgres://admin:myNewP@ssw0rd@postgres-server:5432/videoads?sslmode=disable");
    ck_assert_uint_eq(target.host_count, 1);
    ck_assert_str_eq(target.hosts[0].name, "postgres-server");
    ck_assert_str_eq(target.hosts[0].port, "5432");
    ck_assert_ptr_null(target.hosts[0].address);
    ck_assert_str_eq(parameter(&target, "user"), "admin");
    ck_assert_str_eq(parameter(&target, "password"), "myNewP@ssw0rd");
    ck_assert_str_eq(parameter(&target, "dbname"), "videoads");
    ck_assert_str_eq(parameter(&target, "sslmode"), "disable");
    ck_assert_ptr_null(parameter(&target, "host"));
    ck_assert_ptr_null(parameter(&target, "port"));
    db_target_clear(&target);
}
END_TEST

/* `hosts`: name|address|port of each, "-" for NULL. */
static const struct {
    const char *conninfo;
    const char *hosts;
} host_cases[] = {
    {"host=a", "a|-|5432"},
    {"host=a port=1", "a|-|1"},
    {"host=a,b port=1", "a|-|1 b|-|1"},
    {"host=a,b port=1,2", "a|-|1 b|-|2"},
    {"host=a,b port=1,", "a|-|1 b|-|-"},
    {"host=,b", "|-|5432 b|-|5432"},
    {"host=/tmp,b", "/tmp|-|5432 b|-|5432"},
    {"hostaddr=127.0.0.1", "|127.0.0.1|5432"},
    {"hostaddr=127.0.0.1,::1 port=7", "|127.0.0.1|7 |::1|7"},
    {"host=a,b hostaddr=127.0.0.1,::1", "a|127.0.0.1|5432 b|::1|5432"},
    {"host=a,b hostaddr=,::1", "a|-|5432 b|::1|5432"},
    {"dbname=x", "|-|5432"},
    {"", "|-|5432"},
    {NULL, "|-|5432"},
    {"postgres://a:1,b:2,c/x", "a|-|1 b|-|2 c|-|-"},
    {"postgres://[::1]:77/x", "::1|-|77"},
    {"postgres://u:p@%2Frun%2Fpg/x", "/run/pg|-|5432"},
    {"postgres:///x?host=/run/pg&port=6", "/run/pg|-|6"},
};

static void render_hosts(const struct db_target *target, char *text)
{
    *text = '\0';
    for (size_t i = 0; i < target->host_count; i++) {
        const struct db_host *host = &target->hosts[i];
        if (i > 0)
            strcat(text, " ");
        strcat(strcat(text, host->name), "|");
        strcat(strcat(text, host->address == NULL ? "-" : host->address), "|");
        strcat(text, host->port == NULL ? "-" : host->port);
    }
}

START_TEST(reads_lists_of_hosts_and_ports)
{
    char hosts[200];
    struct db_target target = read_target(host_cases[_i].conninfo);
    render_hosts(&target, hosts);
    ck_assert_str_eq(hosts, host_cases[_i].hosts);
    db_target_clear(&target);
}
END_TEST

START_TEST(the_environment_says_what_db_conn_does_not)
{
    (void)setenv("PGHOST", "env-a,env-b", 1);
    (void)setenv("PGPORT", "11,12", 1);
    char hosts[200];
    struct db_target target = read_target(NULL);
    render_hosts(&target, hosts);
    ck_assert_str_eq(hosts, "env-a|-|11 env-b|-|12");
    db_target_clear(&target);

    target = read_target("host=x,y");
    render_hosts(&target, hosts);
    ck_assert_str_eq(hosts, "x|-|11 y|-|12");
    db_target_clear(&target);

    target = read_target("port=5");
    render_hosts(&target, hosts);
    ck_assert_str_eq(hosts, "env-a|-|5 env-b|-|5");
    db_target_clear(&target);

    (void)setenv("PGHOSTADDR", "::1", 1);
    target = read_target("host=x port=5");
    render_hosts(&target, hosts);
    ck_assert_str_eq(hosts, "x|-|5");
    db_target_clear(&target);
}
END_TEST

/* Each with a word that must not come back. */
static const struct {
    const char *conninfo;
    const char *says;
} refusals[] = {
    {"nonsense-secret", "neither a URI"},
    {"host=a password='secret", "neither a URI"},
    {"host=a password=x secret", "neither a URI"},
    {"postgres://u:secret@[::1/x", "neither a URI"},
    {"postgres://u:secret@h:%zz/x", "neither a URI"},
    {"postgres://u:p%zzsecret@h/x", "neither a URI"},
    {"postgres://u:secret@h/x?nope=1", "does not know"},
    {"host=a password=secret nope=1", "does not know"},
    {"host=a password=x secret=y", "needs quotes"},
    {"postgres://u@h/x?secret=1", "does not know"},
    {"host=a port=secret", "host 1"},
    {"host=a port=0 password=secret", "host 1"},
    {"host=a port=65536 password=secret", "host 1"},
    {"host=a port=-1 password=secret", "host 1"},
    {"host=a,b port=1,x password=secret", "host 2"},
    {"host=a,b,c port=1,2 password=secret", "3 hosts and 2 ports"},
    {"host=a,b hostaddr=::1 password=secret", "2 hosts and 1 hostaddr"},
    {"host=a hostaddr=::1,::2 password=secret", "1 hosts and 2 hostaddr"},
};

START_TEST(refuses_in_words_that_hold_no_password)
{
    struct db_target target;
    struct error error = {""};
    ck_assert_int_eq(db_target_init(&target, refusals[_i].conninfo, &error), RESULT_INVALID);
    ck_assert_msg(strstr(error.text, refusals[_i].says) != NULL, "%s", error.text);
    ck_assert_msg(strstr(error.text, "secret") == NULL, "%s", error.text);
    ck_assert_ptr_null(target.hosts);
}
END_TEST

/* Asserts that `pg` was made with `value` for `keyword`. */
static void assert_option(PGconn *pg, const char *keyword, const char *value)
{
    bool is_found = false;
    PQconninfoOption *options = PQconninfo(pg);
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (strcmp(option->keyword, keyword) == 0) {
            ck_assert_str_eq(option->val, value);
            is_found = true;
        }
    }
    PQconninfoFree(options);
    ck_assert_msg(is_found, "%s", keyword);
}

START_TEST(db_conn_wins_over_what_we_set_ourselves)
{
    static const struct db_address address = {"", "127.0.0.1", "1"};
    struct db_target target = read_target("hostaddr=127.0.0.1 port=1 tcp_user_timeout=77");
    PGconn *pg = db_target_connect(&target, &address, 1);
    ck_assert_ptr_nonnull(pg);
    assert_option(pg, "tcp_user_timeout", "77");
    assert_option(pg, "gssencmode", "disable");
    assert_option(pg, "fallback_application_name", "video-ad-tracker");
    PQfinish(pg);
    db_target_clear(&target);
}
END_TEST

START_TEST(each_address_has_its_place_in_libpqs_lists)
{
    static const struct db_address addresses[] = {
        {"db1", "127.0.0.1", "1"}, {"", "::1", ""}, {"/nonexistent", "", "2"}};
    struct db_target target = read_target("host=elsewhere port=3");
    PGconn *pg = db_target_connect(&target, addresses, 3);
    ck_assert_ptr_nonnull(pg);
    assert_option(pg, "host", "db1,,/nonexistent");
    assert_option(pg, "hostaddr", "127.0.0.1,::1,");
    assert_option(pg, "port", "1,,2");
    PQfinish(pg);
    db_target_clear(&target);
}
END_TEST

Suite *db_target_suite(void)
{
    Suite *suite = suite_create("db_target");
    TCase *tcase = tcase_create("db_target");
    tcase_add_checked_fixture(tcase, clear_environment, NULL);
    tcase_add_loop_test(tcase, the_last_at_sign_of_the_authority_ends_the_password, 0, COUNT(uris));
    tcase_add_test(tcase, reads_the_original_services_uri);
    tcase_add_loop_test(tcase, reads_lists_of_hosts_and_ports, 0, COUNT(host_cases));
    tcase_add_test(tcase, the_environment_says_what_db_conn_does_not);
    tcase_add_loop_test(tcase, refuses_in_words_that_hold_no_password, 0, COUNT(refusals));
    tcase_add_test(tcase, db_conn_wins_over_what_we_set_ourselves);
    tcase_add_test(tcase, each_address_has_its_place_in_libpqs_lists);
    suite_add_tcase(suite, tcase);
    return suite;
}
