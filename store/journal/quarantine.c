/* What of the journal is no records, or can't be read. */
#include "store/journal/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/journal/directory.h"
#include "store/journal/segments.h"

enum { NAME_SIZE = 96 };

static bool copy_range(int from_fd, int to_fd, uint64_t from, uint64_t to)
{
    char bytes[16384];
    while (from < to) {
        size_t wanted = to - from < sizeof bytes ? (size_t)(to - from) : sizeof bytes;
        ssize_t got = pread(from_fd, bytes, wanted, (off_t)from);
        if (got <= 0)
            return true; /* the disk has no more of it to give */
        if (write(to_fd, bytes, (size_t)got) != got)
            return false;
        from += (uint64_t)got;
    }
    return true;
}

static void name_aside(char name[static NAME_SIZE], const struct segment *segment, uint64_t from,
                       bool is_tail)
{
    (void)snprintf(name, NAME_SIZE, "%s-%016" PRIx64 "-%" PRIu64, is_tail ? "torn" : "damaged",
                   segment->number, from);
}

/* A copy that an earlier start has made stays as it is. */
static bool copy_aside(const struct segments *segments, const struct segment *segment, int fd,
                       uint64_t from, uint64_t to, bool is_tail)
{
    char name[NAME_SIZE];
    name_aside(name, segment, from, is_tail);
    int directory = segments->directory->fd;
    int copy = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (copy < 0)
        return errno == EEXIST;
    bool is_copied = copy_range(fd, copy, from, to);
    (void)close(copy);
    if (!is_copied)
        (void)unlinkat(directory, name, 0);
    return is_copied;
}

bool quarantine_range(struct segments *segments, const struct segment *segment, int fd,
                       uint64_t from, uint64_t to, bool is_tail)
{
    bool is_copied = copy_aside(segments, segment, fd, from, to, is_tail);
    counter_add(segments->damaged, 1);
    log_write(segments->log, LOG_WARNING, "store",
              "journal bytes are no records, %s segment=%016" PRIx64 " offset=%" PRIu64
              " bytes=%" PRIu64 " kind=%s",
              is_copied ? "kept aside" : "no room for a copy", segment->number, from, to - from,
              is_tail ? "torn" : "damaged");
    return is_copied;
}

void quarantine_segment(struct segments *segments, struct segment *segment)
{
    char path[JOURNAL_PATH_SIZE];
    char name[NAME_SIZE];
    journal_directory_segment_path(segments->directory, segment->number, path);
    name_aside(name, segment, 0, false);
    (void)renameat(AT_FDCWD, path, segments->directory->fd, name);
    segment->is_unread = false;
    counter_add(segments->damaged, 1);
}
