/* The runs that the database may know: each is found again, whatever becomes of the others. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "protocol/bytes.h"
#include "store/base/crc32c.h"
#include "store/journal/identity.h"
#include "store/journal/lineage.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* 2026-01-01. */
#define START_US INT64_C(1767225600000000)

static struct journal_files files;

static void set_up(void)
{
    disk_faults_reset();
    journal_files_open(&files);
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_files_close(&files);
}

/* The run of a number: its nonce is made of it. */
static struct lineage_run make_run(uint32_t number, int64_t claimed_us)
{
    struct lineage_run run = {.run = number, .claimed_us = claimed_us};
    (void)snprintf((char *)run.nonce, sizeof run.nonce, "run %u", number);
    return run;
}

static void add(uint32_t number, int64_t claimed_us)
{
    struct lineage_run run = make_run(number, claimed_us);
    struct error error = {""};
    enum result result = lineage_add(&files.directory, &run, &error);
    ck_assert_msg(result == RESULT_OK, "%s", error.text);
}

static bool has(uint32_t number)
{
    return lineage_has(&files.directory, make_run(number, 0).nonce);
}

static const char *path(void)
{
    return journal_files_path(&files, "lineage");
}

static size_t size(void)
{
    struct stat status;
    ck_assert_int_eq(stat(path(), &status), 0);
    return (size_t)status.st_size;
}

/* Many at once, without a look and a sync for each. */
static void write_runs(uint32_t first, uint32_t count, int64_t claimed_us)
{
    FILE *file = fopen(path(), "ab");
    ck_assert_ptr_nonnull(file);
    for (uint32_t i = 0; i < count; i++) {
        const struct lineage_run run = make_run(first + i, claimed_us);
        uint8_t record[LINEAGE_RECORD_BYTES];
        memcpy(record, run.nonce, UUID_BYTES);
        bytes_put_le64(record + 16, (uint64_t)run.claimed_us);
        bytes_put_le32(record + 24, run.run);
        bytes_put_le32(record + 28, crc32c(record, 28));
        ck_assert_uint_eq(fwrite(record, sizeof record, 1, file), 1);
    }
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(nothing_is_known_where_there_is_no_file)
{
    uint8_t nonce[UUID_BYTES];
    ck_assert(lineage_is_missing(&files.directory));
    ck_assert(!has(1));
    ck_assert(!lineage_find(&files.directory, 1, nonce));
    add(1, START_US);
    ck_assert(!lineage_is_missing(&files.directory));
}
END_TEST

START_TEST(runs_come_back_by_nonce_and_by_number)
{
    uint8_t nonce[UUID_BYTES];
    for (uint32_t number = 1; number <= 300; number++)
        add(number, START_US + number);
    for (uint32_t number = 1; number <= 300; number++) {
        ck_assert(has(number));
        ck_assert(lineage_find(&files.directory, number, nonce));
        ck_assert_mem_eq(nonce, make_run(number, 0).nonce, UUID_BYTES);
    }
    ck_assert(!has(301));
    ck_assert(!lineage_find(&files.directory, 301, nonce));
}
END_TEST

START_TEST(one_that_is_there_is_not_written_again)
{
    add(1, START_US);
    add(2, START_US);
    add(1, START_US + 1);
    ck_assert_uint_eq(size(), 2 * LINEAGE_RECORD_BYTES);
}
END_TEST

/* As journals on disk have it. */
START_TEST(keeps_its_bytes)
{
    static const uint8_t expected[LINEAGE_RECORD_BYTES] = {
        'r', 'u',  'n',  ' ',  '2',  '5',  '8',  0, 0, 0, 0, 0, 0,    0,    0,    0,
        2,   0x40, 0x20, 0x46, 0x48, 0x47, 0x06, 0, 2, 1, 0, 0, 0x30, 0xdd, 0xb8, 0x45};
    size_t count = 0;
    add(258, START_US + 2);
    char *bytes = directory_read(&files.directory, "lineage", 64, &count);
    ck_assert_uint_eq(count, sizeof expected);
    ck_assert_mem_eq(bytes, expected, sizeof expected);
    free(bytes);
}
END_TEST

START_TEST(is_synced_and_its_name_too)
{
    disk_faults_reset();
    add(1, START_US);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    ck_assert_uint_eq(disk_faults.directory_syncs, 1);
}
END_TEST

/* Every byte in turn: that record is gone, and no other. */
START_TEST(damaged_record_is_passed_over)
{
    for (uint32_t number = 1; number <= 3; number++)
        add(number, START_US);
    for (uint32_t at = 0; at < LINEAGE_RECORD_BYTES; at++) {
        size_t count = 0;
        char *bytes = directory_read(&files.directory, "lineage", 4096, &count);
        uint8_t flipped = (uint8_t)(bytes[LINEAGE_RECORD_BYTES + at] ^ 0x10);
        uint8_t before = (uint8_t)bytes[LINEAGE_RECORD_BYTES + at];
        journal_files_overwrite(path(), LINEAGE_RECORD_BYTES + at, &flipped, 1);
        ck_assert(has(1) && !has(2) && has(3));
        journal_files_overwrite(path(), LINEAGE_RECORD_BYTES + at, &before, 1);
        ck_assert(has(2));
        free(bytes);
    }
    static const uint8_t zeros[LINEAGE_RECORD_BYTES];
    uint8_t nonce[UUID_BYTES];
    journal_files_overwrite(path(), 0, zeros, sizeof zeros);
    ck_assert(!lineage_has(&files.directory, zeros));
    ck_assert(!lineage_find(&files.directory, 0, nonce));
}
END_TEST

START_TEST(torn_record_is_written_over)
{
    add(1, START_US);
    add(2, START_US);
    ck_assert_int_eq(truncate(path(), 2 * LINEAGE_RECORD_BYTES - 1 - _i), 0);
    ck_assert(has(1) && !has(2));
    add(3, START_US);
    add(2, START_US);
    ck_assert(has(1) && has(2) && has(3));
    ck_assert_uint_eq(size(), 3 * LINEAGE_RECORD_BYTES);
}
END_TEST

START_TEST(disk_that_refuses_is_told)
{
    struct lineage_run run = make_run(2, START_US);
    struct error error = {""};
    add(1, START_US);
    if (_i == 0)
        disk_faults.write_fails_in = 1;
    else
        disk_faults.sync_fails_in = 1;
    ck_assert_int_eq(lineage_add(&files.directory, &run, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "can't write its lineage"));
    add(2, START_US);
    ck_assert(has(1) && has(2));
}
END_TEST

/* The block that it does not give costs the records in it. */
START_TEST(unreadable_block_is_passed_over)
{
    for (uint32_t number = 1; number <= 300; number++)
        add(number, START_US);
    disk_faults.bad_from = 4096;
    disk_faults.bad_to = 4097;
    ck_assert(has(1) && has(128) && !has(129) && !has(256) && has(257));
    add(301, START_US);
    disk_faults.bad_to = 0;
    ck_assert(has(129) && has(301));
}
END_TEST

/* Only where there are many, and when half of them are. */
START_TEST(old_runs_go)
{
    enum { OLD = LINEAGE_LARGE / 2 };
    const int64_t later_us = START_US + (LINEAGE_DAYS + 1) * DAY_US;
    write_runs(0, OLD, START_US);
    write_runs(OLD, OLD, later_us - DAY_US);
    ck_assert(has(0));
    add(2 * OLD, later_us);
    ck_assert(!has(0) && !has(OLD - 1) && has(OLD) && has(2 * OLD));
    ck_assert_uint_eq(size(), (size_t)(OLD + 1) * LINEAGE_RECORD_BYTES);
}
END_TEST

START_TEST(none_goes_within_a_hundred_days_or_while_there_are_few)
{
    write_runs(0, LINEAGE_LARGE - 1, START_US);
    add(LINEAGE_LARGE - 1, START_US + 500 * DAY_US);
    ck_assert_uint_eq(size(), (size_t)LINEAGE_LARGE * LINEAGE_RECORD_BYTES);
    ck_assert_int_eq(unlink(path()), 0);
    write_runs(0, LINEAGE_LARGE, START_US);
    add(LINEAGE_LARGE, START_US + LINEAGE_DAYS * DAY_US - 1);
    ck_assert(has(0));
}
END_TEST

/* Years ahead for a moment, it makes nothing old; nor do the newest go, however old they are. */
START_TEST(clock_that_is_wrong_costs_no_run)
{
    write_runs(0, LINEAGE_LARGE, START_US);
    add(LINEAGE_LARGE, START_US + 3650 * DAY_US);
    ck_assert(has(0));
    add(LINEAGE_LARGE + 1, START_US + 3700 * DAY_US);
    ck_assert(!has(0));
    ck_assert(has(LINEAGE_LARGE) && has(LINEAGE_LARGE + 2 - LINEAGE_SPARED));
}
END_TEST

/* Of the run that has the directory: what it has on disk beside the lineage. */
static bool is_in_identity(const uint8_t nonce[static UUID_BYTES])
{
    for (uint32_t i = 0; i < files.identity.lineage_count; i++) {
        if (uuid_equal(files.identity.lineage[i], nonce))
            return true;
    }
    return false;
}

static void claim(void)
{
    struct error error = {""};
    if (journal_identity_claim(&files.identity))
        ck_assert_int_eq(identity_file_write(&files.identity, &files.directory, &error), RESULT_OK);
}

static void note(const uint8_t *owner)
{
    struct error error = {""};
    ck_assert_int_eq(journal_identity_note(&files.identity, &files.directory, owner, &error),
                     RESULT_OK);
}

static bool knows(const uint8_t nonce[static UUID_BYTES])
{
    return journal_identity_has(&files.identity, &files.directory, nonce);
}

/* The first of them is as far back as a backup may be that is restored. */
START_TEST(runs_that_claimed_are_known_however_many_follow)
{
    uint8_t nonces[100][UUID_BYTES];
    for (int i = 0; i < 100; i++) {
        memcpy(nonces[i], files.identity.nonce, UUID_BYTES);
        note(i == 0 ? NULL : nonces[i - 1]);
        claim();
        journal_files_restart(&files);
    }
    for (int i = 0; i < 100; i++)
        ck_assert(knows(nonces[i]));
    ck_assert(!is_in_identity(nonces[0]));
    uint8_t stranger[UUID_BYTES];
    uuid_make(stranger);
    ck_assert(!knows(stranger));
}
END_TEST

/* A loop of crashes while the database is away must not fill the disk. */
START_TEST(starts_that_claim_nothing_leave_the_lineage_alone)
{
    uint8_t first[UUID_BYTES];
    memcpy(first, files.identity.nonce, UUID_BYTES);
    note(NULL);
    for (int i = 0; i < 100; i++)
        journal_files_restart(&files);
    ck_assert_uint_eq(size(), LINEAGE_RECORD_BYTES);
    note(first);
    ck_assert_uint_eq(size(), 2 * LINEAGE_RECORD_BYTES);
}
END_TEST

/* As one was that an earlier version has left: then what the identity knows is noted as well. */
START_TEST(lineage_that_is_gone_begins_with_the_last_runs)
{
    uint8_t first[UUID_BYTES];
    memcpy(first, files.identity.nonce, UUID_BYTES);
    for (int i = 0; i < 5; i++) {
        claim();
        journal_files_restart(&files);
    }
    note(NULL);
    for (int i = 0; i < 3 * JOURNAL_LINEAGE_MAX; i++)
        journal_files_restart(&files);
    ck_assert(!is_in_identity(first));
    ck_assert(knows(first));
}
END_TEST

/* One whose note was refused, or was lost with the file. */
START_TEST(owner_that_is_followed_is_noted)
{
    note(NULL);
    journal_files_restart(&files);
    uint8_t owner[UUID_BYTES];
    memcpy(owner, files.identity.nonce, UUID_BYTES);
    journal_files_restart(&files);
    note(owner);
    for (int i = 0; i < 3 * JOURNAL_LINEAGE_MAX; i++)
        journal_files_restart(&files);
    ck_assert(!is_in_identity(owner));
    ck_assert(knows(owner));
}
END_TEST

Suite *journal_lineage_suite(void)
{
    Suite *suite = suite_create("journal_lineage");
    TCase *tests = tcase_create("lineage");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, nothing_is_known_where_there_is_no_file);
    tcase_add_test(tests, runs_come_back_by_nonce_and_by_number);
    tcase_add_test(tests, one_that_is_there_is_not_written_again);
    tcase_add_test(tests, keeps_its_bytes);
    tcase_add_test(tests, is_synced_and_its_name_too);
    tcase_add_test(tests, damaged_record_is_passed_over);
    tcase_add_loop_test(tests, torn_record_is_written_over, 0, LINEAGE_RECORD_BYTES - 1);
    tcase_add_loop_test(tests, disk_that_refuses_is_told, 0, 2);
    tcase_add_test(tests, unreadable_block_is_passed_over);
    tcase_add_test(tests, old_runs_go);
    tcase_add_test(tests, none_goes_within_a_hundred_days_or_while_there_are_few);
    tcase_add_test(tests, clock_that_is_wrong_costs_no_run);
    tcase_add_test(tests, runs_that_claimed_are_known_however_many_follow);
    tcase_add_test(tests, starts_that_claim_nothing_leave_the_lineage_alone);
    tcase_add_test(tests, lineage_that_is_gone_begins_with_the_last_runs);
    tcase_add_test(tests, owner_that_is_followed_is_noted);
    suite_add_tcase(suite, tests);
    return suite;
}
