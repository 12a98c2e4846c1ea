/* The secret beside the journal: made once, kept for its owner, never overwritten. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "protocol/serving_token.h"
#include "store/base/directory.h"
#include "store/token_secret.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/suites.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static char path[64];
static struct directory directory;

static void set_up(void)
{
    struct error error = {""};
    (void)snprintf(path, sizeof path, "/tmp/adt-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
    ck_assert_int_eq(directory_open(&directory, path, &error), RESULT_OK);
    disk_faults_reset();
}

static void tear_down(void)
{
    char command[100];
    disk_faults_reset();
    directory_close(&directory);
    (void)snprintf(command, sizeof command, "rm -r %s", path);
    ck_assert_int_eq(system(command), 0);
}

static void put_file(const void *bytes, size_t count)
{
    int fd = openat(directory.fd, "token_secret", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, count), (ssize_t)count);
    ck_assert_int_eq(close(fd), 0);
}

static char *secret_of(void)
{
    struct error error = {""};
    char *secret = token_secret_of(&directory, &error);
    ck_assert_msg(secret != NULL, "%s", error.text);
    return secret;
}

static void assert_refused(const char *words)
{
    struct error error = {""};
    char expected[sizeof error.text];
    (void)snprintf(expected, sizeof expected, "%s/token_secret %s", path, words);
    ck_assert_ptr_null(token_secret_of(&directory, &error));
    ck_assert_str_eq(error.text, expected);
}

START_TEST(is_made_where_there_is_none)
{
    struct error error = {""};
    char *secret = secret_of();
    ck_assert_uint_eq(strlen(secret), 64);
    ck_assert_uint_eq(strspn(secret, "0123456789abcdef"), 64);
    struct token_keys *keys = token_keys_new(secret, &error);
    ck_assert_ptr_nonnull(keys);
    token_keys_free(keys);
    char *again = secret_of();
    ck_assert_str_eq(again, secret);
    free(again);
    ck_assert_int_eq(unlinkat(directory.fd, "token_secret", 0), 0);
    char *other = secret_of();
    ck_assert_str_ne(other, secret);
    free(other);
    free(secret);
}
END_TEST

START_TEST(is_its_owners_alone_and_durable)
{
    struct stat status;
    mode_t mask = umask(0);
    free(secret_of());
    (void)umask(mask);
    ck_assert_int_eq(fstatat(directory.fd, "token_secret", &status, 0), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_uint_eq(disk_faults.file_syncs, 1);
    ck_assert_uint_eq(disk_faults.directory_syncs, 1);
    ck_assert(!directory_has(&directory, "token_secret.new"));
}
END_TEST

START_TEST(one_that_somebody_put_there_is_taken)
{
    static const char *const texts[] = {SECRET, SECRET "\n", " " SECRET "\r\n\n"};
    put_file(texts[_i], strlen(texts[_i]));
    char *secret = secret_of();
    ck_assert_str_eq(secret, SECRET);
    free(secret);
}
END_TEST

#define TOO_SHORT "is shorter than a secret's 32 characters"
#define NO_LINE "is not one line of text without commas"

static const struct {
    const char *bytes;
    size_t count;
    const char *words;
} wrong[] = {
    {"", 0, TOO_SHORT},
    {"\n", 1, TOO_SHORT},
    {SECRET, 31, TOO_SHORT},
    {"                                                  x", 51, TOO_SHORT},
    {SECRET "," SECRET, 65, NO_LINE},
    {SECRET "\n" SECRET, 65, NO_LINE},
    {SECRET "\0x", 34, NO_LINE},
    {SECRET "\xff", 33, NO_LINE},
    {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, NO_LINE},
};

START_TEST(a_file_without_a_secret_is_left_as_it_is)
{
    size_t count = 0;
    put_file(wrong[_i].bytes, wrong[_i].count);
    assert_refused(wrong[_i].words);
    char *bytes = directory_read(&directory, "token_secret", 100, &count);
    ck_assert_uint_eq(count, wrong[_i].count);
    ck_assert_int_eq(memcmp(bytes, wrong[_i].bytes, count), 0);
    free(bytes);
}
END_TEST

START_TEST(what_can_not_be_read_is_left_as_it_is)
{
    static const char *const words = "can't be read as a file of at most 4096 bytes";
    struct stat status;
    char large[5000];
    memset(large, 'a', sizeof large);
    put_file(large, sizeof large);
    assert_refused(words);
    ck_assert_int_eq(unlinkat(directory.fd, "token_secret", 0), 0);
    ck_assert_int_eq(symlinkat("nowhere", directory.fd, "token_secret"), 0);
    assert_refused(words);
    ck_assert_int_eq(fstatat(directory.fd, "token_secret", &status, AT_SYMLINK_NOFOLLOW), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(unlinkat(directory.fd, "token_secret", 0), 0);
    ck_assert_int_eq(mkdirat(directory.fd, "token_secret", 0700), 0);
    assert_refused(words);
}
END_TEST

START_TEST(disk_that_refuses_leaves_nothing)
{
    struct error error = {""};
    if (_i == 0)
        disk_faults.copy_fails_in = 1;
    else
        disk_faults.full_sync_fails_in = (unsigned)_i; /* the file's, the directory's */
    ck_assert_ptr_null(token_secret_of(&directory, &error));
    ck_assert_ptr_nonnull(strstr(error.text, path));
    ck_assert(!directory_has(&directory, "token_secret.new"));
    ck_assert_int_eq(directory_has(&directory, "token_secret"), _i == 2);
    disk_faults_reset();
    free(secret_of());
}
END_TEST

Suite *token_secret_suite(void)
{
    Suite *suite = suite_create("token_secret");
    TCase *tests = tcase_create("token_secret");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, is_made_where_there_is_none);
    tcase_add_test(tests, is_its_owners_alone_and_durable);
    tcase_add_loop_test(tests, one_that_somebody_put_there_is_taken, 0, 3);
    tcase_add_loop_test(tests, a_file_without_a_secret_is_left_as_it_is, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(tests, what_can_not_be_read_is_left_as_it_is);
    tcase_add_loop_test(tests, disk_that_refuses_leaves_nothing, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
