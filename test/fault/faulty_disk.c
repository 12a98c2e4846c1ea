/*
 * A disk that fails on command, for LD_PRELOAD: what a program writes and syncs of a folder called
 * `journal`, of the files in it and of the folder itself, goes through here. The file named by
 * FAULTY_DISK is memory that the server and its sync worker share; in it a test sets what fails
 * next and reads what was done.
 *
 * A failed write has written half. After a failed sync what was written since the last good one is
 * gone from the file, and the next sync says that all is well: so does a real disk.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared_state.h"

enum { PATH_BYTES = 512, RANGES_MAX = 1024, LOOK_US = 1000 };

/* As the test has it: seven 32-bit numbers. */
struct control {
    volatile uint32_t write_fails_in; /* 1 = the next write fails; 0 = none */
    volatile uint32_t sync_fails_in;
    volatile uint32_t fails_more; /* so many of the same kind fail after the first */
    volatile uint32_t read_only;  /* every write and every new file: EROFS */
    volatile uint32_t failures;   /* so far, but for those of a read-only disk */
    volatile uint32_t is_hanging; /* no sync ends as long as it is not 0 */
    volatile uint32_t hangs;      /* a sync has come to that */
};

struct file_id {
    dev_t device;
    ino_t inode;
};

struct range {
    struct file_id file;
    off_t from;
    off_t to;
};

static struct state {
    struct control control;
    pthread_mutex_t lock;
    struct range unsynced[RANGES_MAX]; /* in no order */
    size_t unsynced_count;
} * state; /* NULL = the disk is sound */

static void *real(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

__attribute__((constructor)) static void begin(int argument_count, char **arguments)
{
    const char *path = getenv("FAULTY_DISK");
    struct state *shared = path == NULL ? NULL : shared_map(path, sizeof *shared, 0);
    if (shared != NULL && !shared_is_worker(argument_count, arguments)) {
        shared_lock_init(&shared->lock);
        shared->unsynced_count = 0;
    }
    state = shared;
}

static bool is_ours_by_path(const char *path)
{
    static const char folder[] = "/journal";
    size_t length = strlen(path);
    size_t end = sizeof folder - 1;
    return strstr(path, "/journal/") != NULL ||
           (length >= end && strcmp(path + length - end, folder) == 0);
}

/* Whether the descriptor is of a file in a folder called `journal`, or of that folder. */
static bool is_ours(int fd)
{
    char link[32] = "/proc/self/fd/";
    char path[PATH_BYTES];
    char digits[12];
    size_t at = sizeof digits - 1;
    if (state == NULL || fd < 0)
        return false;
    digits[at] = '\0';
    for (unsigned number = (unsigned)fd; at == sizeof digits - 1 || number > 0; number /= 10)
        digits[--at] = (char)('0' + number % 10);
    strcat(link, digits + at);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    return is_ours_by_path(path);
}

/* Counts down to the failure; then whether it is one that comes after it. */
static bool fails(volatile uint32_t *fails_in)
{
    if (*fails_in == 0 || --*fails_in > 0)
        return false;
    state->control.failures++;
    if (state->control.fails_more > 0) {
        state->control.fails_more--;
        *fails_in = 1;
    }
    return true;
}

static struct file_id id_of(const struct stat *status)
{
    return (struct file_id){status->st_dev, status->st_ino};
}

static struct file_id id_of_descriptor(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        abort();
    return id_of(&status);
}

static bool is_of(const struct range *range, struct file_id file)
{
    return range->file.device == file.device && range->file.inode == file.inode;
}

/* A range that meets another one of the file extends that. */
static void remember(struct file_id file, off_t from, off_t to)
{
    for (size_t i = 0; i < state->unsynced_count; i++) {
        struct range *range = &state->unsynced[i];
        if (is_of(range, file) && from <= range->to && to >= range->from) {
            range->from = from < range->from ? from : range->from;
            range->to = to > range->to ? to : range->to;
            return;
        }
    }
    if (state->unsynced_count == RANGES_MAX)
        abort();
    state->unsynced[state->unsynced_count] = (struct range){file, from, to};
    state->unsynced_count++;
}

/* What was written to the file is on the disk, or nobody will miss it. */
static void settle(struct file_id file)
{
    size_t kept = 0;
    for (size_t i = 0; i < state->unsynced_count; i++) {
        if (!is_of(&state->unsynced[i], file))
            state->unsynced[kept++] = state->unsynced[i];
    }
    state->unsynced_count = kept;
}

static void forget_writes(int fd, struct file_id file)
{
    ssize_t (*write_at)(int, const void *, size_t, off_t) = real("pwrite");
    static const char zeros[4096];
    for (size_t i = 0; i < state->unsynced_count; i++) {
        off_t end = is_of(&state->unsynced[i], file) ? state->unsynced[i].to : 0;
        for (off_t at = state->unsynced[i].from; at < end; at += (off_t)sizeof zeros) {
            size_t left = (size_t)(end - at);
            (void)!write_at(fd, zeros, left < sizeof zeros ? left : sizeof zeros, at);
        }
    }
    settle(file);
}

static void settle_locked(struct file_id file)
{
    shared_lock(&state->lock);
    settle(file);
    shared_unlock(&state->lock);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    ssize_t (*write_at)(int, const void *, size_t, off_t) = real("pwrite");
    if (!is_ours(fd))
        return write_at(fd, bytes, count, at);
    if (state->control.read_only != 0) {
        errno = EROFS;
        return -1;
    }
    shared_lock(&state->lock);
    bool is_failed = fails(&state->control.write_fails_in);
    ssize_t written = write_at(fd, bytes, is_failed ? count / 2 : count, at);
    if (written > 0)
        remember(id_of_descriptor(fd), at, at + written);
    shared_unlock(&state->lock);
    if (!is_failed)
        return written;
    errno = EIO;
    return -1;
}

/* By way of the one above, which knows where the file is written. */
ssize_t write(int fd, const void *bytes, size_t count)
{
    ssize_t (*write_on)(int, const void *, size_t) = real("write");
    off_t at = is_ours(fd) ? lseek(fd, 0, SEEK_CUR) : -1;
    if (at < 0)
        return write_on(fd, bytes, count);
    ssize_t written = pwrite(fd, bytes, count, at);
    if (written > 0)
        (void)lseek(fd, written, SEEK_CUR);
    return written;
}

static int sync_with(const char *name, int fd)
{
    int (*sync_file)(int) = real(name);
    if (!is_ours(fd))
        return sync_file(fd);
    while (state->control.is_hanging != 0) {
        state->control.hangs = 1;
        (void)usleep(LOOK_US);
    }
    struct file_id file = id_of_descriptor(fd);
    shared_lock(&state->lock);
    bool is_failed = fails(&state->control.sync_fails_in);
    if (is_failed)
        forget_writes(fd, file);
    else
        settle(file);
    shared_unlock(&state->lock);
    if (!is_failed)
        return sync_file(fd);
    errno = EIO;
    return -1;
}

int fdatasync(int fd)
{
    return sync_with("fdatasync", fd);
}

int fsync(int fd)
{
    return sync_with("fsync", fd);
}

/* A read-only disk has no new files and no new lengths, and keeps the old ones. */
static bool is_refused(bool is_ours)
{
    if (state == NULL || state->control.read_only == 0 || !is_ours)
        return false;
    errno = EROFS;
    return true;
}

/* Nothing of an empty file is unsynced: it is new, whatever had its inode before. */
static int noted(int fd)
{
    struct stat status;
    if (state != NULL && fd >= 0 && fstat(fd, &status) == 0 && status.st_size == 0)
        settle_locked(id_of(&status));
    return fd;
}

int open(const char *path, int flags, ...)
{
    int (*open_file)(const char *, int, mode_t) = real("open");
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (is_refused((flags & O_CREAT) != 0 && is_ours_by_path(path)))
        return -1;
    return noted(open_file(path, flags, mode));
}

int openat(int directory, const char *path, int flags, ...)
{
    int (*open_file)(int, const char *, int, mode_t) = real("openat");
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (is_refused((flags & O_CREAT) != 0 && is_ours(directory)))
        return -1;
    return noted(open_file(directory, path, flags, mode));
}

int renameat(int old_directory, const char *old_path, int new_directory, const char *new_path)
{
    int (*rename_file)(int, const char *, int, const char *) = real("renameat");
    return is_refused(is_ours(new_directory))
               ? -1
               : rename_file(old_directory, old_path, new_directory, new_path);
}

int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path,
              unsigned flags)
{
    int (*rename_file)(int, const char *, int, const char *, unsigned) = real("renameat2");
    return is_refused(is_ours(new_directory))
               ? -1
               : rename_file(old_directory, old_path, new_directory, new_path, flags);
}

int unlinkat(int directory, const char *path, int flags)
{
    int (*unlink_file)(int, const char *, int) = real("unlinkat");
    return is_refused(is_ours(directory)) ? -1 : unlink_file(directory, path, flags);
}

int fallocate(int fd, int mode, off_t from, off_t length)
{
    int (*allocate)(int, int, off_t, off_t) = real("fallocate");
    return is_refused(is_ours(fd)) ? -1 : allocate(fd, mode, from, length);
}

int ftruncate(int fd, off_t length)
{
    int (*truncate_file)(int, off_t) = real("ftruncate");
    return is_refused(is_ours(fd)) ? -1 : truncate_file(fd, length);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int directory, const char *path, int flags, ...) __attribute__((alias("openat")));
int fallocate64(int fd, int mode, off_t from, off_t length) __attribute__((alias("fallocate")));
int ftruncate64(int fd, off_t length) __attribute__((alias("ftruncate")));
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
    __attribute__((alias("pwrite")));
