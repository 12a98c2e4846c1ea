/* The configuration out of the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "server/config.h"
#include "server/help.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *const NAMES[] = {
    "DB_CONN",
    "PORT",
    "LISTEN_ADDR",
    "JOURNAL_DIR",
    "JOURNAL_SYNC",
    "JOURNAL_MAX_BYTES",
    "QUEUE_MAX_EVENTS",
    "SHUTDOWN_GRACE_SECONDS",
    "KEEPALIVE_SECONDS",
    "TRUSTED_PROXIES",
    "REUSE_PORT",
    "SAMPLE_DATA",
    "LOG_LEVEL",
    "JOURNAL_KEEP_SECONDS",
    "IVT_HEADER",
    "PUBLIC_URL",
    "TOKEN_SECRET",
    "TOKEN_TTL_SECONDS",
    "ADMIN_TOKEN",
    "SSAI_PEERS",
    "EVENTS_RETENTION_DAYS",
    "ADDRESS_RETENTION_DAYS",
    "IP_ANONYMIZE",
    "LOG_FORMAT",
    "READ_TOKEN",
    "ADMIN_TOKEN_FILE",
    "READ_TOKEN_FILE",
    "TOKEN_SECRET_FILE",
    "DB_CONN_FILE",
    "LOG_LEVEL_FILE",
};

/* Before each test and after it: other suites run in this process too. */
static void unset_all(void)
{
    for (int i = 0; i < COUNT(NAMES); i++)
        ck_assert_int_eq(unsetenv(NAMES[i]), 0);
}

START_TEST(has_a_default_for_everything)
{
    struct config config;
    struct error error = {""};
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_str_eq(error.text, "");
    ck_assert_ptr_null(config.store.db_conn);
    ck_assert_uint_eq(config.listener.port, 8080);
    ck_assert_ptr_null(config.listener.address);
    ck_assert_str_eq(config.store.journal.directory, "/var/lib/video-ad-tracker");
    ck_assert_uint_eq(config.store.journal.sync, 0);
    ck_assert_uint_eq(config.store.journal.max_bytes, UINT64_C(4) << 30);
    ck_assert_uint_eq(config.store.journal.keep_s, 600);
    ck_assert_uint_eq(config.store.queue_max_events, 500000);
    ck_assert_uint_eq(config.store.events_retention_days, 0);
    ck_assert_uint_eq(config.store.address_retention_days, 0);
    ck_assert(!config.hides_addresses);
    ck_assert_uint_eq(config.shutdown_grace_s, 10);
    ck_assert_uint_eq(config.keepalive_s, 75);
    ck_assert_uint_eq(config.trusted_proxies.count, 0);
    ck_assert_ptr_null(config.ivt_header);
    ck_assert(!config.listener.reuse_port);
    ck_assert(!config.store.sample_data);
    ck_assert_int_eq(config.log_level, LOG_INFO);
    ck_assert_str_eq(config.store.public_url, "http://localhost:8080");
    ck_assert_ptr_null(config.store.token_secret);
    ck_assert_uint_eq(config.token_ttl_s, 86400);
    ck_assert_ptr_null(config.admin_token);
    ck_assert_uint_eq(config.ssai_peers.count, 0);
}
END_TEST

/* What it becomes, and whether the operator should hear of it. */
static const struct {
    const char *value;
    const char *url;
    bool is_doubtful;
} urls[] = {
    {"https://ads.example", "https://ads.example", false},
    {"https://ads.example/", "https://ads.example", false},
    {"https://ads.example/video//", "https://ads.example/video", false},
    {"HTTPS://ads.example:8443", "HTTPS://ads.example:8443", false},
    {"http://ads.example", "http://ads.example", true},
    {"http://localhost:80", "http://localhost:80", false},
    {"http://127.0.0.1", "http://127.0.0.1", false},
    {"http://[::1]:8080", "http://[::1]:8080", false},
    {"http://localhost.example", "http://localhost.example", true},
    {"http://127.example", "http://127.example", true},
    {"", "http://localhost:8080", true},
};

START_TEST(takes_a_public_url)
{
    struct config config;
    struct error error;
    setenv("PUBLIC_URL", urls[_i].value, 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_str_eq(config.public_url, urls[_i].url);
    ck_assert_int_eq(config_public_url_doubt(&config) != NULL, urls[_i].is_doubtful);
}
END_TEST

START_TEST(takes_an_empty_variable_for_one_that_is_not_set)
{
    struct config config;
    struct error error;
    for (int i = 0; i < COUNT(NAMES); i++)
        ck_assert_int_eq(setenv(NAMES[i], "", 1), 0);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_uint_eq(config.listener.port, 8080);
    ck_assert_ptr_null(config.store.db_conn);
}
END_TEST

START_TEST(reads_what_is_set)
{
    struct config config;
    struct error error;
    struct address inside;
    setenv("DB_CONN", "host=db1", 1);
    setenv("PORT", "65535", 1);
    setenv("LISTEN_ADDR", "::1", 1);
    setenv("JOURNAL_DIR", "/tmp/j", 1);
    setenv("QUEUE_MAX_EVENTS", "1", 1);
    setenv("SHUTDOWN_GRACE_SECONDS", "0", 1);
    setenv("KEEPALIVE_SECONDS", "3600", 1);
    setenv("TRUSTED_PROXIES", " 10.0.0.0/8,, 2001:db8::/32 192.0.2.1,", 1);
    setenv("IVT_HEADER", "X-Ivt", 1);
    setenv("REUSE_PORT", "1", 1);
    setenv("SAMPLE_DATA", "1", 1);
    setenv("LOG_LEVEL", "debug", 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_str_eq(config.store.db_conn, "host=db1");
    ck_assert_uint_eq(config.listener.port, 65535);
    ck_assert_str_eq(config.listener.address, "::1");
    ck_assert_str_eq(config.store.journal.directory, "/tmp/j");
    ck_assert_uint_eq(config.store.queue_max_events, 1);
    ck_assert_uint_eq(config.shutdown_grace_s, 0);
    ck_assert_uint_eq(config.keepalive_s, 3600);
    ck_assert_str_eq(config.ivt_header, "X-Ivt");
    ck_assert_uint_eq(config.trusted_proxies.count, 3);
    ck_assert_int_eq(address_parse("2001:db8::7", 11, &inside), RESULT_OK);
    ck_assert(address_block_contains(&config.trusted_proxies.blocks[1], &inside));
    ck_assert(config.listener.reuse_port);
    ck_assert(config.store.sample_data);
    ck_assert_int_eq(config.log_level, LOG_DEBUG);
}
END_TEST

/* The least and the most of every number, and each digit in front. */
static const struct {
    const char *name;
    const char *value;
} TAKEN[] = {
    {"PORT", "1"},
    {"PORT", "9000"},
    {"PORT", "65535"},
    {"JOURNAL_MAX_BYTES", "65536"},
    {"JOURNAL_MAX_BYTES", "1125899906842624"},
    {"JOURNAL_KEEP_SECONDS", "0"},
    {"JOURNAL_KEEP_SECONDS", "2592000"},
    {"QUEUE_MAX_EVENTS", "1"},
    {"QUEUE_MAX_EVENTS", "1000000000"},
    {"EVENTS_RETENTION_DAYS", "0"},
    {"EVENTS_RETENTION_DAYS", "16"},
    {"EVENTS_RETENTION_DAYS", "36500"},
    {"ADDRESS_RETENTION_DAYS", "0"},
    {"ADDRESS_RETENTION_DAYS", "1"},
    {"ADDRESS_RETENTION_DAYS", "36500"},
    {"SHUTDOWN_GRACE_SECONDS", "0"},
    {"SHUTDOWN_GRACE_SECONDS", "3600"},
};

static uint64_t number_of(const struct config *config, const char *name)
{
    const struct store_settings *store = &config->store;
    return strcmp(name, "PORT") == 0                     ? config->listener.port
           : strcmp(name, "JOURNAL_MAX_BYTES") == 0      ? store->journal.max_bytes
           : strcmp(name, "JOURNAL_KEEP_SECONDS") == 0   ? store->journal.keep_s
           : strcmp(name, "QUEUE_MAX_EVENTS") == 0       ? store->queue_max_events
           : strcmp(name, "EVENTS_RETENTION_DAYS") == 0  ? store->events_retention_days
           : strcmp(name, "ADDRESS_RETENTION_DAYS") == 0 ? store->address_retention_days
                                                         : config->shutdown_grace_s;
}

START_TEST(takes_the_bounds_of_a_number)
{
    struct config config;
    struct error error;
    setenv(TAKEN[_i].name, TAKEN[_i].value, 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_uint_eq(number_of(&config, TAKEN[_i].name), strtoull(TAKEN[_i].value, NULL, 10));
}
END_TEST

START_TEST(takes_what_becomes_of_addresses)
{
    static const char *const words[] = {"none", "truncate"};
    struct config config;
    struct error error;
    setenv("IP_ANONYMIZE", words[_i], 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_int_eq(config.hides_addresses, _i);
}
END_TEST

START_TEST(takes_each_mode_of_syncing)
{
    static const char *const names[] = {"always", "interval", "off"};
    struct config config;
    struct error error;
    setenv("JOURNAL_SYNC", names[_i], 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_int_eq(config.store.journal.sync, _i);
    ck_assert_str_eq(journal_sync_name((enum journal_sync)_i), names[_i]);
}
END_TEST

static const struct {
    const char *name;
    const char *value;
} REFUSED[] = {
    {"KEEPALIVE_SECONDS", "0"},
    {"KEEPALIVE_SECONDS", "3601"},
    {"PORT", "0"},
    {"PORT", "65536"},
    {"PORT", "-1"},
    {"PORT", "+80"},
    {"PORT", " 80"},
    {"PORT", "80 "},
    {"PORT", "8080x"},
    {"PORT", "0x50"},
    {"PORT", "http"},
    {"PORT", "18446744073709551617"},
    {"PORT", "8080.0"},
    {"LISTEN_ADDR", "localhost"},
    {"LISTEN_ADDR", "127.0.0.1:80"},
    {"LISTEN_ADDR", "[::1]"},
    {"LISTEN_ADDR", "127.0.0.256"},
    {"LISTEN_ADDR", "fe80::1%lo"},
    {"IVT_HEADER", "X Ivt"},
    {"IVT_HEADER", "X-Ivt:"},
    {"IVT_HEADER", " X-Ivt"},
    {"IVT_HEADER", "X-Ivt "},
    {"IVT_HEADER", "X-Ivt\n"},
    {"IVT_HEADER", "X-Ivt, X-Bot"},
    {"IVT_HEADER", "\"X-Ivt\""},
    {"IVT_HEADER", "X-\xc3\xa4"},
    {"IVT_HEADER", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
    {"JOURNAL_SYNC", "sometimes"},
    {"JOURNAL_SYNC", "ALWAYS"},
    {"JOURNAL_MAX_BYTES", "-1"},
    {"JOURNAL_MAX_BYTES", "65535"},
    {"JOURNAL_MAX_BYTES", "1125899906842625"},
    {"JOURNAL_MAX_BYTES", "4G"},
    {"JOURNAL_KEEP_SECONDS", "ten"},
    {"JOURNAL_KEEP_SECONDS", "2592001"},
    {"QUEUE_MAX_EVENTS", "0"},
    {"QUEUE_MAX_EVENTS", "1e6"},
    {"QUEUE_MAX_EVENTS", "1000000001"},
    {"EVENTS_RETENTION_DAYS", "1"},
    {"EVENTS_RETENTION_DAYS", "15"},
    {"EVENTS_RETENTION_DAYS", "36501"},
    {"EVENTS_RETENTION_DAYS", "-1"},
    {"EVENTS_RETENTION_DAYS", "30d"},
    {"ADDRESS_RETENTION_DAYS", "36501"},
    {"ADDRESS_RETENTION_DAYS", "-1"},
    {"ADDRESS_RETENTION_DAYS", "1.5"},
    {"IP_ANONYMIZE", "yes"},
    {"IP_ANONYMIZE", "Truncate"},
    {"IP_ANONYMIZE", "none "},
    {"SHUTDOWN_GRACE_SECONDS", "3601"},
    {"SHUTDOWN_GRACE_SECONDS", "10s"},
    {"PUBLIC_URL", "ads.example"},
    {"PUBLIC_URL", "ftp://ads.example"},
    {"PUBLIC_URL", "https://"},
    {"PUBLIC_URL", "https://user@ads.example"},
    {"PUBLIC_URL", "https://ads.example/?a=b"},
    {"PUBLIC_URL", "https://ads.example/#a"},
    {"PUBLIC_URL", "https://ads.example/\n"},
    {"PUBLIC_URL", "https://ads.example/a b"},
    {"PUBLIC_URL", "https://ads.example/]]>"},
    {"TOKEN_TTL_SECONDS", "0"},
    {"TOKEN_TTL_SECONDS", "1209601"},
    {"ADMIN_TOKEN", "only-twenty-three-long."},
    {"ADMIN_TOKEN", "twenty-four with a blank."},
    {"ADMIN_TOKEN", "twenty-four-and-a-letter-\xc3\xa4"},
    {"SSAI_PEERS", "10.0.0.1/8"},
    {"TRUSTED_PROXIES", "10.0.0.1/8"},
    {"TRUSTED_PROXIES", "10.0.0.0/33"},
    {"TRUSTED_PROXIES", "10.0.0.0/8;192.0.2.1"},
    {"TRUSTED_PROXIES", "proxy.example"},
    {"TRUSTED_PROXIES", "::1,10.0.0"},
    {"REUSE_PORT", "true"},
    {"REUSE_PORT", "2"},
    {"SAMPLE_DATA", "yes"},
    {"LOG_LEVEL", "verbose"},
    {"LOG_LEVEL", "INFO "},
};

START_TEST(names_the_variable_that_it_refuses)
{
    struct config config;
    struct error error = {""};
    setenv("DB_CONN", "password=hushhush", 1);
    setenv(REFUSED[_i].name, REFUSED[_i].value, 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_INVALID);
    ck_assert_msg(strncmp(error.text, REFUSED[_i].name, strlen(REFUSED[_i].name)) == 0,
                  "%s=\"%s\": %s", REFUSED[_i].name, REFUSED[_i].value, error.text);
    ck_assert_ptr_null(strstr(error.text, "hushhush"));
    ck_assert_ptr_null(config.store.db_conn);
}
END_TEST

START_TEST(refuses_more_proxies_than_it_has_room_for)
{
    char list[257 * 9] = "";
    struct config config;
    struct error error = {""};
    char *end = list;
    for (int i = 0; i < 256; i++)
        end = stpcpy(end, "10.0.0.1,");
    setenv("TRUSTED_PROXIES", list, 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    ck_assert_uint_eq(config.trusted_proxies.count, 256);
    (void)stpcpy(end, "::1");
    setenv("TRUSTED_PROXIES", list, 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "TRUSTED_PROXIES"));
}
END_TEST

START_TEST(says_which_proxy_it_refuses)
{
    struct config config;
    struct error error = {""};
    setenv("TRUSTED_PROXIES", "10.0.0.1, ::1 example", 1);
    ck_assert_int_eq(config_read(&config, &error), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "entry 3 "));
}
END_TEST

START_TEST(tells_every_variable_in_its_help)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ck_assert_ptr_nonnull(out);
    help_print(out);
    ck_assert_int_eq(fclose(out), 0);
    for (int i = 0; i < COUNT(NAMES); i++)
        ck_assert_msg(strstr(text, NAMES[i]) != NULL, "not in the help: %s", NAMES[i]);
    ck_assert_ptr_nonnull(strstr(text, "TCP port to listen on (8080)\n"));
    ck_assert_ptr_nonnull(strstr(text, "without it all, IPv6 and IPv4\n"));
    free(text);
}
END_TEST

Suite *config_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tcase = tcase_create("config");
    tcase_add_checked_fixture(tcase, unset_all, unset_all);
    tcase_add_test(tcase, has_a_default_for_everything);
    tcase_add_test(tcase, takes_an_empty_variable_for_one_that_is_not_set);
    tcase_add_test(tcase, reads_what_is_set);
    tcase_add_loop_test(tcase, takes_a_public_url, 0, COUNT(urls));
    tcase_add_loop_test(tcase, takes_the_bounds_of_a_number, 0, COUNT(TAKEN));
    tcase_add_loop_test(tcase, takes_what_becomes_of_addresses, 0, 2);
    tcase_add_loop_test(tcase, takes_each_mode_of_syncing, 0, JOURNAL_SYNC_MODES);
    tcase_add_loop_test(tcase, names_the_variable_that_it_refuses, 0, COUNT(REFUSED));
    tcase_add_test(tcase, refuses_more_proxies_than_it_has_room_for);
    tcase_add_test(tcase, says_which_proxy_it_refuses);
    tcase_add_test(tcase, tells_every_variable_in_its_help);
    suite_add_tcase(suite, tcase);
    return suite;
}
