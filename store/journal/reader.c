/* Streams records back out of the journal. */
#include "store/journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "metrics/log.h"
#include "store/base/directory.h"
#include "store/journal/quarantine.h"
#include "store/journal/recovery.h"
#include "store/journal/segment_names.h"
#include "store/journal/segments.h"

enum { READ_ATTEMPTS = 30, PASSED_OVER_MAX = 4096 };

void journal_reader_init(struct journal_reader *reader, struct segments *segments)
{
    *reader = (struct journal_reader){.segments = segments, .fd = -1};
}

static void close_segment(struct journal_reader *reader)
{
    if (reader->fd < 0)
        return;
    journal_scan_clear(&reader->scan);
    (void)close(reader->fd);
    reader->fd = -1;
}

void journal_reader_clear(struct journal_reader *reader)
{
    close_segment(reader);
}

void journal_reader_seek(struct journal_reader *reader, uint64_t after)
{
    close_segment(reader);
    reader->number = 0;
    reader->after = after;
}

static struct segment *find_segment(const struct segments *segments, uint64_t number)
{
    size_t low = 0;
    size_t high = segments->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (segments->items[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < segments->count && segments->items[low].number == number ? &segments->items[low]
                                                                          : NULL;
}

static struct segment *next_segment(const struct journal_reader *reader)
{
    const struct segments *segments = reader->segments;
    for (size_t i = 0; i < segments->count; i++) {
        struct segment *segment = &segments->items[i];
        if (segment->number > reader->number &&
            (segment->last_sequence > reader->after || segment->is_unread))
            return segment;
    }
    return NULL;
}

static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct journal_reader *reader = arg;
    struct segment *segment = find_segment(reader->segments, reader->number);
    if (segment == NULL || to <= segment->reported_to)
        return;
    segment->reported_to = to;
    const struct quarantine quarantine = segments_quarantine(reader->segments);
    (void)quarantine_range(&quarantine, segment->number, reader->fd, from, to, is_tail);
}

/* It can't be read, or is none of ours: nothing of it is waited for any more. */
static void pass_over(const struct journal_reader *reader, struct segment *segment)
{
    const struct quarantine quarantine = segments_quarantine(reader->segments);
    quarantine_segment(&quarantine, segment->number);
    segment->is_unread = false;
}

/* What is gone, or was not to be had for long while its directory was, must not hold up the rest.
 */
static enum read_result fail_to_open(struct journal_reader *reader, struct segment *segment)
{
    int reason = errno;
    const struct segments *segments = reader->segments;
    bool is_short = reason == EMFILE || reason == ENFILE || reason == ENOMEM;
    bool is_away = !directory_is_in_place(segments->directory);
    bool is_hopeless =
        !is_short && !is_away && (reason == ENOENT || ++reader->attempts >= READ_ATTEMPTS);
    if (!reader->is_reported || is_hopeless)
        log_write(segments->log, LOG_ERROR, "store",
                  "journal segment can't be read, %s segment=%016" PRIx64 " events=%" PRIu64 ": %s",
                  is_hopeless ? "passed over" : "trying again", segment->number, segment->records,
                  strerror(reason));
    reader->is_reported = !is_hopeless;
    if (!is_hopeless)
        return READ_BLOCKED;
    pass_over(reader, segment);
    reader->number = segment->number;
    reader->attempts = 0;
    return READ_RECORD;
}

/* A directory that went away is waited for, though what was opened of it may still be there. */
static int open_in_place(const struct directory *directory, uint64_t number)
{
    if (directory_is_in_place(directory))
        return segment_name_open(directory, number, O_RDONLY);
    errno = ENOENT;
    return -1;
}

static enum read_result open_segment(struct journal_reader *reader, struct segment *segment)
{
    reader->fd = open_in_place(reader->segments->directory, segment->number);
    if (reader->fd < 0)
        return fail_to_open(reader, segment);
    reader->is_reported = false;
    reader->attempts = 0;
    reader->number = segment->number;
    if (segment->bytes == 0 && !recovery_look_again(reader->segments, segment, reader->fd)) {
        pass_over(reader, segment);
        (void)close(reader->fd);
        reader->fd = -1;
        return READ_RECORD;
    }
    journal_scan_init(&reader->scan, reader->fd, segment->salt, SEGMENT_HEADER_BYTES,
                      segment->bytes, on_damage, reader);
    reader->scan.is_exact = !segment->is_open;
    return READ_RECORD;
}

/* A disk may come back; if it does not for long, what it holds back must not hold up the rest. */
static bool give_up_waiting(struct journal_reader *reader)
{
    if (reader->attempts++ == 0)
        log_write(reader->segments->log, LOG_ERROR, "store",
                  "journal segment can't be read, trying again: %s", strerror(errno));
    reader->scan.is_salvage = reader->attempts >= READ_ATTEMPTS;
    return reader->scan.is_salvage;
}

static bool is_void(const struct segment *segment, const struct record *record)
{
    return segment != NULL && segment->void_after != 0 && record->sequence > segment->void_after;
}

/* All that the disk will ever give of it has been read. */
static void finish_reading(const struct journal_reader *reader, struct segment *segment)
{
    if (segment == NULL || !segment->is_unread)
        return;
    segment->is_unread = false;
    if (segment->last_sequence < reader->after)
        segment->last_sequence = reader->after;
}

/* Reads on in the open segment; READ_END also when it has been read to its end. */
static enum read_result read_on(struct journal_reader *reader, struct record *record)
{
    struct segment *segment = find_segment(reader->segments, reader->number);
    if (segment != NULL)
        reader->scan.end = segment->bytes;
    for (unsigned passed_over = 0; passed_over < PASSED_OVER_MAX; passed_over++) {
        enum scan_result result = journal_scan_next(&reader->scan, record);
        if (result == SCAN_FAILED && give_up_waiting(reader))
            continue;
        if (result == SCAN_FAILED)
            return READ_BLOCKED;
        if (result == SCAN_END) {
            finish_reading(reader, segment);
            return READ_END;
        }
        if (record->type == RECORD_EVENT && record->sequence > reader->after &&
            !is_void(segment, record)) {
            reader->after = record->sequence;
            return READ_RECORD;
        }
    }
    return READ_PAUSED;
}

enum read_result journal_reader_next(struct journal_reader *reader, struct record *record)
{
    for (;;) {
        if (reader->fd >= 0) {
            enum read_result result = read_on(reader, record);
            if (result != READ_END)
                return result;
        }
        struct segment *next = next_segment(reader);
        if (next == NULL)
            return READ_END; /* the open one may still grow */
        close_segment(reader);
        enum read_result result = open_segment(reader, next);
        if (result != READ_RECORD)
            return result;
    }
}
