/* What the operator is told of a journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/journal/format.h"
#include "store/journal/inspect.h"
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

/* A closed segment of the present run with the records from `first` to `last`. */
static void save(uint64_t number, uint64_t first, uint64_t last, uint64_t accepted_through)
{
    struct segment_image image;
    uint64_t run = (uint64_t)files.identity.run << JOURNAL_RUN_SHIFT;
    segment_image_init(&image, number, run + first, 7);
    image.header.run = files.identity.run;
    image.header.accepted_through = run + accepted_through;
    segment_header_write(&image.header, image.bytes);
    segment_image_fill(&image, run + first, run + last);
    segment_image_close(&image, &files);
}

/* The caller frees it. */
static char *inspect(void)
{
    char *text = NULL;
    size_t bytes = 0;
    struct error error;
    FILE *out = open_memstream(&text, &bytes);
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(journal_inspect(files.path, out, &error), RESULT_OK);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static void assert_says(const char *words)
{
    char *text = inspect();
    ck_assert_msg(strstr(text, words) != NULL, "no %s in: %s", words, text);
    free(text);
}

/* A failed segment goes on to 30, of which 20 were answered; what is void stands in the header of
 * the next one that can be read. */
START_TEST(void_records_wait_for_nobody)
{
    save(1, 1, 30, 0);
    save(2, 21, 40, 20);
    save(3, 41, 50, 40);
    assert_says("records 50  waiting for the database 50");
    journal_files_overwrite(journal_files_segment_path(&files, 2), 20, "damage", 6);
    assert_says("records 50  waiting for the database 50");
}
END_TEST

START_TEST(void_records_that_were_never_written_again_do_not_count)
{
    save(1, 1, 30, 0);
    save(2, 21, 20, 20);
    assert_says("records 20  waiting for the database 20");
    save(3, 31, 40, 20);
    journal_files_overwrite(journal_files_segment_path(&files, 2), 20, "damage", 6);
    assert_says("records 30  waiting for the database 30");
}
END_TEST

Suite *journal_inspect_suite(void)
{
    Suite *suite = suite_create("journal_inspect");
    TCase *tests = tcase_create("inspect");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, void_records_wait_for_nobody);
    tcase_add_test(tests, void_records_that_were_never_written_again_do_not_count);
    suite_add_tcase(suite, tests);
    return suite;
}
