/* The one segment that is being written. */
#include "store/journal/segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/directory.h"

enum { FILL_BYTES = 512 * 1024 };

static int write_at(int fd, const uint8_t *bytes, uint64_t count, uint64_t at)
{
    while (count > 0) {
        ssize_t written = pwrite(fd, bytes, (size_t)count, (off_t)at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        bytes += written;
        at += (uint64_t)written;
        count -= (uint64_t)written;
    }
    return 0;
}

static int fill(struct journal_file *file, uint64_t needed)
{
    static const uint8_t zeros[FILL_BYTES];
    while (file->filled < needed) {
        uint64_t left = file->size - file->filled;
        uint64_t slice = left < FILL_BYTES ? left : FILL_BYTES;
        if (write_at(file->fd, zeros, slice, file->filled) != 0)
            return -1;
        file->filled += slice;
    }
    return 0;
}

/* Not every file system can reserve space; there a full disk shows when it is written to. */
static int reserve(struct journal_file *file)
{
    if (fallocate(file->fd, 0, 0, (off_t)file->size) == 0)
        return 0;
    return errno == EOPNOTSUPP ? ftruncate(file->fd, (off_t)file->size) : -1;
}

static int prepare(struct journal_file *file, const struct segment_header *header)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct stat status;
    segment_header_write(header, bytes);
    if (reserve(file) != 0 || write_at(file->fd, bytes, sizeof bytes, 0) != 0)
        return -1;
    file->used = file->filled = sizeof bytes;
    if (fill(file, sizeof bytes + 1) != 0 || fsync(file->fd) != 0 ||
        directory_sync(file->directory) != 0 || fstat(file->fd, &status) != 0)
        return -1;
    file->inode = status.st_ino;
    return 0;
}

enum result journal_file_create(struct journal_file *file, const struct directory *directory,
                                const struct segment_header *header, uint64_t size,
                                struct error *error)
{
    segment_name_write(header->number, file->name);
    file->directory = directory;
    file->size = size;
    file->fd = segment_name_open(directory, header->number, O_RDWR | O_CREAT | O_EXCL);
    if (file->fd >= 0 && prepare(file, header) == 0)
        return RESULT_OK;
    int reason = errno;
    if (file->fd >= 0) {
        (void)close(file->fd);
        (void)journal_file_remove(file);
    }
    file->fd = -1;
    return error_set(error, reason == ENOSPC || reason == EDQUOT ? RESULT_BUSY : RESULT_FAILED,
                     "%s", strerror(reason));
}

int journal_file_write(struct journal_file *file, const uint8_t *records, uint64_t bytes)
{
    if (file->used + bytes > file->filled && fill(file, file->used + bytes) != 0)
        return -1;
    if (write_at(file->fd, records, bytes, file->used) != 0)
        return -1;
    file->used += bytes;
    return 0;
}

int journal_file_sync(struct journal_file *file)
{
    return fdatasync(file->fd);
}

bool journal_file_is_there(const struct journal_file *file)
{
    struct stat status;
    return directory_is_in_place(file->directory) &&
           fstatat(file->directory->fd, file->name, &status, 0) == 0 &&
           status.st_ino == file->inode;
}

void journal_file_finish(struct journal_file *file, const uint8_t end[static RECORD_END_BYTES])
{
    /* Without it the next start reads the segment through, and cuts it then. */
    if (ftruncate(file->fd, (off_t)file->used) == 0)
        (void)write_at(file->fd, end, RECORD_END_BYTES, file->used);
    journal_file_abandon(file);
}

void journal_file_abandon(struct journal_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
}

int journal_file_remove(const struct journal_file *file)
{
    return unlinkat(file->directory->fd, file->name, 0);
}
