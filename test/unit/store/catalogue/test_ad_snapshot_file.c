/* The snapshot on disk: written once a change, and known to be current only where it is. */
#include "store/catalogue/ad_snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "protocol/ad.h"
#include "protocol/ad_array.h"
#include "protocol/ad_snapshot.h"
#include "store/base/directory.h"
#include "test/unit/suites.h"

static struct directory directory;
static struct ad_snapshot_file file;
static struct ad ads[2];

static const char file_name[] = "ads";

static void set_up(void)
{
    directory = (struct directory){.lock_fd = -1};
    (void)snprintf(directory.path, sizeof directory.path, "/tmp/adtracker-ads-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory.path));
    directory.fd = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(directory.fd, 0);
    ad_snapshot_file_init(&file, &directory);
    ads[0] = (struct ad){
        .id = 1, .title = strdup("first"), .ends_at_us = INT64_MAX, .archived_at_us = INT64_MAX};
    ads[1] = (struct ad){
        .id = 2, .title = strdup("second"), .ends_at_us = INT64_MAX, .archived_at_us = INT64_MAX};
}

static void tear_down(void)
{
    ad_snapshot_file_clear(&file);
    ad_clear(&ads[0]);
    ad_clear(&ads[1]);
    (void)unlinkat(directory.fd, file_name, 0);
    (void)close(directory.fd);
    ck_assert_int_eq(rmdir(directory.path), 0);
}

static struct ad_snapshot snapshot_of(size_t count)
{
    struct ad_snapshot snapshot;
    struct ad_array array;
    ad_array_begin(&array, 0);
    for (size_t i = 0; i < count; i++)
        ad_array_add(&array, &ads[i], ad_save);
    snapshot.text = ad_array_finish(&array, &snapshot.text_bytes, snapshot.digest);
    return snapshot;
}

static enum result step(void)
{
    struct error error = {""};
    enum result result = ad_snapshot_file_step(&file, &error);
    return file.unsynced_fd < 0
               ? result
               : ad_snapshot_file_synced(&file, fsync(file.unsynced_fd) == 0 ? 0 : errno, &error);
}

/* To the end; `*steps` (may be NULL) says in how many. */
static enum result step_on(unsigned *steps)
{
    enum result result;
    unsigned count = 0;
    do {
        result = step();
        count++;
    } while (result == RESULT_BUSY);
    if (steps != NULL)
        *steps = count;
    return result;
}

static void save(size_t count)
{
    struct ad_snapshot snapshot = snapshot_of(count);
    ad_snapshot_file_save(&file, &snapshot);
    ck_assert(ad_snapshot_file_is_current(&file));
    ck_assert_int_eq(step_on(NULL), RESULT_OK);
}

static void write_text(const char *text)
{
    int fd = openat(directory.fd, file_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(fd), 0);
}

static ino_t inode(void)
{
    struct stat status;
    ck_assert_int_eq(fstatat(directory.fd, file_name, &status, 0), 0);
    return status.st_ino;
}

/* As another process, after a restart. */
static void assert_loaded(const char *title, size_t count)
{
    struct ad_snapshot_file again;
    struct ad *loaded = NULL;
    size_t loaded_count = 0, left_out = 7;
    ad_snapshot_file_init(&again, &directory);
    ck_assert_int_eq(ad_snapshot_file_load(&again, &loaded, &loaded_count, &left_out), RESULT_OK);
    ck_assert_uint_eq(loaded_count, count);
    ck_assert_uint_eq(left_out, 0);
    ck_assert_str_eq(loaded[0].title, title);
    for (size_t i = 0; i < loaded_count; i++)
        ad_clear(&loaded[i]);
    free(loaded);
}

START_TEST(comes_back_after_a_restart)
{
    ck_assert(!ad_snapshot_file_is_current(&file));
    save(2);
    ck_assert(ad_snapshot_file_is_current(&file));
    assert_loaded("first", 2);
}
END_TEST

START_TEST(is_written_only_when_the_ads_are_others)
{
    save(2);
    ino_t before = inode();
    save(2);
    ck_assert_uint_eq(inode(), before);
    save(1);
    ck_assert_uint_ne(inode(), before);
    assert_loaded("first", 1);
}
END_TEST

START_TEST(is_not_written_again_after_it_was_loaded)
{
    save(2);
    ino_t before = inode();
    struct ad *loaded = NULL;
    size_t count = 0, left_out;
    ad_snapshot_file_init(&file, &directory);
    ck_assert_int_eq(ad_snapshot_file_load(&file, &loaded, &count, &left_out), RESULT_OK);
    ck_assert(!ad_snapshot_file_is_current(&file));
    save(2);
    ck_assert(ad_snapshot_file_is_current(&file));
    ck_assert_uint_eq(inode(), before);
    ad_clear(&loaded[0]);
    ad_clear(&loaded[1]);
    free(loaded);
}
END_TEST

START_TEST(is_written_again_when_it_is_gone)
{
    save(2);
    ck_assert_int_eq(unlinkat(directory.fd, file_name, 0), 0);
    ck_assert(!ad_snapshot_file_is_current(&file));
    save(2);
    ck_assert(ad_snapshot_file_is_current(&file));
    assert_loaded("first", 2);
}
END_TEST

START_TEST(is_replaced_when_another_version_wrote_it)
{
    struct ad *loaded = NULL;
    size_t count = 0, left_out = 0;
    write_text("[{\"id\":1,\"title\":\"first\"},{\"id\":\"2\"}]");
    ck_assert_int_eq(ad_snapshot_file_load(&file, &loaded, &count, &left_out), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(left_out, 1);
    save(2);
    assert_loaded("first", 2);
    ad_clear(&loaded[0]);
    free(loaded);
}
END_TEST

START_TEST(is_not_loaded_where_there_is_none)
{
    struct ad *loaded = NULL;
    size_t count = 7, left_out = 7;
    ck_assert_int_eq(ad_snapshot_file_load(&file, &loaded, &count, &left_out), RESULT_UNKNOWN);
    write_text("{}");
    ck_assert_int_eq(ad_snapshot_file_load(&file, &loaded, &count, &left_out), RESULT_MALFORMED);
    ck_assert_ptr_null(loaded);
    ck_assert_uint_eq(count, 7);
    save(1);
    assert_loaded("first", 1);
}
END_TEST

/* It may fail behind the rename, when the directory is synced. */
START_TEST(is_written_again_after_a_write_that_failed)
{
    struct ad_snapshot snapshot = snapshot_of(2);
    save(1);
    int fd = directory.fd;
    directory.fd = -1;
    ad_snapshot_file_save(&file, &snapshot);
    ck_assert_int_eq(step_on(NULL), RESULT_FAILED);
    ck_assert_int_eq(step_on(NULL), RESULT_OK);
    directory.fd = fd;
    ck_assert(!ad_snapshot_file_is_current(&file));
    write_text("[{\"id\":3,\"title\":\"third\"}]");
    save(1);
    ck_assert(ad_snapshot_file_is_current(&file));
    assert_loaded("first", 1);
}
END_TEST

/* The disk may take its time: what it holds meanwhile is the older one, whole. */
START_TEST(is_the_older_one_until_the_last_slice)
{
    enum { SLICES = 5, TITLE_BYTES = 1000 };
    char title[TITLE_BYTES + 1];
    struct ad_array array;
    struct ad_snapshot snapshot;
    save(2);
    memset(title, 'x', TITLE_BYTES);
    title[TITLE_BYTES] = '\0';
    ad_array_begin(&array, 0);
    for (int32_t id = 1; array.text.length < (SLICES - 1) * AD_SNAPSHOT_SLICE_BYTES; id++)
        ad_array_add(&array, &(struct ad){.id = id, .title = title}, ad_save);
    snapshot.text = ad_array_finish(&array, &snapshot.text_bytes, snapshot.digest);
    ad_snapshot_file_save(&file, &snapshot);
    for (int i = 0; i < 1 + SLICES; i++) {
        assert_loaded("first", 2);
        ck_assert_int_eq(step(), RESULT_BUSY);
    }
    assert_loaded("first", 2);
    ck_assert_int_eq(step(), RESULT_OK);
    struct stat status;
    ck_assert_int_eq(fstatat(directory.fd, file_name, &status, 0), 0);
    ck_assert_uint_eq((size_t)status.st_size, snapshot.text_bytes);
}
END_TEST

/* The file before its name, and the name: whole or not at all, whenever the power goes. */
START_TEST(is_synced_before_it_has_its_name_and_then_the_name)
{
    struct error error;
    save(1);
    struct ad_snapshot snapshot = snapshot_of(2);
    ad_snapshot_file_save(&file, &snapshot);
    ck_assert_int_eq(ad_snapshot_file_step(&file, &error), RESULT_BUSY); /* begun */
    ck_assert_int_eq(file.unsynced_fd, -1);
    ck_assert_int_eq(ad_snapshot_file_step(&file, &error), RESULT_BUSY);
    ck_assert_int_eq(file.unsynced_fd, file.file.fd);
    assert_loaded("first", 1);
    ck_assert_int_eq(ad_snapshot_file_synced(&file, 0, &error), RESULT_BUSY);
    ck_assert_int_eq(ad_snapshot_file_step(&file, &error), RESULT_BUSY);
    ck_assert_int_eq(file.unsynced_fd, directory.fd);
    assert_loaded("first", 2);
    ck_assert_int_eq(ad_snapshot_file_synced(&file, 0, &error), RESULT_OK);
}
END_TEST

START_TEST(is_the_older_one_where_it_can_not_be_synced)
{
    struct error error;
    save(1);
    struct ad_snapshot snapshot = snapshot_of(2);
    ad_snapshot_file_save(&file, &snapshot);
    ck_assert_int_eq(ad_snapshot_file_step(&file, &error), RESULT_BUSY);
    ck_assert_int_eq(ad_snapshot_file_step(&file, &error), RESULT_BUSY);
    ck_assert_int_eq(ad_snapshot_file_synced(&file, EIO, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, directory.path));
    ck_assert(!ad_snapshot_file_is_current(&file));
    assert_loaded("first", 1);
    ck_assert_int_eq(step_on(NULL), RESULT_OK);
    save(2);
    assert_loaded("first", 2);
}
END_TEST

START_TEST(is_begun_again_where_nobody_knows_of_its_sync)
{
    struct error error;
    save(1);
    struct ad_snapshot snapshot = snapshot_of(2);
    ad_snapshot_file_save(&file, &snapshot);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(ad_snapshot_file_step(&file, &error), RESULT_BUSY);
    ck_assert_int_ge(file.unsynced_fd, 0);
    ad_snapshot_file_restart(&file);
    ck_assert_int_eq(step_on(NULL), RESULT_OK);
    assert_loaded("first", 2);
}
END_TEST

/* However many come while one is being written: that one, and the last. */
START_TEST(is_written_to_its_end_whatever_comes_meanwhile)
{
    unsigned steps;
    struct ad_snapshot first = snapshot_of(1);
    ad_snapshot_file_save(&file, &first);
    ck_assert_int_eq(step(), RESULT_BUSY);
    for (size_t i = 0; i < 10; i++) {
        struct ad_snapshot next = snapshot_of(2 - i % 2);
        ad_snapshot_file_save(&file, &next);
    }
    struct ad_snapshot last = snapshot_of(2);
    ad_snapshot_file_save(&file, &last);
    ck_assert_int_eq(step(), RESULT_BUSY);
    ck_assert_int_eq(step(), RESULT_BUSY);
    assert_loaded("first", 1);
    ck_assert_int_eq(step_on(&steps), RESULT_OK);
    ck_assert_uint_eq(steps, 3);
    assert_loaded("first", 2);
}
END_TEST

START_TEST(is_left_as_it_was_when_the_process_ends_half_way)
{
    save(1);
    struct ad_snapshot snapshot = snapshot_of(2);
    ad_snapshot_file_save(&file, &snapshot);
    ck_assert_int_eq(step(), RESULT_BUSY);
    ck_assert_int_eq(step(), RESULT_BUSY);
    ad_snapshot_file_clear(&file);
    assert_loaded("first", 1);
}
END_TEST

Suite *ad_snapshot_file_suite(void)
{
    Suite *suite = suite_create("ad_snapshot_file");
    TCase *tcase = tcase_create("ad_snapshot_file");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, comes_back_after_a_restart);
    tcase_add_test(tcase, is_written_only_when_the_ads_are_others);
    tcase_add_test(tcase, is_not_written_again_after_it_was_loaded);
    tcase_add_test(tcase, is_written_again_when_it_is_gone);
    tcase_add_test(tcase, is_replaced_when_another_version_wrote_it);
    tcase_add_test(tcase, is_not_loaded_where_there_is_none);
    tcase_add_test(tcase, is_written_again_after_a_write_that_failed);
    tcase_add_test(tcase, is_the_older_one_until_the_last_slice);
    tcase_add_test(tcase, is_synced_before_it_has_its_name_and_then_the_name);
    tcase_add_test(tcase, is_the_older_one_where_it_can_not_be_synced);
    tcase_add_test(tcase, is_begun_again_where_nobody_knows_of_its_sync);
    tcase_add_test(tcase, is_written_to_its_end_whatever_comes_meanwhile);
    tcase_add_test(tcase, is_left_as_it_was_when_the_process_ends_half_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
