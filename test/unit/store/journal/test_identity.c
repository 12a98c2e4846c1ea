/* Who a journal is: the same journal and a higher run at each start,
 * whatever is damaged. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "store/base/crc32c.h"
#include "store/journal/identity.h"
#include "store/journal/segment_names.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

enum { SLOT_BYTES = 512, FILE_BYTES = 2 * SLOT_BYTES, AT_FORMAT = 8, AT_CRC = 12 };

static struct journal_files files;
static struct journal_identity first;

static void set_up(void)
{
    journal_files_open(&files);
    first = files.identity;
}

static void tear_down(void)
{
    journal_files_close(&files);
}

static void read_file(const char *name, uint8_t *bytes, size_t count)
{
    int fd = open(journal_files_path(&files, name), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    memset(bytes, 0, count);
    ck_assert_int_ge(read(fd, bytes, count), 0);
    (void)close(fd);
}

static void assert_same_journal(void)
{
    ck_assert_mem_eq(files.identity.journal, first.journal, UUID_BYTES);
}

static int has_nonce(const struct journal_identity *identity,
                     const uint8_t nonce[static UUID_BYTES])
{
    for (uint32_t i = 0; i < identity->lineage_count; i++) {
        if (uuid_equal(identity->lineage[i], nonce))
            return 1;
    }
    return 0;
}

static void claim(void)
{
    struct error error = {""};
    if (journal_identity_claim(&files.identity))
        ck_assert_int_eq(identity_file_write(&files.identity, &files.directory, &error), RESULT_OK);
}

/* A segment as this run would have made it. */
static void save_segment(uint64_t number)
{
    struct segment_image image;
    segment_image_init(&image, number, 1, 7);
    image.header.run = files.identity.run;
    memcpy(image.header.journal, files.identity.journal, UUID_BYTES);
    memcpy(image.header.nonce, files.identity.nonce, UUID_BYTES);
    segment_header_write(&image.header, image.bytes);
    segment_image_save(&image, &files, 0);
    segment_image_clear(&image);
}

START_TEST(new_journal_begins_with_the_first_run)
{
    uint8_t other[UUID_BYTES];
    uuid_make(other);
    ck_assert_uint_eq(first.run, 1);
    ck_assert_uint_eq(first.lineage_count, 1);
    ck_assert(uuid_equal(first.lineage[0], first.nonce));
    ck_assert(!uuid_equal(first.journal, first.nonce));
    ck_assert(!uuid_equal(first.journal, other));
    ck_assert(!journal_files_logged(&files, "damaged"));
}
END_TEST

START_TEST(each_start_raises_the_run)
{
    for (uint32_t run = 2; run < 60; run++) {
        uint8_t nonce[UUID_BYTES];
        memcpy(nonce, files.identity.nonce, UUID_BYTES);
        journal_files_restart(&files);
        assert_same_journal();
        ck_assert_uint_eq(files.identity.run, run);
        ck_assert(!uuid_equal(files.identity.nonce, nonce));
    }
    ck_assert(!journal_files_logged(&files, "damaged"));
}
END_TEST

START_TEST(process_that_looks_changes_nothing)
{
    uint8_t before[FILE_BYTES];
    uint8_t after[FILE_BYTES];
    struct directory other;
    struct journal_identity identity;
    struct error error = {""};
    read_file("identity", before, FILE_BYTES);
    ck_assert_int_eq(journal_files_peek(files.path, &other, &identity, &error), RESULT_OK);
    ck_assert_mem_eq(identity.journal, first.journal, UUID_BYTES);
    directory_close(&other);
    read_file("identity", after, FILE_BYTES);
    ck_assert_mem_eq(before, after, FILE_BYTES);
}
END_TEST

/* Every byte of the file in turn: the newer slot, the older one, and what is unused of them. */
START_TEST(flipped_byte_costs_neither_journal_nor_run)
{
    uint32_t run = 0;
    save_segment(1);
    for (uint64_t at = (uint64_t)_i; at < FILE_BYTES; at += 16) {
        uint8_t bytes[FILE_BYTES];
        journal_files_restart(&files);
        read_file("identity", bytes, FILE_BYTES);
        bytes[at] ^= 0xFF;
        journal_files_overwrite(journal_files_path(&files, "identity"), at, bytes + at, 1);
        run = files.identity.run;
        journal_files_restart(&files);
        assert_same_journal();
        ck_assert_uint_gt(files.identity.run, run);
    }
}
END_TEST

START_TEST(torn_newer_slot_raises_the_run_beyond_it)
{
    static const uint8_t torn[SLOT_BYTES / 2];
    for (int i = 0; i < 6; i++) {
        save_segment(1);
        journal_files_restart(&files);
        uint32_t run = files.identity.run;
        uint64_t newer = files.identity.generation % 2 * SLOT_BYTES;
        journal_files_overwrite(journal_files_path(&files, "identity"), newer, torn, sizeof torn);
        journal_files_restart(&files);
        assert_same_journal();
        ck_assert_uint_gt(files.identity.run, run);
    }
    ck_assert(journal_files_logged(&files, "journal identity damaged, rebuilt from segments"));
}
END_TEST

START_TEST(identity_gone_comes_back_from_the_segments)
{
    static const uint8_t zeros[FILE_BYTES];
    journal_files_restart(&files);
    save_segment(1);
    uint32_t run = files.identity.run;
    uint8_t nonce[UUID_BYTES];
    memcpy(nonce, files.identity.nonce, UUID_BYTES);
    if (_i == 0)
        ck_assert_int_eq(unlink(journal_files_path(&files, "identity")), 0);
    else
        journal_files_overwrite(journal_files_path(&files, "identity"), 0, zeros, sizeof zeros);
    journal_files_restart(&files);
    assert_same_journal();
    ck_assert_uint_gt(files.identity.run, run);
    ck_assert(has_nonce(&files.identity, nonce));
}
END_TEST

/* Strangers among the segments, first or last: the most have it. */
START_TEST(journal_is_that_of_most_segments)
{
    static const uint8_t zeros[FILE_BYTES];
    for (uint64_t number = 1; number <= 5; number++) {
        bool is_strange = _i == 0 ? number <= 2 : number >= 4;
        uint8_t own[UUID_BYTES];
        memcpy(own, files.identity.journal, UUID_BYTES);
        if (is_strange)
            uuid_make(files.identity.journal);
        save_segment(number);
        memcpy(files.identity.journal, own, UUID_BYTES);
    }
    journal_files_overwrite(journal_files_path(&files, "identity"), 0, zeros, sizeof zeros);
    journal_files_restart(&files);
    assert_same_journal();
}
END_TEST

/* As long as a slot of it can be read, it is the file that says whose journal it is. */
START_TEST(strangers_do_not_outvote_the_identity)
{
    static const uint8_t torn[SLOT_BYTES];
    uint8_t own[UUID_BYTES];
    journal_files_restart(&files);
    memcpy(own, files.identity.journal, UUID_BYTES);
    uuid_make(files.identity.journal);
    for (uint64_t number = 1; number <= 3; number++)
        save_segment(number);
    memcpy(files.identity.journal, own, UUID_BYTES);
    journal_files_overwrite(journal_files_path(&files, "identity"), (uint64_t)_i * SLOT_BYTES, torn,
                            sizeof torn);
    journal_files_restart(&files);
    assert_same_journal();
}
END_TEST

/* Segment after segment has the same nonce: that is one. */
START_TEST(lineage_from_the_segments_has_each_nonce_once)
{
    for (uint64_t number = 1; number <= 5; number++)
        save_segment(number);
    ck_assert_int_eq(unlink(journal_files_path(&files, "identity")), 0);
    journal_files_restart(&files);
    ck_assert_uint_eq(files.identity.lineage_count, 2);
    ck_assert(has_nonce(&files.identity, first.nonce));
}
END_TEST

/* A slot that could not be read just now must not win one day: both are new. */
START_TEST(mended_identity_stands_in_both_slots)
{
    static const uint8_t torn[SLOT_BYTES];
    save_segment(1);
    journal_files_restart(&files);
    journal_files_overwrite(journal_files_path(&files, "identity"),
                            files.identity.generation % 2 * SLOT_BYTES, torn, sizeof torn);
    journal_files_restart(&files);
    uint32_t run = files.identity.run;
    journal_files_overwrite(journal_files_path(&files, "identity"),
                            files.identity.generation % 2 * SLOT_BYTES, torn, sizeof torn);
    struct journal_identity other = {0};
    bool is_whole;
    ck_assert_int_eq(identity_file_read(&other, &files.directory, &is_whole), HEADER_SOUND);
    ck_assert_uint_eq(other.run, run);
}
END_TEST

START_TEST(journal_without_anything_left_is_a_new_one)
{
    static const uint8_t zeros[FILE_BYTES];
    journal_files_overwrite(journal_files_path(&files, "identity"), 0, zeros, sizeof zeros);
    journal_files_restart(&files);
    ck_assert(!uuid_equal(files.identity.journal, first.journal));
    ck_assert_uint_eq(files.identity.run, 1);
    ck_assert(journal_files_logged(&files, "journal identity damaged, created anew"));
}
END_TEST

/* Turns the older or the newer slot into one that a later version would write. */
static void make_newer(uint64_t generation)
{
    uint8_t bytes[FILE_BYTES];
    uint8_t *slot = bytes + generation % 2 * SLOT_BYTES;
    read_file("identity", bytes, FILE_BYTES);
    slot[AT_FORMAT]++;
    memset(slot + AT_CRC, 0, 4);
    uint32_t crc = crc32c(slot, SLOT_BYTES);
    memcpy(slot + AT_CRC, &crc, sizeof crc);
    journal_files_overwrite(journal_files_path(&files, "identity"), 0, bytes, FILE_BYTES);
}

static void assert_refused_untouched(void)
{
    uint8_t before[FILE_BYTES];
    uint8_t after[FILE_BYTES];
    struct error error = {""};
    read_file("identity", before, FILE_BYTES);
    directory_close(&files.directory);
    ck_assert_int_eq(
        journal_files_begin_run(&files, files.path, &files.directory, &files.identity, &error),
        RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "later version"));
    read_file("identity", after, FILE_BYTES);
    ck_assert_mem_eq(before, after, FILE_BYTES);
}

START_TEST(identity_of_a_later_version_is_refused_untouched)
{
    journal_files_restart(&files);
    make_newer(files.identity.generation + (uint64_t)_i);
    assert_refused_untouched();
    make_newer(files.identity.generation + (uint64_t)_i + 1);
    assert_refused_untouched();
}
END_TEST

START_TEST(segment_of_a_later_version_is_refused_untouched)
{
    uint8_t header[SEGMENT_HEADER_BYTES];
    char name[SEGMENT_NAME_SIZE];
    for (uint64_t number = 1; number <= 3; number++)
        save_segment(number);
    segment_name_write(2, name);
    read_file(name, header, sizeof header);
    header[AT_FORMAT]++;
    uint32_t crc = crc32c(header, sizeof header - 4);
    memcpy(header + sizeof header - 4, &crc, sizeof crc);
    journal_files_overwrite(journal_files_path(&files, name), 0, header, sizeof header);
    assert_refused_untouched();
}
END_TEST

START_TEST(claiming_run_comes_first_and_the_others_stay)
{
    uint8_t nonces[4][UUID_BYTES];
    for (int i = 0; i < 4; i++) {
        memcpy(nonces[i], files.identity.nonce, UUID_BYTES);
        claim();
        ck_assert(uuid_equal(files.identity.lineage[0], nonces[i]));
        journal_files_restart(&files);
    }
    for (int i = 0; i < 4; i++)
        ck_assert(has_nonce(&files.identity, nonces[i]));
    ck_assert_uint_eq(files.identity.lineage_count, 5);
    ck_assert(uuid_equal(files.identity.lineage[0], nonces[3]));
}
END_TEST

START_TEST(lineage_is_bounded_and_keeps_the_newest)
{
    uint8_t nonces[100][UUID_BYTES];
    for (int i = 0; i < 100; i++) {
        memcpy(nonces[i], files.identity.nonce, UUID_BYTES);
        claim();
        journal_files_restart(&files);
    }
    const struct journal_identity *identity = &files.identity;
    ck_assert_uint_eq(identity->lineage_count, JOURNAL_LINEAGE_MAX);
    ck_assert(has_nonce(identity, identity->nonce));
    for (int i = 100 - JOURNAL_LINEAGE_MAX + 1; i < 100; i++)
        ck_assert(has_nonce(identity, nonces[i]));
}
END_TEST

/* Start after start without the database: the one it knows stays in the lineage for ever. */
START_TEST(last_run_that_claimed_is_never_forgotten)
{
    for (int i = 0; i < 3; i++) {
        claim();
        journal_files_restart(&files);
    }
    claim();
    uint8_t claimed[UUID_BYTES];
    memcpy(claimed, files.identity.nonce, UUID_BYTES);
    for (int i = 0; i < 3 * JOURNAL_LINEAGE_MAX; i++)
        journal_files_restart(&files);
    ck_assert(uuid_equal(files.identity.lineage[0], claimed));
    ck_assert(has_nonce(&files.identity, files.identity.nonce));
}
END_TEST

Suite *journal_identity_suite(void)
{
    Suite *suite = suite_create("journal_identity");
    TCase *tests = tcase_create("identity");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, new_journal_begins_with_the_first_run);
    tcase_add_test(tests, each_start_raises_the_run);
    tcase_add_test(tests, process_that_looks_changes_nothing);
    tcase_add_loop_test(tests, flipped_byte_costs_neither_journal_nor_run, 0, 16);
    tcase_add_test(tests, torn_newer_slot_raises_the_run_beyond_it);
    tcase_add_loop_test(tests, identity_gone_comes_back_from_the_segments, 0, 2);
    tcase_add_loop_test(tests, journal_is_that_of_most_segments, 0, 2);
    tcase_add_loop_test(tests, strangers_do_not_outvote_the_identity, 0, 2);
    tcase_add_test(tests, lineage_from_the_segments_has_each_nonce_once);
    tcase_add_test(tests, mended_identity_stands_in_both_slots);
    tcase_add_test(tests, journal_without_anything_left_is_a_new_one);
    tcase_add_loop_test(tests, identity_of_a_later_version_is_refused_untouched, 0, 2);
    tcase_add_test(tests, segment_of_a_later_version_is_refused_untouched);
    tcase_add_test(tests, claiming_run_comes_first_and_the_others_stay);
    tcase_add_test(tests, lineage_is_bounded_and_keeps_the_newest);
    tcase_add_test(tests, last_run_that_claimed_is_never_forgotten);
    suite_add_tcase(suite, tests);
    return suite;
}
