/*
 * A segment from any bytes: reading it ends, gives only sound records, in their places, and tells
 * of all the rest. The first four bytes are the salt it is known by.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/journal/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    uint64_t reported_to; /* up to here each byte was a record's or reported */
    bool is_ended;
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct reading *reading = arg;
    require(!reading->is_ended && from == reading->reported_to && to > from);
    reading->reported_to = to;
    reading->is_ended = is_tail;
}

/* Every record must be what is at its place, and read by itself be the same. */
static void check_record(const uint8_t *data, uint64_t end, const struct record *record)
{
    struct record again;
    size_t length = RECORD_HEADER_BYTES + record->payload_bytes;
    require(length <= end);
    require(record_read(data + end - length, length, record->salt, &again) == length);
    require(again.sequence == record->sequence && again.type == record->type);
    require(again.payload_bytes == record->payload_bytes);
    require(memcmp(again.payload, record->payload, record->payload_bytes) == 0);
}

static void read_through(int fd, const uint8_t *data, uint64_t end, uint32_t salt, bool is_exact)
{
    struct journal_scan scan;
    struct record record;
    struct reading reading = {0};
    enum scan_result result;
    journal_scan_init(&scan, fd, salt, 0, end, on_damage, &reading);
    scan.is_exact = is_exact;
    while ((result = journal_scan_next(&scan, &record)) == SCAN_RECORD) {
        require(!reading.is_ended && (salt == 0 || record.salt == salt));
        check_record(data, scan.offset, &record);
        require(reading.reported_to == scan.offset - RECORD_HEADER_BYTES - record.payload_bytes);
        reading.reported_to = scan.offset;
    }
    require(result == SCAN_END && reading.reported_to <= end);
    require(!is_exact || reading.reported_to == end);
    for (uint64_t at = reading.reported_to; at < end; at++)
        require(data[at] == 0);
    require(journal_scan_next(&scan, &record) == SCAN_END);
    journal_scan_clear(&scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    uint32_t salt;
    if (size < sizeof salt)
        return 0;
    memcpy(&salt, data, sizeof salt);
    data += sizeof salt;
    size -= sizeof salt;
    if (fd < 0)
        fd = memfd_create("segment", MFD_CLOEXEC);
    require(fd >= 0 && ftruncate(fd, 0) == 0);
    require(pwrite(fd, data, size, 0) == (ssize_t)size);
    read_through(fd, data, size, salt, false);
    read_through(fd, data, size, 0, false);
    read_through(fd, data, size, salt, true);
    return 0;
}
