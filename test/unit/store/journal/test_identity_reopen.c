/* Who a journal is when its directory was away, or the segments know more than the file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/journal/identity.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

static struct journal_files files;
static struct journal_identity first;
static char away[80];

static void set_up(void)
{
    journal_files_open(&files);
    first = files.identity;
    (void)snprintf(away, sizeof away, "%s.away", files.path);
}

static void tear_down(void)
{
    char command[200];
    journal_files_close(&files);
    (void)snprintf(command, sizeof command, "rm -rf %s", away);
    ck_assert_int_eq(system(command), 0);
}

static void assert_same_journal(void)
{
    ck_assert_mem_eq(files.identity.journal, first.journal, UUID_BYTES);
}

START_TEST(directory_that_comes_back_is_the_same_journal)
{
    struct error error = {""};
    uint32_t run = files.identity.run;
    ck_assert_int_eq(rename(files.path, away), 0);
    ck_assert_int_eq(journal_identity_reopen(&files.identity, &files.directory, &error), RESULT_OK);
    ck_assert(directory_is_in_place(&files.directory));
    ck_assert(directory_is_locked(&files.directory));
    journal_files_restart(&files);
    assert_same_journal();
    ck_assert_uint_gt(files.identity.run, run);
}
END_TEST

/* The volume has gone from its mount point: what is written beneath would be hidden once it is
 * back.
 */
START_TEST(other_device_without_a_journal_is_not_taken)
{
    struct error error = {""};
    ck_assert_int_eq(rename(files.path, away), 0);
    uint64_t mounted = files.directory.device + 1;
    files.directory.device = mounted;
    ck_assert_int_eq(journal_identity_reopen(&files.identity, &files.directory, &error),
                     RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "lies on another file system now"));
    ck_assert_uint_eq(files.directory.device, mounted);
    ck_assert_int_eq(files.directory.fd, -1);
    ck_assert_uint_eq(journal_files_count(files.path, "identity"), 0);
    ck_assert_int_eq(journal_identity_reopen(&files.identity, &files.directory, &error),
                     RESULT_FAILED); /* asked again it is no other */
}
END_TEST

START_TEST(other_device_with_the_journal_is_taken)
{
    struct error error = {""};
    files.directory.device++;
    ck_assert_int_eq(journal_identity_reopen(&files.identity, &files.directory, &error), RESULT_OK);
}
END_TEST

/* The file has been written to more often than this process knows: what it writes is the newest. */
START_TEST(what_is_written_after_a_reopening_is_the_newest)
{
    struct error error = {""};
    struct journal_identity found = first;
    for (int i = 0; i < 5 + _i; i++)
        ck_assert_int_eq(identity_file_write(&found, &files.directory, &error), RESULT_OK);
    ck_assert_int_eq(journal_identity_reopen(&files.identity, &files.directory, &error), RESULT_OK);
    ck_assert_uint_eq(files.identity.generation, found.generation + 1);
    ck_assert_int_eq(journal_identity_peek(&found, &files.directory, &error), RESULT_OK);
    ck_assert_uint_eq(found.generation, files.identity.generation);
}
END_TEST

/* Its own number is used as well: a run of that number has written the segments. */
START_TEST(run_of_the_segments_is_passed)
{
    struct error error = {""};
    uint32_t run = files.identity.run;
    ck_assert_int_eq(journal_identity_pass_run(&files.identity, &files.directory, run - 1, &error),
                     RESULT_OK);
    ck_assert_uint_eq(files.identity.run, run);
    ck_assert_int_eq(journal_identity_pass_run(&files.identity, &files.directory, run, &error),
                     RESULT_OK);
    ck_assert_uint_eq(files.identity.run, run + 1);
    ck_assert_int_eq(journal_identity_pass_run(&files.identity, &files.directory, run + 9, &error),
                     RESULT_OK);
    ck_assert_uint_eq(files.identity.run, run + 10);
    journal_files_restart(&files);
    ck_assert_uint_eq(files.identity.run, run + 11);
}
END_TEST

Suite *journal_identity_reopen_suite(void)
{
    Suite *suite = suite_create("journal_identity_reopen");
    TCase *tests = tcase_create("identity_reopen");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, directory_that_comes_back_is_the_same_journal);
    tcase_add_test(tests, other_device_without_a_journal_is_not_taken);
    tcase_add_test(tests, other_device_with_the_journal_is_taken);
    tcase_add_loop_test(tests, what_is_written_after_a_reopening_is_the_newest, 0, 2);
    tcase_add_test(tests, run_of_the_segments_is_passed);
    suite_add_tcase(suite, tests);
    return suite;
}
