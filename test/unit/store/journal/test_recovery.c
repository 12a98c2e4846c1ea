/* What lies in a journal's directory and must not be taken at its word: records that were never
 * acknowledged, another journal, an older identity, a segment that was only half readable. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/journal/reader.h"
#include "store/journal/segments.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 1024 * 1024, IDENTITY_BYTES = 1024 };

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_run_close(&run);
}

static size_t read_back(void)
{
    disk_faults_reset();
    journal_close(run.journal);
    run.journal = NULL;
    return journal_run_read_back(&run);
}

/* Where the record of the `number`th event begins in the first segment. */
static uint64_t offset_of(uint32_t number)
{
    uint64_t offset = SEGMENT_HEADER_BYTES;
    for (uint32_t i = 0; i < number; i++)
        offset += journal_run_record_bytes(i);
    return offset;
}

/* Where the directory is while another one is in its place. */
static const char *away(void)
{
    static char path[80];
    (void)snprintf(path, sizeof path, "%s.away", run.files.path);
    return path;
}

/* The sync failed after some sectors were written and others were not. */
START_TEST(hole_in_a_failed_segment_hides_nothing_of_the_next)
{
    static const uint8_t zeros[60];
    disk_faults.sync_fails_in = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    journal_files_overwrite(journal_files_segment_path(&run.files, 1), offset_of(12), zeros,
                            sizeof zeros);
    journal_run_kill(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(read_back(), 30);
}
END_TEST

START_TEST(refused_events_in_a_failed_segment_do_not_come_back)
{
    disk_faults.sync_fails_in = 1;
    disk_faults.fails_more = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 5), 5);
    journal_run_kill(&run);
    ck_assert_uint_eq(read_back(), 15);
}
END_TEST

/* The same before anything of the run was acknowledged. */
START_TEST(refused_events_of_a_new_run_do_not_come_back)
{
    journal_run_kill(&run);
    disk_faults.sync_fails_in = 1;
    disk_faults.fails_more = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 5), 5);
    ck_assert_uint_eq(read_back(), 15);
}
END_TEST

START_TEST(another_journal_in_its_place_is_left_alone)
{
    uint8_t before[IDENTITY_BYTES];
    uint8_t after[IDENTITY_BYTES];
    size_t count = 0;
    struct error error;
    struct directory stranger;
    struct journal_identity identity;
    ck_assert_int_eq(rename(run.files.path, away()), 0);
    ck_assert_int_eq(
        journal_files_begin_run(&run.files, run.files.path, &stranger, &identity, &error),
        RESULT_OK);
    char *bytes = directory_read(&stranger, "identity", IDENTITY_BYTES, &count);
    memcpy(before, bytes, count);
    free(bytes);
    directory_close(&stranger);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FAILED);
    ck_assert(journal_files_logged(&run.files, "holds another journal now"));
    ck_assert_int_eq(directory_peek(&stranger, run.files.path, &error), RESULT_OK);
    bytes = directory_read(&stranger, "identity", IDENTITY_BYTES, &count);
    memcpy(after, bytes, count);
    free(bytes);
    directory_close(&stranger);
    ck_assert_mem_eq(before, after, count);
    ck_assert_uint_eq(journal_files_count(run.files.path, "0000"), 0);
    ck_assert_int_eq(unlink(journal_files_path(&run.files, "identity")), 0);
    ck_assert_int_eq(unlink(journal_files_path(&run.files, "lock")), 0);
    ck_assert_int_eq(rename(away(), run.files.path), 0);
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    (void)read_back();
}
END_TEST

/* As from a backup, or when the newer one could not be read for a moment. */
START_TEST(older_identity_uses_no_sequence_twice)
{
    size_t count = 0;
    struct error error;
    struct directory directory;
    ck_assert_int_eq(directory_peek(&directory, run.files.path, &error), RESULT_OK);
    char *older = directory_read(&directory, "identity", IDENTITY_BYTES, &count);
    directory_close(&directory);
    for (int i = 0; i < 4; i++) {
        journal_run_kill(&run);
        ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    }
    journal_files_overwrite(journal_files_path(&run.files, "identity"), 0, older, count);
    free(older);
    for (int i = 0; i < 4; i++) {
        journal_run_kill(&run);
        ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    }
    ck_assert_uint_eq(read_back(), 90);
}
END_TEST

/* Nothing tells how far it goes: it must not pass for stored. */
START_TEST(segment_that_could_not_be_read_is_kept_until_it_is)
{
    struct journal_files files;
    struct journal_reader reader;
    struct record record;
    struct segment_image image;
    journal_files_open(&files);
    segment_image_init(&image, 1, 1, 7);
    segment_image_fill(&image, 1, 600);
    segment_image_save(&image, &files, 4096);
    disk_faults.bad_from = 12288;
    disk_faults.bad_to = UINT64_MAX;
    journal_files_load(&files);
    disk_faults_reset();
    const struct segment *segment = files.segments.items;
    uint64_t readable = segment->last_sequence;
    ck_assert_uint_lt(readable, 600);
    segments_stored(&files.segments, readable, 1);
    ck_assert_int_eq(segment->storage, SEGMENT_WAITS);
    journal_reader_init(&reader, &files.segments);
    journal_reader_seek(&reader, readable);
    for (uint64_t sequence = readable + 1; sequence <= 600; sequence++) {
        ck_assert_int_eq(journal_reader_next(&reader, &record), READ_RECORD);
        ck_assert_uint_eq(record.sequence, sequence);
    }
    ck_assert_int_eq(journal_reader_next(&reader, &record), READ_END);
    segments_stored(&files.segments, readable, 1);
    ck_assert_int_eq(segment->storage, SEGMENT_WAITS);
    segments_stored(&files.segments, 600, 1);
    ck_assert_int_eq(segment->storage, SEGMENT_STORED);
    ck_assert_int_eq(segment->stored_us, 1);
    journal_reader_clear(&reader);
    segment_image_clear(&image);
    journal_files_close(&files);
}
END_TEST

/* The database is away and has told nothing yet, but the last run knew that it had all of it. */
START_TEST(what_is_thought_to_be_stored_goes_only_for_space)
{
    while (journal_run_segments(&run)->count < 3)
        ck_assert_uint_eq(journal_run_commit(&run, 1000), 1000);
    journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
    journal_run_tick(&run);
    journal_run_kill(&run);
    struct segments *segments = journal_run_segments(&run);
    ck_assert_uint_eq(segments->count, 4);
    ck_assert_uint_eq(segments_evict_expired(segments, INT64_MAX, 1, 9), 0);
    for (int i = 0; i < 30; i++)
        ck_assert_uint_eq(journal_run_commit(&run, 200), 200);
    ck_assert_uint_lt(segments->items[0].first_sequence, run.accepted[9000].sequence);
    ck_assert_int_eq(segments->items[0].storage, SEGMENT_THOUGHT_STORED);
    segments_stored(segments, segments->items[0].last_sequence, 5);
    ck_assert_int_eq(segments->items[0].storage, SEGMENT_STORED);
    ck_assert_int_eq(segments->items[0].stored_us, 5);
}
END_TEST

START_TEST(missing_events_are_counted_as_far_as_they_are_known)
{
    const uint64_t second = 2ull << JOURNAL_RUN_SHIFT;
    const uint64_t third = 3ull << JOURNAL_RUN_SHIFT;
    const struct {
        uint64_t oldest;
        uint64_t sequence;
        uint64_t had;
        uint64_t missing;
    } cases[] = {
        {second + 1, 0, 0, 0},
        {second + 101, 0, 0, 100},
        {second + 101, second + 100, second + 100, 0},
        {second + 101, second + 40, second + 90, 60},
        {third + 1, second + 1000, second + 1000, 0},
        {third + 1, second + 100, second + 1000, 900},
        {third + 1, second + 100, third + 50, 0},
        {third + 11, second + 100, third + 50, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct segment segment = {.first_sequence = cases[i].oldest};
        const struct segments segments = {.items = &segment, .count = 1};
        ck_assert_uint_eq(segments_missing(&segments, cases[i].sequence, cases[i].had),
                          cases[i].missing);
    }
}
END_TEST

/* Part of the identity is torn, and a segment of another journal lies there: its name is not taken.
 */
START_TEST(stranger_among_the_segments_does_not_name_the_journal)
{
    static const uint8_t torn = 0xA5;
    uint8_t journal[UUID_BYTES];
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_image image;
    memcpy(journal, journal_identity(run.journal)->journal, UUID_BYTES);
    segment_image_init(&image, 99, 1, 7);
    segment_image_fill(&image, 1, 20);
    segment_image_save(&image, &run.files, 0);
    uuid_make(image.header.journal);
    segment_header_write(&image.header, bytes);
    journal_files_overwrite(journal_files_segment_path(&run.files, 99), 0, bytes, sizeof bytes);
    segment_image_clear(&image);
    for (uint64_t slot = 0; slot < 2; slot++) {
        if (_i == 2 || (uint64_t)_i == slot)
            journal_files_overwrite(journal_files_path(&run.files, "identity"),
                                    slot * IDENTITY_BYTES / 2 + 20, &torn, 1);
    }
    journal_run_kill(&run);
    ck_assert_mem_eq(journal_identity(run.journal)->journal, journal, UUID_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 5), 5);
    ck_assert_int_eq(unlink(journal_files_segment_path(&run.files, 99)), 0);
    ck_assert_uint_eq(read_back(), 15);
}
END_TEST

/* As when a machine is resumed from a snapshot: new events must not pass for stored. */
START_TEST(cursor_ahead_of_the_process_is_passed)
{
    uint64_t ahead = run.accepted[9].sequence + 1000;
    journal_stored(run.journal, ahead);
    ck_assert(journal_files_logged(&run.files, "the database is ahead of this process"));
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(run.accepted[10].sequence, ahead + 1);
}
END_TEST

Suite *journal_recovery_suite(void)
{
    Suite *suite = suite_create("journal_recovery");
    TCase *tests = tcase_create("trust");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, hole_in_a_failed_segment_hides_nothing_of_the_next);
    tcase_add_test(tests, refused_events_in_a_failed_segment_do_not_come_back);
    tcase_add_test(tests, refused_events_of_a_new_run_do_not_come_back);
    tcase_add_test(tests, another_journal_in_its_place_is_left_alone);
    tcase_add_test(tests, older_identity_uses_no_sequence_twice);
    tcase_add_test(tests, segment_that_could_not_be_read_is_kept_until_it_is);
    tcase_add_test(tests, what_is_thought_to_be_stored_goes_only_for_space);
    tcase_add_test(tests, missing_events_are_counted_as_far_as_they_are_known);
    tcase_add_loop_test(tests, stranger_among_the_segments_does_not_name_the_journal, 0, 3);
    tcase_add_test(tests, cursor_ahead_of_the_process_is_passed);
    suite_add_tcase(suite, tests);
    return suite;
}
