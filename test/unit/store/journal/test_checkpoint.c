/* How far the database was last known to have it: a sequence that is sound, or none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/journal/checkpoint.h"
#include "store/journal/format.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

static struct journal_files files;
static struct checkpoint checkpoint;

static void set_up(void)
{
    journal_files_open(&files);
    checkpoint_init(&checkpoint, &files.directory);
}

static void tear_down(void)
{
    checkpoint_close(&checkpoint);
    journal_files_close(&files);
}

START_TEST(comes_back)
{
    ck_assert_uint_eq(checkpoint.sequence, 0);
    checkpoint_write(&checkpoint, &files.directory, UINT64_MAX);
    checkpoint_write(&checkpoint, &files.directory, 42);
    checkpoint_close(&checkpoint);
    checkpoint_init(&checkpoint, &files.directory);
    ck_assert_uint_eq(checkpoint.sequence, 42);
}
END_TEST

/* As journals on disk have it. */
START_TEST(keeps_its_bytes)
{
    size_t count = 0;
    checkpoint_write(&checkpoint, &files.directory, (UINT64_C(3) << JOURNAL_RUN_SHIFT) + 5);
    char *text = directory_read(&files.directory, "stored", 64, &count);
    ck_assert_str_eq(text, "00000003298534883333 5c54c10e\n");
    free(text);
}
END_TEST

/* One that is too high would let segments go that the database lacks. */
START_TEST(damaged_checkpoint_is_none)
{
    static const uint64_t stored = (UINT64_C(1) << JOURNAL_RUN_SHIFT) + 5;
    const struct directory *directory = &files.directory;
    const char *path = journal_files_path(&files, "stored");
    size_t count = 0;
    checkpoint_write(&checkpoint, directory, stored);
    ck_assert_uint_eq(checkpoint_read(directory), stored);
    char *text = directory_read(directory, "stored", 64, &count);
    ck_assert_uint_gt(count, 20);
    for (size_t at = 0; at < count; at++) {
        uint8_t flipped = (uint8_t)(text[at] ^ 1);
        journal_files_overwrite(path, at, &flipped, 1);
        ck_assert_uint_eq(checkpoint_read(directory), 0);
        journal_files_overwrite(path, at, text + at, 1);
    }
    ck_assert_uint_eq(checkpoint_read(directory), stored);
    free(text);
}
END_TEST

Suite *journal_checkpoint_suite(void)
{
    Suite *suite = suite_create("journal_checkpoint");
    TCase *tests = tcase_create("checkpoint");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, comes_back);
    tcase_add_test(tests, keeps_its_bytes);
    tcase_add_test(tests, damaged_checkpoint_is_none);
    suite_add_tcase(suite, tests);
    return suite;
}
