/* What a journal knows of its earlier runs: their nonces, and whose place it may take. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/journal/identity.h"
#include "store/journal/lineage.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

/* Whoever made the directory was the first. */
enum { FIRST = 2, LAST = 5 };

static struct journal_run run;

/* Of the runs so far, by their numbers. */
static uint8_t nonces[LAST + 1][UUID_BYTES];

/* Each has made a segment; the last one is at work. */
static void set_up(void)
{
    disk_faults_reset();
    journal_run_open(&run, JOURNAL_SYNC_OFF, 1 << 20);
    for (uint32_t number = FIRST; number <= LAST; number++) {
        if (number > FIRST)
            journal_run_kill(&run);
        ck_assert_uint_eq(journal_run_commit(&run, 3), 3);
        ck_assert_uint_eq(journal_identity(run.journal)->run, number);
        memcpy(nonces[number], journal_identity(run.journal)->nonce, UUID_BYTES);
    }
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_run_close(&run);
}

/* Of the one segment that the run has made. */
static void damage_header(uint32_t number)
{
    static const uint8_t bytes[8];
    journal_files_overwrite(journal_files_segment_path(&run.files, number - FIRST + 1), 40, bytes,
                            sizeof bytes);
}

static void assert_known(uint32_t number, bool is_known)
{
    uint8_t nonce[UUID_BYTES];
    ck_assert_int_eq(journal_find_nonce(run.journal, number, nonce), is_known);
    if (is_known)
        ck_assert_mem_eq(nonce, nonces[number], UUID_BYTES);
}

START_TEST(headers_tell_the_nonce_of_each_run)
{
    for (uint32_t number = FIRST; number <= LAST; number++)
        assert_known(number, true);
    assert_known(0, false);
    assert_known(LAST + 1, false);
}
END_TEST

START_TEST(run_without_a_sound_header_is_known_by_the_lineage_alone)
{
    if (_i == 1)
        ck_assert_int_eq(unlink(journal_files_path(&run.files, "lineage")), 0);
    damage_header(FIRST + 1);
    damage_header(LAST);
    journal_run_kill(&run);
    assert_known(FIRST, true);
    assert_known(FIRST + 1, _i == 0);
    assert_known(LAST, _i == 0);
}
END_TEST

/* It has made no segment yet, since the disk is full. */
START_TEST(own_run_is_known_from_the_start)
{
    uint8_t nonce[UUID_BYTES];
    disk_faults.reserve_fails_in = 1;
    disk_faults.fails_more = 100;
    disk_faults.reason = ENOSPC;
    journal_run_kill(&run);
    ck_assert_int_ne(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert(journal_find_nonce(run.journal, LAST + 1, nonce));
    ck_assert_mem_eq(nonce, journal_identity(run.journal)->nonce, UUID_BYTES);
}
END_TEST

START_TEST(place_of_an_earlier_run_may_be_taken)
{
    uint8_t stranger[UUID_BYTES];
    uuid_make(stranger);
    ck_assert(journal_may_claim(run.journal, NULL));
    ck_assert(journal_may_claim(run.journal, nonces[FIRST]));
    ck_assert(journal_may_claim(run.journal, nonces[LAST]));
    ck_assert(!journal_may_claim(run.journal, stranger));
    ck_assert(!journal_may_claim(run.journal, stranger)); /* it was not noted either */
}
END_TEST

START_TEST(claim_writes_nothing_that_it_would_have_to_wait_for)
{
    disk_faults_reset();
    ck_assert(journal_may_claim(run.journal, nonces[LAST]));
    ck_assert_uint_eq(disk_faults.syncs + disk_faults.file_syncs + disk_faults.directory_syncs, 0);
}
END_TEST

/* The last runs are in its identity: nothing is kept from the database for this. */
START_TEST(full_disk_keeps_nobody_from_claiming)
{
    ck_assert_int_eq(unlink(journal_files_path(&run.files, "lineage")), 0);
    disk_faults.write_fails_in = 1;
    disk_faults.fails_more = 100;
    ck_assert(journal_may_claim(run.journal, nonces[FIRST]));
    ck_assert(journal_files_logged(&run.files, "can't write its lineage"));
    disk_faults_reset();
    ck_assert(journal_may_claim(run.journal, nonces[FIRST]));
    ck_assert(lineage_has(journal_directory(run.journal), nonces[FIRST]));
}
END_TEST

Suite *journal_past_suite(void)
{
    Suite *suite = suite_create("journal_past");
    TCase *tests = tcase_create("past");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, headers_tell_the_nonce_of_each_run);
    tcase_add_loop_test(tests, run_without_a_sound_header_is_known_by_the_lineage_alone, 0, 2);
    tcase_add_test(tests, own_run_is_known_from_the_start);
    tcase_add_test(tests, place_of_an_earlier_run_may_be_taken);
    tcase_add_test(tests, claim_writes_nothing_that_it_would_have_to_wait_for);
    tcase_add_test(tests, full_disk_keeps_nobody_from_claiming);
    suite_add_tcase(suite, tests);
    return suite;
}
