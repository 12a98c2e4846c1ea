/* The runs of a journal that the database may know. */
#include "store/journal/lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/bytes.h"
#include "protocol/memory.h"
#include "store/base/crc32c.h"
#include "store/base/directory.h"

enum { AT_CLAIMED = 16, AT_RUN = 24, AT_CRC = 28 };

/* Of a restart a second through all of LINEAGE_DAYS not all are kept: 32 MB. */
enum { RECORDS_MAX = 1024 * 1024, BLOCK_BYTES = 4096 };

#define DAY_US (INT64_C(86400) * 1000000)

static const char file_name[] = "lineage";

/* What the file holds, damaged records included. */
struct records {
    uint8_t *bytes; /* owned; NULL = none */
    size_t count;
};

static void put_record(const struct lineage_run *run, uint8_t bytes[static LINEAGE_RECORD_BYTES])
{
    memcpy(bytes, run->nonce, UUID_BYTES);
    bytes_put_le64(bytes + AT_CLAIMED, (uint64_t)run->claimed_us);
    bytes_put_le32(bytes + AT_RUN, run->run);
    bytes_put_le32(bytes + AT_CRC, crc32c(bytes, AT_CRC));
}

static bool get_record(const struct records *records, size_t i, struct lineage_run *run)
{
    const uint8_t *bytes = records->bytes + i * LINEAGE_RECORD_BYTES;
    if (bytes_get_le32(bytes + AT_CRC) != crc32c(bytes, AT_CRC))
        return false;
    memcpy(run->nonce, bytes, UUID_BYTES);
    run->claimed_us = (int64_t)bytes_get_le64(bytes + AT_CLAIMED);
    run->run = bytes_get_le32(bytes + AT_RUN);
    return true;
}

/* The newest, whole records only. What the disk does not give of them is damaged. */
static struct records read_file(const struct directory *directory)
{
    struct records records = {0};
    struct stat status;
    int fd = openat(directory->fd, file_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return records;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        records.count = (size_t)status.st_size / LINEAGE_RECORD_BYTES;
    size_t skipped = records.count > RECORDS_MAX ? records.count - RECORDS_MAX : 0;
    records.count -= skipped;
    size_t size = records.count * LINEAGE_RECORD_BYTES;
    off_t from = (off_t)(skipped * LINEAGE_RECORD_BYTES);
    records.bytes = memory_zeroed(size + 1); /* of a file without a record, too */
    for (size_t at = 0; at < size; at += BLOCK_BYTES) {
        size_t wanted = size - at < BLOCK_BYTES ? size - at : BLOCK_BYTES;
        (void)!pread(fd, records.bytes + at, wanted, from + (off_t)at);
    }
    (void)close(fd);
    return records;
}

/* Behind the last whole record: a torn one is written over. Returns 0, or -1 with errno. */
static int append(const struct directory *directory, const struct lineage_run *run)
{
    uint8_t bytes[LINEAGE_RECORD_BYTES];
    struct stat status;
    put_record(run, bytes);
    int fd = openat(directory->fd, file_name, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0640);
    if (fd < 0)
        return -1;
    bool is_written =
        fstat(fd, &status) == 0 &&
        pwrite(fd, bytes, sizeof bytes,
               status.st_size / LINEAGE_RECORD_BYTES * LINEAGE_RECORD_BYTES) == sizeof bytes &&
        fdatasync(fd) == 0;
    return close(fd) == 0 && is_written ? directory_sync(directory) : -1;
}

/*
 * Records claimed before this are old. By the lesser of the clock and the newest record plus a day:
 * a clock that is far ahead for a moment must not make everything old.
 */
static int64_t find_horizon(const struct records *records, int64_t now_us)
{
    int64_t newest_us = 0;
    struct lineage_run run;
    for (size_t i = 0; i < records->count; i++) {
        if (get_record(records, i, &run) && run.claimed_us > newest_us)
            newest_us = run.claimed_us;
    }
    int64_t at_us = newest_us < now_us - DAY_US ? newest_us + DAY_US : now_us;
    return at_us - LINEAGE_DAYS * DAY_US;
}

/* Moves what is to stay to the front, and returns how many that are. */
static size_t sort_out(struct records *records, int64_t now_us)
{
    int64_t horizon_us = find_horizon(records, now_us);
    size_t kept = 0;
    for (size_t i = 0; i < records->count; i++) {
        struct lineage_run run;
        bool is_spared = i + LINEAGE_SPARED >= records->count;
        bool is_early = records->count == RECORDS_MAX && i < RECORDS_MAX / 2;
        if (!get_record(records, i, &run) ||
            (!is_spared && (is_early || run.claimed_us < horizon_us)))
            continue;
        memmove(records->bytes + kept++ * LINEAGE_RECORD_BYTES,
                records->bytes + i * LINEAGE_RECORD_BYTES, LINEAGE_RECORD_BYTES);
    }
    return kept;
}

/* A disk that refuses is no harm: the file stays as it is. */
static void replace_file(const struct directory *directory, const uint8_t *bytes, size_t count)
{
    struct error error;
    struct directory_file file = {0};
    if (directory_file_begin(&file, directory, file_name, &error) == RESULT_OK &&
        directory_file_append(&file, bytes, count, &error) == RESULT_OK) {
        if (fsync(file.fd) != 0)
            directory_file_abandon(&file);
        else if (directory_file_commit(&file, &error) == RESULT_OK)
            (void)directory_sync(directory);
    }
}

/* Once half of them can go. */
static void compact(const struct directory *directory, struct records *records, int64_t now_us)
{
    size_t before = records->count;
    if (before < LINEAGE_LARGE)
        return;
    size_t kept = sort_out(records, now_us);
    if (kept <= before / 2)
        replace_file(directory, records->bytes, kept * LINEAGE_RECORD_BYTES);
}

static bool has(const struct records *records, const uint8_t nonce[static UUID_BYTES])
{
    struct lineage_run run;
    for (size_t i = records->count; i-- > 0;) {
        if (memcmp(records->bytes + i * LINEAGE_RECORD_BYTES, nonce, UUID_BYTES) == 0 &&
            get_record(records, i, &run))
            return true;
    }
    return false;
}

enum result lineage_add(const struct directory *directory, const struct lineage_run *run,
                        struct error *error)
{
    struct records records = read_file(directory);
    bool is_there = has(&records, run->nonce);
    if (!is_there)
        compact(directory, &records, run->claimed_us);
    free(records.bytes);
    if (is_there)
        return RESULT_OK;
    if (append(directory, run) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't write its lineage: %s", directory->path,
                         strerror(errno));
    return RESULT_OK;
}

bool lineage_has(const struct directory *directory, const uint8_t nonce[static UUID_BYTES])
{
    struct records records = read_file(directory);
    bool is_there = has(&records, nonce);
    free(records.bytes);
    return is_there;
}

bool lineage_find(const struct directory *directory, uint32_t run, uint8_t nonce[static UUID_BYTES])
{
    struct records records = read_file(directory);
    struct lineage_run found;
    bool is_found = false;
    for (size_t i = records.count; i-- > 0 && !is_found;) {
        is_found = get_record(&records, i, &found) && run != 0 && found.run == run;
        if (is_found)
            memcpy(nonce, found.nonce, UUID_BYTES);
    }
    free(records.bytes);
    return is_found;
}

bool lineage_is_missing(const struct directory *directory)
{
    return !directory_has(directory, file_name);
}
