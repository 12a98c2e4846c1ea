/* What of the journal is no records, or can't be read. */
#include "store/journal/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/base/directory.h"
#include "store/journal/segment_names.h"

enum { NAME_SIZE = 96 };

static void write_name(char name[static NAME_SIZE], uint64_t number, uint64_t from, bool is_tail)
{
    (void)snprintf(name, NAME_SIZE, "%s-%016" PRIx64 "-%" PRIu64, is_tail ? "torn" : "damaged",
                   number, from);
}

static bool copy_bytes(int from_fd, int to_fd, uint64_t from, uint64_t to)
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

/* A copy that an earlier start has made stays as it is. */
static bool copy_range(const struct directory *directory, const char *name, int fd, uint64_t from,
                       uint64_t to)
{
    int copy = openat(directory->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (copy < 0)
        return errno == EEXIST;
    bool is_copied = copy_bytes(fd, copy, from, to);
    (void)close(copy);
    if (!is_copied)
        (void)unlinkat(directory->fd, name, 0);
    return is_copied;
}

bool quarantine_range(const struct quarantine *quarantine, uint64_t number, int fd, uint64_t from,
                      uint64_t to, bool is_tail)
{
    char name[NAME_SIZE];
    write_name(name, number, from, is_tail);
    bool is_copied = copy_range(quarantine->directory, name, fd, from, to);
    counter_add(quarantine->damaged, 1);
    log_write(quarantine->log, LOG_WARNING, "store",
              "damaged journal bytes %s segment=%016" PRIx64 " offset=%" PRIu64 " bytes=%" PRIu64
              " kind=%s",
              is_copied ? "quarantined" : "not quarantined, no room for a copy", number, from,
              to - from, is_tail ? "torn" : "damaged");
    return is_copied;
}

void quarantine_segment(const struct quarantine *quarantine, uint64_t number)
{
    char segment[SEGMENT_NAME_SIZE];
    char name[NAME_SIZE];
    segment_name_write(number, segment);
    write_name(name, number, 0, false);
    (void)renameat(quarantine->directory->fd, segment, quarantine->directory->fd, name);
    counter_add(quarantine->damaged, 1);
}
