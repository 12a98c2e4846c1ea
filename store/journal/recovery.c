/* What earlier runs left of a journal. */
#include "store/journal/recovery.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/base/directory.h"
#include "store/journal/format.h"
#include "store/journal/quarantine.h"
#include "store/journal/scan.h"
#include "store/journal/segment_names.h"
#include "store/journal/segments.h"

/* What scanning a segment at the start works on. */
struct closing {
    struct quarantine quarantine;
    uint64_t number;
    struct journal_scan scan;
    uint64_t tail_end; /* 0 = no tail */
    bool is_kept;      /* of the tail there is a copy: it may be cut */
};

/*
 * A damaged middle is quarantined when it is read for good; here only the tail goes. What the disk
 * does not give just now may be more than a tail.
 */
static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct closing *closing = arg;
    if (!is_tail)
        return;
    closing->tail_end = to;
    if (closing->scan.unreadable_bytes == 0)
        closing->is_kept = quarantine_range(&closing->quarantine, closing->number, closing->scan.fd,
                                            from, to, true);
}

static void write_end(struct segment *segment, int fd)
{
    uint8_t end[RECORD_END_BYTES];
    record_write_end(end, segment->salt == 0 ? 1 : segment->salt, segment->last_sequence,
                     segment->records);
    /* A disk that refuses this is no harm: it is done again at the next start. */
    if (ftruncate(fd, (off_t)segment->bytes) == 0 &&
        pwrite(fd, end, sizeof end, (off_t)segment->bytes) == (ssize_t)sizeof end &&
        fdatasync(fd) == 0)
        segment->disk_bytes = segment->bytes + sizeof end;
}

/* Reads a segment through that was never closed, cuts it behind its last record and closes it. */
static void close_segment(const struct segments *segments, struct segment *segment, int fd)
{
    struct closing closing = {
        .quarantine = segments_quarantine(segments), .number = segment->number, .is_kept = true};
    struct record record;
    enum scan_result result;
    journal_scan_init(&closing.scan, fd, segment->salt, SEGMENT_HEADER_BYTES, segment->disk_bytes,
                      on_damage, &closing);
    closing.scan.is_salvage = true;
    while ((result = journal_scan_next(&closing.scan, &record)) == SCAN_RECORD) {
        if (record.type != RECORD_EVENT)
            continue;
        segment->records++;
        segment->last_sequence = record.sequence;
        if (segment->first_sequence == 0)
            segment->first_sequence = record.sequence;
    }
    segment->bytes = closing.scan.offset;
    segment->salt = closing.scan.salt;
    segment->is_unread = result == SCAN_FAILED || closing.scan.unreadable_bytes > 0;
    journal_scan_clear(&closing.scan);
    if (result == SCAN_FAILED)
        segment->bytes = segment->disk_bytes;
    else if (!segment->is_unread && closing.is_kept)
        write_end(segment, fd);
    else if (segment->is_unread && closing.tail_end > segment->bytes)
        segment->bytes = closing.tail_end;
}

/* Whether the file ends with an end record: then that tells what is in it. */
static bool read_end(struct segment *segment, int fd)
{
    uint8_t bytes[RECORD_END_BYTES];
    struct record end;
    if (segment->disk_bytes < SEGMENT_HEADER_BYTES + RECORD_END_BYTES)
        return false;
    uint64_t at = segment->disk_bytes - RECORD_END_BYTES;
    if (pread(fd, bytes, sizeof bytes, (off_t)at) != (ssize_t)sizeof bytes ||
        record_read(bytes, sizeof bytes, segment->salt, &end) != RECORD_END_BYTES ||
        end.type != RECORD_END)
        return false;
    segment->bytes = at;
    segment->last_sequence = end.sequence;
    segment->records = record_end_count(&end);
    if (segment->first_sequence == 0)
        segment->first_sequence = end.sequence + 1 - segment->records;
    return true;
}

/* Whether its making was cut short: a header is on disk before any record is. */
static bool is_unborn(const struct segment *segment, const uint8_t header[SEGMENT_HEADER_BYTES])
{
    static const uint8_t zeros[SEGMENT_HEADER_BYTES];
    return segment->records == 0 && segment->bytes == SEGMENT_HEADER_BYTES &&
           memcmp(header, zeros, sizeof zeros) == 0;
}

/* Put there by hand: its sequences would hide, or be hidden by, those of other segments. */
static bool is_strange(const struct segments *segments, const struct segment_header *header,
                       uint64_t number)
{
    if (header->number == number && uuid_equal(header->journal, segments->journal))
        return false;
    counter_add(segments->damaged, 1);
    log_write(segments->log, LOG_ERROR, "store",
              "journal segment is of another journal or has another's name, left alone "
              "segment=%016" PRIx64,
              number);
    return true;
}

static void take_header(struct segment *segment, const struct segment_header *header)
{
    segment->salt = header->salt;
    segment->run = header->run;
    memcpy(segment->nonce, header->nonce, UUID_BYTES);
    segment->accepted_through = header->accepted_through;
    segment->first_sequence = header->first_sequence;
    segment->last_sequence = header->first_sequence == 0 ? 0 : header->first_sequence - 1;
}

static enum result refuse_newer(const struct segments *segments, uint64_t number,
                                struct error *error)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    return error_set(error, RESULT_INVALID,
                     "%s/%s was written by a later version of this program, nothing is changed",
                     segments->directory->path, name);
}

static enum result list_segment(struct segments *segments, uint64_t number, int fd,
                                uint64_t disk_bytes, struct error *error)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES] = {0};
    struct segment_header header = {0};
    bool is_read = pread(fd, bytes, sizeof bytes, 0) >= 0;
    enum header_state state = segment_header_read(bytes, &header);
    if (state == HEADER_NEWER)
        return refuse_newer(segments, number, error);
    if (state == HEADER_SOUND && is_strange(segments, &header, number))
        return RESULT_OK;
    struct segment *segment = segments_add(segments, number);
    segment->disk_bytes = disk_bytes;
    take_header(segment, &header);
    if (!read_end(segment, fd))
        close_segment(segments, segment, fd);
    if (state == HEADER_DAMAGED && is_read && is_unborn(segment, bytes)) {
        (void)segment_name_remove(segments->directory, number);
        segments->count--;
    } else if (state == HEADER_DAMAGED) {
        const struct quarantine quarantine = segments_quarantine(segments);
        (void)quarantine_range(&quarantine, number, fd, 0, SEGMENT_HEADER_BYTES, false);
    }
    return RESULT_OK;
}

static enum result fail_to_open(const struct segments *segments, uint64_t number,
                                struct error *error)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    return error_set(error, RESULT_FAILED, "%s/%s: can't be opened: %s", segments->directory->path,
                     name, strerror(errno));
}

static enum result load_segment(struct segments *segments, uint64_t number, struct error *error)
{
    struct stat status;
    enum result result;
    int fd = segment_name_open(segments->directory, number, O_RDWR);
    bool is_damaged = fd < 0 && (errno == EIO || errno == EUCLEAN || errno == EBADMSG);
    if (is_damaged) {
        /* Whoever reads the journal will try it again, and in the end do without. */
        segments_add(segments, number)->is_unread = true;
        return RESULT_OK;
    }
    if (fd < 0 || fstat(fd, &status) != 0)
        result = fail_to_open(segments, number, error);
    else
        result = list_segment(segments, number, fd, (uint64_t)status.st_size, error);
    if (fd >= 0)
        (void)close(fd);
    return result;
}

enum result recovery_load(struct segments *segments, struct error *error)
{
    size_t count;
    uint64_t *numbers;
    if (segment_names_list(segments->directory, &numbers, &count) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't be listed: %s", segments->directory->path,
                         strerror(errno));
    enum result result = RESULT_OK;
    for (size_t i = 0; i < count && result == RESULT_OK; i++)
        result = load_segment(segments, numbers[i], error);
    segments_void_unaccepted(segments);
    free(numbers);
    return result;
}

bool recovery_look_again(struct segments *segments, struct segment *segment, int fd)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES] = {0};
    struct segment_header header = {0};
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    (void)!pread(fd, bytes, sizeof bytes, 0); /* a header that is not given is a damaged one */
    bool is_sound = segment_header_read(bytes, &header) == HEADER_SOUND;
    if (is_sound && is_strange(segments, &header, segment->number))
        return false;
    take_header(segment, &header);
    segment->bytes = segment->disk_bytes = (uint64_t)status.st_size;
    segment->is_open = !read_end(segment, fd);
    segments_void_unaccepted(segments);
    return true;
}
