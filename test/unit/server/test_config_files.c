/* Variables whose value is in a file. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "server/config.h"
#include "server/config_files.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define TOKEN "0123456789abcdef01234567"
#define OTHER_TOKEN "another-token-of-24-bytes"

static char directory[] = "/tmp/adt-config-XXXXXX";
static char path[PATH_MAX];
static struct config config;
static struct error error;

static void unset_all(void)
{
    for (int i = 0; i < CONFIG_FILES; i++) {
        char name[64];
        const char *variable = config_file_variable((enum config_file)i);
        (void)snprintf(name, sizeof name, "%s_FILE", variable);
        ck_assert_int_eq(unsetenv(name), 0);
        ck_assert_int_eq(unsetenv(variable), 0);
    }
}

static void set_up(void)
{
    unset_all();
    strcpy(directory + strlen(directory) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/value", directory);
    error.text[0] = '\0';
}

static void tear_down(void)
{
    config_clear(&config);
    unset_all();
    (void)unlink(path);
    ck_assert_int_eq(rmdir(directory), 0);
}

static void write_file(const char *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
}

static enum result read_with(const char *variable, const char *value)
{
    ck_assert_int_eq(setenv(variable, value, 1), 0);
    ck_assert_int_eq(config_read(&config, &error), RESULT_OK);
    return config_files_read(&config, &error);
}

static const struct {
    const char *bytes;
    const char *value;
} endings[] = {
    {TOKEN, TOKEN},     {TOKEN "\n", TOKEN}, {TOKEN "\r\n", TOKEN}, {TOKEN "\n\n", NULL},
    {TOKEN "\r", NULL}, {"\n" TOKEN, NULL},  {TOKEN " ", NULL},
};

START_TEST(one_line_break_at_the_end_is_none_of_the_value)
{
    write_file(endings[_i].bytes, strlen(endings[_i].bytes));
    enum result result = read_with("ADMIN_TOKEN_FILE", path);
    ck_assert_int_eq(result, endings[_i].value != NULL ? RESULT_OK : RESULT_INVALID);
    if (endings[_i].value != NULL)
        ck_assert_str_eq(config.admin_token, endings[_i].value);
}
END_TEST

START_TEST(every_one_of_them_has_a_file)
{
    static const char *const values[CONFIG_FILES] = {[CONFIG_ADMIN_TOKEN] = TOKEN,
                                                     [CONFIG_READ_TOKEN] = TOKEN,
                                                     [CONFIG_TOKEN_SECRET] = TOKEN "01234567",
                                                     [CONFIG_DB_CONN] = "host=db1",
                                                     [CONFIG_LOG_LEVEL] = "debug"};
    char name[64];
    (void)snprintf(name, sizeof name, "%s_FILE", config_file_variable((enum config_file)_i));
    write_file(values[_i], strlen(values[_i]));
    ck_assert_int_eq(read_with(name, path), RESULT_OK);
    ck_assert_int_eq(config.admin_token != NULL, _i == CONFIG_ADMIN_TOKEN);
    ck_assert_int_eq(config.read_token != NULL, _i == CONFIG_READ_TOKEN);
    ck_assert_int_eq(config.store.token_secret != NULL, _i == CONFIG_TOKEN_SECRET);
    ck_assert_int_eq(config.store.db_conn != NULL, _i == CONFIG_DB_CONN);
    ck_assert_int_eq(config.log_level == LOG_DEBUG, _i == CONFIG_LOG_LEVEL);
    ck_assert_str_eq(config.values[_i].text, values[_i]);
}
END_TEST

static void expect_refusal(const char *words)
{
    ck_assert_int_eq(read_with("READ_TOKEN_FILE", path), RESULT_INVALID);
    ck_assert_msg(strstr(error.text, words) != NULL, "%s", error.text);
    ck_assert_ptr_nonnull(strstr(error.text, "READ_TOKEN_FILE"));
    ck_assert_ptr_null(strstr(error.text, directory));
    ck_assert_ptr_null(config.read_token);
}

START_TEST(refuses_both)
{
    write_file(TOKEN, strlen(TOKEN));
    ck_assert_int_eq(setenv("READ_TOKEN", OTHER_TOKEN, 1), 0);
    ck_assert_int_eq(read_with("READ_TOKEN_FILE", path), RESULT_INVALID);
    ck_assert_str_eq(error.text,
                     "READ_TOKEN and READ_TOKEN_FILE are both set: only one of them may be");
}
END_TEST

START_TEST(an_empty_variable_beside_the_file_is_not_set)
{
    write_file(TOKEN, strlen(TOKEN));
    ck_assert_int_eq(setenv("READ_TOKEN", "", 1), 0);
    ck_assert_int_eq(read_with("READ_TOKEN_FILE", path), RESULT_OK);
    ck_assert_str_eq(config.read_token, TOKEN);
}
END_TEST

START_TEST(refuses_a_file_that_is_not_there)
{
    expect_refusal("No such file");
}
END_TEST

START_TEST(refuses_an_empty_file)
{
    write_file("", 0);
    expect_refusal("it is empty");
    write_file("\n", 1);
    expect_refusal("it is empty");
    write_file("\r\n", 2);
    expect_refusal("it is empty");
}
END_TEST

START_TEST(refuses_a_nul_byte)
{
    write_file(TOKEN "\0x", strlen(TOKEN) + 2);
    expect_refusal("a NUL byte");
}
END_TEST

START_TEST(refuses_what_is_too_large)
{
    static char bytes[CONFIG_FILE_MAX_BYTES + 1];
    memset(bytes, 'x', sizeof bytes);
    write_file(bytes, sizeof bytes);
    expect_refusal("more than 16384 bytes");
    write_file(bytes, sizeof bytes - 1);
    ck_assert_int_eq(read_with("READ_TOKEN_FILE", path), RESULT_OK);
    ck_assert_uint_eq(strlen(config.read_token), CONFIG_FILE_MAX_BYTES);
}
END_TEST

START_TEST(refuses_a_directory)
{
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_refusal("no regular file");
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(a_fifo_holds_nobody_up)
{
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    expect_refusal("no regular file");
}
END_TEST

START_TEST(says_what_is_wrong_with_the_value_and_not_the_value)
{
    write_file("hunter2hunter2", 14);
    expect_refusal("READ_TOKEN must be at least 24 characters");
    ck_assert_ptr_null(strstr(error.text, "hunter2"));
}
END_TEST

START_TEST(tells_what_has_changed_since)
{
    char *text = NULL;
    write_file(TOKEN "\n", strlen(TOKEN) + 1);
    ck_assert_int_eq(read_with("ADMIN_TOKEN_FILE", path), RESULT_OK);
    write_file(TOKEN, strlen(TOKEN));
    ck_assert_int_eq(config_file_look(&config, CONFIG_ADMIN_TOKEN, &text, &error), CONFIG_SAME);
    write_file("short", 5);
    ck_assert_int_eq(config_file_look(&config, CONFIG_ADMIN_TOKEN, &text, &error), CONFIG_UNUSABLE);
    ck_assert_str_eq(config.admin_token, TOKEN);
    ck_assert_ptr_null(text);
    write_file(OTHER_TOKEN, strlen(OTHER_TOKEN));
    ck_assert_int_eq(config_file_look(&config, CONFIG_ADMIN_TOKEN, &text, &error), CONFIG_CHANGED);
    ck_assert_str_eq(config.admin_token, TOKEN);
    config_file_keep(&config, CONFIG_ADMIN_TOKEN, text);
    ck_assert_str_eq(config.admin_token, OTHER_TOKEN);
}
END_TEST

Suite *config_files_suite(void)
{
    Suite *suite = suite_create("config_files");
    TCase *tests = tcase_create("config_files");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, one_line_break_at_the_end_is_none_of_the_value, 0, COUNT(endings));
    tcase_add_loop_test(tests, every_one_of_them_has_a_file, 0, CONFIG_FILES);
    tcase_add_test(tests, refuses_both);
    tcase_add_test(tests, an_empty_variable_beside_the_file_is_not_set);
    tcase_add_test(tests, refuses_a_file_that_is_not_there);
    tcase_add_test(tests, refuses_an_empty_file);
    tcase_add_test(tests, refuses_a_nul_byte);
    tcase_add_test(tests, refuses_what_is_too_large);
    tcase_add_test(tests, refuses_a_directory);
    tcase_add_test(tests, a_fifo_holds_nobody_up);
    tcase_add_test(tests, says_what_is_wrong_with_the_value_and_not_the_value);
    tcase_add_test(tests, tells_what_has_changed_since);
    suite_add_tcase(suite, tests);
    return suite;
}
