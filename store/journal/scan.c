/* Reads a segment's records one after the other, past whatever is damaged. */
#include "store/journal/scan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/memory.h"

enum { BLOCK_BYTES = 4096, SALT_END = 12 };

void journal_scan_init(struct journal_scan *scan, int fd, uint32_t salt, uint64_t offset,
                       uint64_t end, journal_damage_fn damage, void *arg)
{
    *scan = (struct journal_scan){
        .fd = fd, .salt = salt, .offset = offset, .end = end, .damage = damage, .arg = arg};
    scan->window = memory_resized(NULL, SCAN_WINDOW_BYTES);
}

void journal_scan_clear(struct journal_scan *scan)
{
    free(scan->window);
    scan->window = NULL;
}

/* Takes damage for what the disk does not give, to the end of its block. Returns how much. */
static uint64_t pass_over(struct journal_scan *scan, uint64_t wanted)
{
    uint64_t at = scan->window_at + scan->window_bytes;
    uint64_t count = BLOCK_BYTES - at % BLOCK_BYTES;
    if (count > wanted - scan->window_bytes)
        count = wanted - scan->window_bytes;
    memset(scan->window + scan->window_bytes, 0xFF, (size_t)count);
    scan->unreadable_bytes += count;
    return count;
}

/* Reads the window anew from `at`. What the file lacks before `end` counts as not there. */
static bool load(struct journal_scan *scan, uint64_t at)
{
    scan->window_at = at;
    scan->window_bytes = 0;
    uint64_t wanted = scan->end - at < SCAN_WINDOW_BYTES ? scan->end - at : SCAN_WINDOW_BYTES;
    while (scan->window_bytes < wanted) {
        ssize_t got =
            pread(scan->fd, scan->window + scan->window_bytes,
                  (size_t)(wanted - scan->window_bytes), (off_t)(at + scan->window_bytes));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && !scan->is_salvage)
            return false;
        if (got < 0)
            got = (ssize_t)pass_over(scan, wanted);
        if (got == 0) {
            scan->end = at + scan->window_bytes;
            break;
        }
        scan->window_bytes += (uint64_t)got;
    }
    return true;
}

/* Makes a whole record at `at` readable, as far as the file goes. Gives where it is and how much.
 */
static bool look_at(struct journal_scan *scan, uint64_t at, const uint8_t **bytes, size_t *count)
{
    uint64_t window_end = scan->window_at + scan->window_bytes;
    bool is_inside = at >= scan->window_at && at <= window_end;
    if ((!is_inside || window_end - at < RECORD_MAX_BYTES) &&
        (!is_inside || window_end < scan->end) && !load(scan, at))
        return false;
    *bytes = scan->window + (at - scan->window_at);
    *count = (size_t)(scan->window_at + scan->window_bytes - at);
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

/*
 * The first sound record after `from`. Sets `*found` to its offset, or to `end` when there is none;
 * `*junk_end` to where the last byte that is not zero ends before that.
 */
static bool search(struct journal_scan *scan, uint64_t from, uint64_t *found, uint64_t *junk_end)
{
    *junk_end = from;
    uint64_t at = from;
    while (at < scan->end) {
        const uint8_t *bytes;
        size_t count;
        struct record record;
        if (!look_at(scan, at, &bytes, &count))
            return false;
        if (count >= BLOCK_BYTES && is_zero(bytes, BLOCK_BYTES)) {
            at += BLOCK_BYTES - SALT_END; /* a record's salt is never 0 */
            continue;
        }
        if (count > 0 && record_read(bytes, count, scan->salt, &record) > 0)
            break;
        if (count > 0 && bytes[0] != 0)
            *junk_end = at + 1;
        at++;
    }
    *found = at < scan->end ? at : scan->end;
    return true;
}

/* No record follows: the rest is a torn tail, or nothing. */
static enum scan_result finish(struct journal_scan *scan, uint64_t end, uint64_t junk_end)
{
    uint64_t damaged_end = scan->is_exact ? end : junk_end;
    if (damaged_end > scan->offset)
        scan->damage(scan->arg, scan->offset, damaged_end, true);
    if (scan->is_exact)
        scan->offset = end;
    scan->end = scan->offset;
    return SCAN_END;
}

enum scan_result journal_scan_next(struct journal_scan *scan, struct record *record)
{
    const uint8_t *bytes;
    size_t count;
    uint64_t end = scan->end;
    if (scan->offset >= end)
        return SCAN_END;
    if (!look_at(scan, scan->offset, &bytes, &count))
        return SCAN_FAILED;
    size_t length = record_read(bytes, count, scan->salt, record);
    if (length == 0) {
        uint64_t found;
        uint64_t junk_end;
        if (!search(scan, scan->offset, &found, &junk_end))
            return SCAN_FAILED;
        if (found == scan->end)
            return finish(scan, end, junk_end);
        scan->damage(scan->arg, scan->offset, found, false);
        scan->offset = found;
        if (!look_at(scan, scan->offset, &bytes, &count))
            return SCAN_FAILED;
        length = record_read(bytes, count, scan->salt, record);
    }
    scan->salt = record->salt;
    scan->offset += length;
    return SCAN_RECORD;
}
