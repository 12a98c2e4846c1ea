/* A directory of our own: one process works in it, and its files are whole. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "store/base/directory.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

static char path[64];
static struct directory directory;

static void set_up(void)
{
    struct error error = {""};
    (void)snprintf(path, sizeof path, "/tmp/adt-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
    ck_assert_int_eq(directory_open(&directory, path, &error), RESULT_OK);
}

static void remove_all(void)
{
    char command[100];
    (void)snprintf(command, sizeof command, "rm -r %s", path);
    ck_assert_int_eq(system(command), 0);
}

static void tear_down(void)
{
    directory_close(&directory);
    remove_all();
}

static size_t count_names(const char *prefix)
{
    size_t count = 0;
    DIR *entries = opendir(path);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    (void)closedir(entries);
    return count;
}

static void begin(struct directory_file *file)
{
    struct error error = {""};
    ck_assert_int_eq(directory_file_begin(file, &directory, "ads", &error), RESULT_OK);
}

static void append(struct directory_file *file, const char *text)
{
    struct error error = {""};
    ck_assert_int_eq(directory_file_append(file, text, strlen(text), &error), RESULT_OK);
}

static void commit(struct directory_file *file)
{
    struct error error = {""};
    ck_assert_int_eq(directory_file_commit(file, &error), RESULT_OK);
    ck_assert_ptr_null(file->directory);
}

static void write_whole(const char *text)
{
    struct directory_file file;
    begin(&file);
    append(&file, text);
    commit(&file);
}

static void assert_holds(const char *text)
{
    size_t count = 0;
    char *bytes = directory_read(&directory, "ads", 10, &count);
    ck_assert_str_eq(bytes, text);
    ck_assert_uint_eq(count, strlen(text));
    free(bytes);
}

START_TEST(file_is_written_whole)
{
    size_t count = 0;
    write_whole("one");
    write_whole("2");
    assert_holds("2");
    ck_assert_ptr_null(directory_read(&directory, "ads", 0, &count));
    ck_assert_ptr_null(directory_read(&directory, "nothing", 10, &count));
    ck_assert_uint_eq(count_names("ads"), 1);
}
END_TEST

START_TEST(file_that_can_not_be_written_leaves_the_old_one)
{
    struct directory_file file;
    struct error error = {""};
    write_whole("old");
    begin(&file);
    disk_faults_reset();
    disk_faults.copy_fails_in = 1;
    ck_assert_int_eq(directory_file_append(&file, "newer", 5, &error), RESULT_FAILED);
    disk_faults_reset();
    assert_holds("old");
    ck_assert_uint_eq(count_names("ads"), 1); /* and nothing half written beside it */
}
END_TEST

START_TEST(disk_that_takes_little_at_once_gets_the_whole_file)
{
    disk_faults_reset();
    disk_faults.piece_bytes = 3;
    write_whole("0123456789");
    disk_faults_reset();
    assert_holds("0123456789");
}
END_TEST

/* A power loss must not take it away again. */
START_TEST(directory_that_is_made_is_synced_into_its_parent)
{
    struct error error = {""};
    char inner[80];
    struct directory made;
    (void)snprintf(inner, sizeof inner, "%s/inner", path);
    disk_faults_reset();
    disk_faults.full_sync_fails_in = 1;
    ck_assert_int_eq(directory_open(&made, inner, &error), RESULT_FAILED);
    directory_close(&made);
    disk_faults_reset();
    ck_assert_int_eq(directory_open(&made, inner, &error), RESULT_OK);
    directory_close(&made);
    ck_assert_uint_eq(disk_faults.directory_syncs, 0); /* it is there already */
    (void)snprintf(inner, sizeof inner, "%s/other", path);
    ck_assert_int_eq(directory_open(&made, inner, &error), RESULT_OK);
    directory_close(&made);
    ck_assert_uint_eq(disk_faults.directory_syncs, 1);
}
END_TEST

START_TEST(closed_directory_holds_nothing)
{
    struct error error = {""};
    size_t before = journal_files_count("/proc/self/fd", "");
    ck_assert_int_eq(directory_reopen(&directory, &error), RESULT_OK);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), before);
    directory_close(&directory);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), before - 2);
    directory_close(&directory);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), before - 2);
}
END_TEST

START_TEST(file_is_the_old_one_until_all_is_written)
{
    struct directory_file file;
    write_whole("old");
    begin(&file);
    append(&file, "ne");
    append(&file, "w");
    assert_holds("old");
    commit(&file);
    assert_holds("new");
    begin(&file);
    append(&file, "half");
    directory_file_abandon(&file);
    directory_file_abandon(&file);
    assert_holds("new");
    ck_assert_uint_eq(count_names("ads"), 1);
}
END_TEST

/* As after a volume came back, where a process that was killed had left its own half. */
START_TEST(file_is_never_the_remains_of_another)
{
    struct directory_file file;
    struct error error = {""};
    char other[100];
    write_whole("old");
    begin(&file);
    append(&file, "new");
    (void)snprintf(other, sizeof other, "%s/ads.new", path);
    ck_assert_int_eq(unlink(other), 0);
    ck_assert_int_eq(directory_file_commit(&file, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "No such file"));
    begin(&file);
    append(&file, "new");
    ck_assert_int_eq(unlink(other), 0);
    FILE *remains = fopen(other, "w");
    ck_assert_int_ge(fputs("remains", remains), 0);
    ck_assert_int_eq(fclose(remains), 0);
    ck_assert_int_eq(directory_file_commit(&file, &error), RESULT_FAILED);
    ck_assert_ptr_null(file.directory);
    assert_holds("old");
}
END_TEST

START_TEST(file_that_can_not_be_written_is_gone)
{
    struct directory_file file;
    struct error error = {""};
    write_whole("old");
    begin(&file);
    int fd = file.fd;
    file.fd = openat(directory.fd, "ads.new", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(directory_file_append(&file, "new", 3, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, path));
    ck_assert_ptr_null(file.directory);
    ck_assert_int_eq(close(fd), 0);
    assert_holds("old");
    ck_assert_uint_eq(count_names("ads"), 1);
}
END_TEST

START_TEST(second_process_is_told)
{
    struct directory other;
    struct error error = {""};
    ck_assert_int_eq(directory_open(&other, path, &error), RESULT_BUSY);
    ck_assert_ptr_nonnull(strstr(error.text, path));
    ck_assert_ptr_nonnull(strstr(error.text, "in use by another process"));
    directory_close(&other);
    ck_assert_int_eq(directory_peek(&other, path, &error), RESULT_OK);
    ck_assert(directory_is_locked(&other));
    directory_close(&directory);
    ck_assert(!directory_is_locked(&other));
    directory_close(&other);
    ck_assert_int_eq(directory_open(&directory, path, &error), RESULT_OK);
}
END_TEST

START_TEST(process_that_looks_makes_nothing)
{
    struct directory other;
    struct error error = {""};
    directory_close(&directory);
    remove_all();
    ck_assert_int_eq(directory_peek(&other, path, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, path));
    ck_assert(!directory_is_locked(&other));
    directory_close(&other);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(directory_open(&directory, path, &error), RESULT_OK);
}
END_TEST

START_TEST(directory_that_can_not_be_is_told)
{
    static const char *const paths[] = {"/proc/nothing/here", "/dev/null", "/nothing/below/this"};
    struct directory other;
    struct error error = {""};
    ck_assert_int_eq(directory_open(&other, paths[_i], &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, paths[_i]));
    directory_close(&other);
}
END_TEST

START_TEST(path_that_is_too_long_is_told_to_whoever_looks)
{
    char too_long[DIRECTORY_PATH_SIZE];
    struct directory other;
    struct error error = {""};
    memset(too_long, 'x', sizeof too_long);
    too_long[0] = '/';
    too_long[DIRECTORY_PATH_SIZE - 10] = '\0';
    ck_assert_int_eq(directory_peek(&other, too_long, &error), RESULT_INVALID);
    ck_assert_str_eq(error.text, "the path is too long");
    directory_close(&other);
}
END_TEST

START_TEST(directory_that_went_away_is_not_in_place)
{
    struct error error = {""};
    char away[80];
    (void)snprintf(away, sizeof away, "%s.away", path);
    ck_assert(directory_is_in_place(&directory));
    ck_assert_int_eq(rename(path, away), 0);
    ck_assert(!directory_is_in_place(&directory));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert(!directory_is_in_place(&directory)); /* another one is */
    ck_assert(directory_has(&directory, "lock"));
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(rename(away, path), 0);
    ck_assert(directory_is_in_place(&directory));
    ck_assert_int_eq(directory_reopen(&directory, &error), RESULT_OK);
    ck_assert(directory_is_in_place(&directory));
    ck_assert(directory_is_locked(&directory));
}
END_TEST

Suite *directory_suite(void)
{
    Suite *suite = suite_create("directory");
    TCase *tests = tcase_create("directory");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, file_is_written_whole);
    tcase_add_test(tests, file_that_can_not_be_written_leaves_the_old_one);
    tcase_add_test(tests, disk_that_takes_little_at_once_gets_the_whole_file);
    tcase_add_test(tests, directory_that_is_made_is_synced_into_its_parent);
    tcase_add_test(tests, closed_directory_holds_nothing);
    tcase_add_test(tests, file_is_the_old_one_until_all_is_written);
    tcase_add_test(tests, file_is_never_the_remains_of_another);
    tcase_add_test(tests, file_that_can_not_be_written_is_gone);
    tcase_add_test(tests, second_process_is_told);
    tcase_add_test(tests, process_that_looks_makes_nothing);
    tcase_add_loop_test(tests, directory_that_can_not_be_is_told, 0, 3);
    tcase_add_test(tests, path_that_is_too_long_is_told_to_whoever_looks);
    tcase_add_test(tests, directory_that_went_away_is_not_in_place);
    suite_add_tcase(suite, tests);
    return suite;
}
