/* The identity's file: its bytes are those that journals on disk have. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "protocol/bytes.h"
#include "store/base/crc32c.h"
#include "store/journal/identity_file.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

enum { AT_CRC = 12, AT_COUNT = 440, HEAD_BYTES = 88 };

/* The slot of a journal that begins its second run, but for zeros, as the first version wrote it on
 * x86-64: the third generation. */
static const uint8_t head[HEAD_BYTES] = {
    /* magic */
    'V', 'A', 'T', 'I', 'D', 'E', 'N', 'T',
    /* format, CRC, generation */
    0x01, 0, 0, 0, 0x9b, 0x72, 0xff, 0xf2, 0x03, 0, 0, 0, 0, 0, 0, 0,
    /* journal */
    0x10, 0x19, 0x1c, 0xac, 0x6b, 0xc1, 0x48, 0x58, 0x8c, 0xe6, 0x71, 0xdd, 0xdb, 0xb9, 0xa7, 0x6e,
    /* nonce */
    0x23, 0x1f, 0x97, 0xdb, 0x62, 0x47, 0x4b, 0x93, 0x9a, 0xbd, 0xdf, 0xac, 0xbd, 0xf4, 0xbc, 0x34,
    /* lineage: the nonce of the first run, and the own one */
    0xbe, 0xc9, 0x02, 0x9b, 0x43, 0x39, 0x46, 0x82, 0x8d, 0x0a, 0x35, 0x9a, 0x86, 0xe4, 0x5b, 0x9a,
    0x23, 0x1f, 0x97, 0xdb, 0x62, 0x47, 0x4b, 0x93, 0x9a, 0xbd, 0xdf, 0xac, 0xbd, 0xf4, 0xbc, 0x34};

/* How many nonces the lineage has, and the run. */
static const uint8_t tail[] = {2, 0, 0, 0, 2, 0, 0, 0};

static struct journal_files files;

static void set_up(void)
{
    journal_files_open(&files);
    ck_assert_int_eq(unlink(journal_files_path(&files, "identity")), 0);
}

static void tear_down(void)
{
    journal_files_close(&files);
}

/* The slot, the second one of a file whose first one was never written. */
static void make_file(uint8_t bytes[static IDENTITY_FILE_BYTES])
{
    uint8_t *slot = bytes + IDENTITY_SLOT_BYTES;
    memset(bytes, 0, IDENTITY_FILE_BYTES);
    memcpy(slot, head, sizeof head);
    memcpy(slot + AT_COUNT, tail, sizeof tail);
}

static void save_file(const uint8_t bytes[static IDENTITY_FILE_BYTES])
{
    int fd = open(journal_files_path(&files, "identity"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, IDENTITY_FILE_BYTES), IDENTITY_FILE_BYTES);
    (void)close(fd);
}

START_TEST(slot_of_the_first_version_is_read)
{
    bool is_whole = true;
    uint8_t bytes[IDENTITY_FILE_BYTES];
    struct journal_identity identity = {0};
    make_file(bytes);
    save_file(bytes);
    ck_assert_int_eq(identity_file_read(&identity, &files.directory, &is_whole), HEADER_SOUND);
    ck_assert(!is_whole); /* one of the slots is missing */
    ck_assert_uint_eq(identity.generation, 3);
    ck_assert_uint_eq(identity.run, 2);
    ck_assert_uint_eq(identity.lineage_count, 2);
    ck_assert_mem_eq(identity.journal, head + 24, UUID_BYTES);
    ck_assert_mem_eq(identity.nonce, head + 40, UUID_BYTES);
    ck_assert_mem_eq(identity.lineage[0], head + 56, UUID_BYTES);
    ck_assert_mem_eq(identity.lineage[1], head + 72, UUID_BYTES);
}
END_TEST

START_TEST(slot_is_written_as_the_first_version_wrote_it)
{
    uint8_t expected[IDENTITY_FILE_BYTES];
    uint8_t bytes[IDENTITY_FILE_BYTES];
    struct error error = {""};
    struct journal_identity identity = {.generation = 2, .run = 2, .lineage_count = 2};
    memcpy(identity.journal, head + 24, UUID_BYTES);
    memcpy(identity.nonce, head + 40, UUID_BYTES);
    memcpy(identity.lineage, head + 56, (size_t)2 * UUID_BYTES);
    ck_assert_int_eq(identity_file_write(&identity, &files.directory, &error), RESULT_OK);
    ck_assert_uint_eq(identity.generation, 3);
    int fd = open(journal_files_path(&files, "identity"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    (void)close(fd);
    make_file(expected);
    ck_assert_mem_eq(bytes, expected, sizeof expected);
}
END_TEST

/* Its bytes, and its name where it is new: a run whose number is lost would use it again. */
START_TEST(slot_is_on_the_disk_when_it_is_written)
{
    struct error error = {""};
    struct journal_identity identity = {.run = 1};
    disk_faults_reset();
    ck_assert_int_eq(identity_file_write(&identity, &files.directory, &error), RESULT_OK);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    ck_assert_uint_eq(disk_faults.directory_syncs, 1);
}
END_TEST

START_TEST(slot_that_does_not_reach_the_disk_is_told)
{
    unsigned *const fails_in[] = {&disk_faults.write_fails_in, &disk_faults.sync_fails_in,
                                  &disk_faults.full_sync_fails_in};
    struct error error = {""};
    struct journal_identity identity = {.run = 1};
    disk_faults_reset();
    *fails_in[_i] = 1;
    ck_assert_int_eq(identity_file_write(&identity, &files.directory, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "can't write its identity: Input/output error"));
    disk_faults_reset();
}
END_TEST

/* More nonces than a slot has, though its CRC is right. */
START_TEST(lineage_beyond_its_slot_is_damage)
{
    bool is_whole = true;
    uint8_t bytes[IDENTITY_FILE_BYTES];
    uint8_t *slot = bytes + IDENTITY_SLOT_BYTES;
    struct journal_identity identity = {0};
    make_file(bytes);
    bytes_put_le32(slot + AT_COUNT, JOURNAL_LINEAGE_MAX + 1);
    bytes_put_le32(slot + AT_CRC, 0);
    bytes_put_le32(slot + AT_CRC, crc32c(slot, IDENTITY_SLOT_BYTES));
    save_file(bytes);
    ck_assert_int_eq(identity_file_read(&identity, &files.directory, &is_whole), HEADER_DAMAGED);
    ck_assert_uint_eq(identity.generation, 0);
}
END_TEST

Suite *journal_identity_file_suite(void)
{
    Suite *suite = suite_create("journal_identity_file");
    TCase *tests = tcase_create("identity_file");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, slot_of_the_first_version_is_read);
    tcase_add_test(tests, slot_is_written_as_the_first_version_wrote_it);
    tcase_add_test(tests, slot_is_on_the_disk_when_it_is_written);
    tcase_add_loop_test(tests, slot_that_does_not_reach_the_disk_is_told, 0, 3);
    tcase_add_test(tests, lineage_beyond_its_slot_is_damage);
    suite_add_tcase(suite, tests);
    return suite;
}
