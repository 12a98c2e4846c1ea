/* The one segment that is being written. */
#include "store/journal/segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/directory.h"

static const char spare_name[] = "spare";

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
    static const uint8_t zeros[JOURNAL_FILL_BYTES];
    while (file->filled < needed) {
        uint64_t left = file->size - file->filled;
        uint64_t slice = left < JOURNAL_FILL_BYTES ? left : JOURNAL_FILL_BYTES;
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

enum result journal_file_create(struct journal_file *file, const struct directory *directory,
                                uint64_t size, struct error *error)
{
    *file = (struct journal_file){.directory = directory, .size = size};
    (void)snprintf(file->name, sizeof file->name, "%s", spare_name);
    file->fd = openat(directory->fd, spare_name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    struct stat status;
    if (file->fd >= 0 && reserve(file) == 0 && fstat(file->fd, &status) == 0) {
        file->inode = status.st_ino;
        return RESULT_OK;
    }
    int reason = errno;
    journal_file_discard(file);
    return error_set(error, reason == ENOSPC || reason == EDQUOT ? RESULT_BUSY : RESULT_FAILED,
                     "%s", strerror(reason));
}

int journal_file_fill(struct journal_file *file)
{
    return fill(file, file->filled + 1 < file->size ? file->filled + 1 : file->size);
}

int journal_file_begin(struct journal_file *file, const struct segment_header *header)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    segment_header_write(header, bytes);
    if (file->filled == 0 && journal_file_fill(file) != 0)
        return -1;
    file->used = sizeof bytes;
    return write_at(file->fd, bytes, sizeof bytes, 0);
}

/* Not every file system can refuse to replace a file by itself. */
static int rename_only(int directory, const char *from, const char *to)
{
    if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (faccessat(directory, to, F_OK, 0) == 0)
        errno = EEXIST;
    return errno == ENOENT ? renameat(directory, from, directory, to) : -1;
}

int journal_file_rename(struct journal_file *file, uint64_t number)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    if (rename_only(file->directory->fd, file->name, name) != 0)
        return -1;
    memcpy(file->name, name, sizeof file->name);
    return 0;
}

void journal_file_discard(struct journal_file *file)
{
    if (file->fd >= 0)
        (void)journal_file_remove(file);
    journal_file_abandon(file);
}

void journal_file_forget_spare(const struct directory *directory)
{
    (void)unlinkat(directory->fd, spare_name, 0);
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

uint64_t journal_file_bytes(const struct journal_file *file)
{
    return file->fd >= 0 ? file->size : 0;
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
