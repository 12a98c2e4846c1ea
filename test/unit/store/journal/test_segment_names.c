/* The names of segments: what is one, and in which order they come. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>

#include "store/journal/segment_names.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

static struct journal_files files;

static void set_up(void)
{
    journal_files_open(&files);
}

static void tear_down(void)
{
    journal_files_close(&files);
}

START_TEST(segments_are_found_by_their_names)
{
    static const char *const names[] = {"0000000000000010.journal",     "ffffffffffffffff.journal",
                                        "4000000000000000.journal",     "3fffffffffffffff.journal",
                                        "0000000000000000.journal",     "0000000000000002.journal",
                                        "0000000000000003.journal.new", "4.journal",
                                        "torn-0000000000000002-5"};
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int fd = open(journal_files_path(&files, names[i]), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        (void)close(fd);
    }
    uint64_t *numbers;
    ck_assert_int_eq(segment_names_list(&files.directory, &numbers, &count), 0);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(numbers[0], 2);
    ck_assert_uint_eq(numbers[1], 16);
    ck_assert_uint_eq(numbers[2], UINT64_C(0x3fffffffffffffff));
    free(numbers);
}
END_TEST

/* The directory that was opened, not the one that its path leads to by now. */
START_TEST(segment_is_made_and_removed_in_the_directory_that_is_open)
{
    char away[80];
    (void)snprintf(away, sizeof away, "%s.away", files.path);
    ck_assert_int_eq(rename(files.path, away), 0);
    int fd = segment_name_open(&files.directory, 26, O_WRONLY | O_CREAT | O_EXCL);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert_uint_eq(journal_files_count(away, "000000000000001a.journal"), 1);
    ck_assert_int_eq(segment_name_remove(&files.directory, 26), 0);
    ck_assert_int_ne(segment_name_remove(&files.directory, 26), 0);
    ck_assert_int_eq(rename(away, files.path), 0);
}
END_TEST

Suite *journal_segment_names_suite(void)
{
    Suite *suite = suite_create("journal_segment_names");
    TCase *tests = tcase_create("names");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, segments_are_found_by_their_names);
    tcase_add_test(tests, segment_is_made_and_removed_in_the_directory_that_is_open);
    suite_add_tcase(suite, tests);
    return suite;
}
