/* Journals for the tests. */
#include "test/unit/store/journal/journal_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/journal/recovery.h"
#include "store/journal/segment_names.h"

enum { PAYLOAD_MIN_BYTES = 20, PAYLOAD_SPREAD_BYTES = 33 };

enum result journal_files_begin_run(const struct journal_files *files, const char *path,
                                    struct directory *directory, struct journal_identity *identity,
                                    struct error *error)
{
    enum result result = directory_open(directory, path, error);
    return result == RESULT_OK ? journal_identity_begin_run(identity, directory, files->log, error)
                               : result;
}

enum result journal_files_peek(const char *path, struct directory *directory,
                               struct journal_identity *identity, struct error *error)
{
    enum result result = directory_peek(directory, path, error);
    return result == RESULT_OK ? journal_identity_peek(identity, directory, error) : result;
}

static void begin(struct journal_files *files)
{
    struct error error = {""};
    enum result result =
        journal_files_begin_run(files, files->path, &files->directory, &files->identity, &error);
    ck_assert_msg(result == RESULT_OK, "%s", error.text);
    files->segments = (struct segments){
        .directory = &files->directory,
        .journal = files->identity.journal,
        .log = files->log,
        .damaged = metrics_counter(files->metrics, "test_damaged_total", "Of the tests.", ""),
    };
}

void journal_files_open(struct journal_files *files)
{
    /* In memory where there is some: the tests sync often, and lose no power. */
    const char *root = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(files->path, sizeof files->path, "%s/adt-unit-XXXXXX", root);
    ck_assert_ptr_nonnull(mkdtemp(files->path));
    (void)snprintf(files->log_path, sizeof files->log_path, "%s.log", files->path);
    files->log_fd = open(files->log_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(files->log_fd, 0);
    files->log = log_new(LOG_DEBUG, files->log_fd);
    files->metrics = metrics_new();
    begin(files);
}

static void end(struct journal_files *files)
{
    segments_clear(&files->segments);
    directory_close(&files->directory);
}

void journal_files_restart(struct journal_files *files)
{
    end(files);
    begin(files);
}

static void remove_all(const char *path)
{
    char name[512];
    DIR *entries = opendir(path);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        (void)unlink(name);
    }
    if (entries != NULL)
        (void)closedir(entries);
    (void)rmdir(path);
}

void journal_files_close(struct journal_files *files)
{
    end(files);
    remove_all(files->path);
    log_free(files->log);
    metrics_free(files->metrics);
    (void)close(files->log_fd);
    (void)unlink(files->log_path);
}

int journal_files_logged(const struct journal_files *files, const char *text)
{
    static char bytes[65536];
    ssize_t got = pread(files->log_fd, bytes, sizeof bytes - 1, 0);
    ck_assert_int_ge(got, 0);
    bytes[got] = '\0';
    int times = 0;
    for (const char *at = bytes; (at = strstr(at, text)) != NULL; at++)
        times++;
    return times;
}

size_t journal_files_count(const char *path, const char *prefix)
{
    size_t count = 0;
    DIR *entries = opendir(path);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    if (entries != NULL)
        (void)closedir(entries);
    return count;
}

const char *journal_files_path(const struct journal_files *files, const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", files->path, name);
    return path;
}

const char *journal_files_segment_path(const struct journal_files *files, uint64_t number)
{
    static char path[512];
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    (void)snprintf(path, sizeof path, "%s/%s", files->path, name);
    return path;
}

void journal_files_load(struct journal_files *files)
{
    struct error error = {""};
    enum result result = recovery_load(&files->segments, &error);
    ck_assert_msg(result == RESULT_OK, "%s", error.text);
}

void journal_files_overwrite(const char *path, uint64_t at, const void *bytes, size_t count)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, count, (off_t)at), (ssize_t)count);
    (void)close(fd);
}

static size_t make_payload(uint64_t sequence, uint8_t payload[static RECORD_PAYLOAD_MAX_BYTES])
{
    size_t bytes = PAYLOAD_MIN_BYTES + (size_t)(sequence * 7 % PAYLOAD_SPREAD_BYTES);
    for (size_t i = 0; i < bytes; i++)
        payload[i] = (uint8_t)(sequence * 13 + i * 5);
    return bytes;
}

int segment_image_is_payload(uint64_t sequence, const uint8_t *payload, size_t bytes)
{
    uint8_t expected[RECORD_PAYLOAD_MAX_BYTES];
    return make_payload(sequence, expected) == bytes && memcmp(expected, payload, bytes) == 0;
}

static void reserve(struct segment_image *image)
{
    if (image->used + RECORD_MAX_BYTES <= image->capacity)
        return;
    image->capacity += 1024 * 1024;
    image->bytes = realloc(image->bytes, image->capacity);
    ck_assert_ptr_nonnull(image->bytes);
}

void segment_image_init(struct segment_image *image, uint64_t number, uint64_t first_sequence,
                        uint32_t salt)
{
    *image = (struct segment_image){.header = {
                                        .number = number,
                                        .first_sequence = first_sequence,
                                        .created_us = 1745107200000000,
                                        .run = 1,
                                        .salt = salt,
                                    }};
    memset(image->header.journal, 0xAB, UUID_BYTES);
    memset(image->header.nonce, 0xCD, UUID_BYTES);
    image->offsets = calloc(IMAGE_RECORDS_MAX, sizeof *image->offsets);
    ck_assert_ptr_nonnull(image->offsets);
    reserve(image);
    segment_header_write(&image->header, image->bytes);
    image->used = image->offsets[0] = SEGMENT_HEADER_BYTES;
}

void segment_image_clear(struct segment_image *image)
{
    free(image->bytes);
    free(image->offsets);
}

void segment_image_add(struct segment_image *image, uint64_t sequence)
{
    uint8_t payload[RECORD_PAYLOAD_MAX_BYTES];
    size_t bytes = make_payload(sequence, payload);
    if (image->records + 1 >= IMAGE_RECORDS_MAX)
        ck_abort_msg("too many records");
    reserve(image);
    uint8_t *at = image->bytes + image->used;
    (void)record_write(at, RECORD_EVENT, sequence, payload, bytes);
    image->used += record_stamp(at, image->header.salt);
    image->offsets[++image->records] = (uint32_t)image->used;
}

void segment_image_fill(struct segment_image *image, uint64_t first, uint64_t last)
{
    for (uint64_t sequence = first; sequence <= last; sequence++)
        segment_image_add(image, sequence);
}

void segment_image_finish(struct segment_image *image)
{
    struct record last = {.sequence = image->header.first_sequence - 1};
    if (image->records > 0)
        ck_assert_uint_gt(record_read(image->bytes + image->offsets[image->records - 1],
                                      RECORD_MAX_BYTES, image->header.salt, &last),
                          0);
    reserve(image);
    record_write_end(image->bytes + image->used, image->header.salt, last.sequence, image->records);
    image->used += RECORD_END_BYTES;
}

int segment_image_open(const struct segment_image *image)
{
    int fd = memfd_create("segment", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, image->bytes, image->used), (ssize_t)image->used);
    return fd;
}

void segment_image_save(const struct segment_image *image, const struct journal_files *files,
                        size_t zeros)
{
    struct segment_header header;
    const char *path = journal_files_segment_path(files, image->header.number);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, image->bytes, image->used), (ssize_t)image->used);
    if (image->used >= SEGMENT_HEADER_BYTES &&
        segment_header_read(image->bytes, &header) == HEADER_SOUND) {
        uint8_t bytes[SEGMENT_HEADER_BYTES];
        memcpy(header.journal, files->identity.journal, UUID_BYTES);
        segment_header_write(&header, bytes);
        ck_assert_int_eq(pwrite(fd, bytes, sizeof bytes, 0), (ssize_t)sizeof bytes);
    }
    ck_assert_int_eq(ftruncate(fd, (off_t)(image->used + zeros)), 0);
    (void)close(fd);
}

void segment_image_close(struct segment_image *image, const struct journal_files *files)
{
    segment_image_finish(image);
    segment_image_save(image, files, 0);
    segment_image_clear(image);
}

void journal_files_seed(void)
{
    const char *given = getenv("TEST_SEED");
    unsigned seed = given == NULL ? (unsigned)time(NULL) : (unsigned)strtoul(given, NULL, 10);
    printf("TEST_SEED=%u\n", seed);
    srandom(seed);
}
