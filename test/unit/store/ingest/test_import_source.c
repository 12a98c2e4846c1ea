/* What an import brings: each run up to its end, but for what the database has. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/event_pack.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/import_source.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

static struct journal_files files;
static struct import_source source;
static FILE *out;
static char *told;
static size_t told_bytes;

static uint64_t at(uint32_t run, uint64_t count)
{
    return ((uint64_t)run << JOURNAL_RUN_SHIFT) + count;
}

/* A record that is no event, where `count` is 4 of run 2. */
static void save(uint64_t number, uint32_t run, uint64_t last)
{
    static const uint8_t nothing[] = "no event";
    const struct event event = {.ad_id = 1, .quantity = 1};
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    size_t packed_bytes = event_pack(&event, packed);
    struct segment_image image;
    segment_image_init(&image, number, at(run, 1), 7);
    image.header.run = run;
    memset(image.header.nonce, (int)run, UUID_BYTES);
    segment_header_write(&image.header, image.bytes);
    for (uint64_t count = 1; count <= last; count++) {
        bool is_event = run != 2 || count != 4;
        uint8_t *record = image.bytes + image.used;
        (void)record_write(record, RECORD_EVENT, at(run, count), is_event ? packed : nothing,
                           is_event ? packed_bytes : sizeof nothing);
        image.used += record_stamp(record, image.header.salt);
    }
    segment_image_save(&image, &files, 0);
    segment_image_clear(&image);
}

/* Runs 2, 3 and 4, with 6, 5 and 3 records. */
static void set_up(void)
{
    struct error error = {""};
    journal_files_open(&files);
    save(1, 2, 6);
    save(2, 3, 5);
    save(3, 4, 3);
    out = open_memstream(&told, &told_bytes);
    directory_close(&files.directory);
    ck_assert_int_eq(import_source_open(&source, files.path, out, &error), RESULT_OK);
    import_source_set_lanes(&source, 1);
}

static void tear_down(void)
{
    import_source_close(&source);
    (void)fclose(out);
    free(told);
    journal_files_close(&files);
}

static void enter(uint32_t run, bool is_known, uint64_t position)
{
    ck_assert(import_source_read(&source, 100));
    ck_assert_uint_eq(event_queue_count(source.lanes[0].queue), 0);
    const struct salvage_run *next = import_source_next_run(&source);
    ck_assert_ptr_nonnull(next);
    ck_assert_uint_eq(next->number, run);
    import_source_place(&source, 0, is_known, position);
    import_source_enter(&source);
}

static void expect_queue(uint32_t run, uint64_t first, uint64_t last)
{
    struct queue_position position = event_queue_head(source.lanes[0].queue);
    size_t bytes;
    uint64_t sequence;
    for (uint64_t count = first; count <= last; count++) {
        if (run == 2 && count == 4)
            continue;
        ck_assert_ptr_nonnull(event_queue_read(&position, &bytes, &sequence));
        ck_assert_uint_eq(sequence, at(run, count));
    }
    ck_assert_ptr_null(event_queue_read(&position, &bytes, &sequence));
    ck_assert_uint_eq(source.run.number, run); /* though the next one has been seen */
}

START_TEST(brings_each_run_behind_what_is_stored_of_it)
{
    struct error error = {""};
    enter(2, true, 0);
    ck_assert(import_source_read(&source, 100));
    expect_queue(2, 1, 6);
    import_source_stored(&source.lanes[0], at(2, 3));
    expect_queue(2, 5, 6);
    import_source_stored(&source.lanes[0], at(2, 6));
    enter(3, true, at(3, 2));
    ck_assert(import_source_read(&source, 100));
    expect_queue(3, 3, 5);
    import_source_stored(&source.lanes[0], at(3, 5));
    enter(4, true, at(4, 7));
    ck_assert(import_source_read(&source, 100));
    ck_assert_ptr_null(import_source_next_run(&source));
    ck_assert_int_eq(import_source_result(&source, &error), RESULT_OK);
    ck_assert_uint_eq(source.records, 14);
    ck_assert_uint_eq(source.known_records, 5);
    ck_assert_uint_eq(source.no_events, 1);
    (void)fflush(out);
    ck_assert_uint_eq(told_bytes, 0);
}
END_TEST

START_TEST(reads_no_more_than_is_asked_for)
{
    enter(2, true, 0);
    ck_assert(import_source_read(&source, 2));
    expect_queue(2, 1, 2);
    ck_assert(import_source_read(&source, 2));
    expect_queue(2, 1, 2);
    import_source_stored(&source.lanes[0], at(2, 1));
    ck_assert(import_source_read(&source, 2));
    expect_queue(2, 2, 3);
}
END_TEST

START_TEST(brings_nothing_of_a_run_that_is_refused_and_says_so)
{
    struct error error = {""};
    enter(2, false, 0);
    enter(3, true, 0);
    ck_assert(import_source_read(&source, 100));
    expect_queue(3, 1, 5);
    import_source_stored(&source.lanes[0], at(3, 5));
    enter(4, false, 0);
    ck_assert(import_source_read(&source, 100));
    ck_assert_ptr_null(import_source_next_run(&source));
    ck_assert_int_eq(import_source_result(&source, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "not all of it is imported"));
    ck_assert_uint_eq(source.refused_records, 9);
    (void)fflush(out);
    ck_assert_str_eq(told,
                     "run 2 (02020202-0202-0202-0202-020202020202) is not imported, the database "
                     "cannot know what it has of it: 6 records\n"
                     "run 4 (04040404-0404-0404-0404-040404040404) is not imported, the database "
                     "cannot know what it has of it: 3 records\n");
}
END_TEST

Suite *import_source_suite(void)
{
    Suite *suite = suite_create("import_source");
    TCase *tests = tcase_create("source");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, brings_each_run_behind_what_is_stored_of_it);
    tcase_add_test(tests, reads_no_more_than_is_asked_for);
    tcase_add_test(tests, brings_nothing_of_a_run_that_is_refused_and_says_so);
    suite_add_tcase(suite, tests);
    return suite;
}
