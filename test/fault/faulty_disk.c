/*
 * A disk that fails on command, for LD_PRELOAD: what a program does to its *.journal files and to
 * the directory they are in goes through here. The file named by FAULTY_DISK is shared memory in
 * which a test sets what fails next and reads what was done.
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 4096, PATH_BYTES = 512, RANGES_MAX = 65536 };

/* As the test has it: five 32-bit numbers. */
struct control {
    volatile uint32_t write_fails_in; /* 1 = the next write fails; 0 = none */
    volatile uint32_t sync_fails_in;
    volatile uint32_t fails_more; /* so many of the same kind fail after the first */
    volatile uint32_t read_only;  /* every write and every new file: EROFS */
    volatile uint32_t failures;   /* so far, but for those of a read-only disk */
};

struct range {
    off_t from;
    off_t to;
};

static struct control *control;
static struct range unsynced[RANGES_MAX]; /* of the one segment that is written at a time */
static size_t unsynced_count;
static int unsynced_fd = -1;

static void *real(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

__attribute__((constructor)) static void open_control(void)
{
    const char *path = getenv("FAULTY_DISK");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    control = shared == MAP_FAILED ? NULL : shared;
}

/* Whether the descriptor is of a file in a folder called `journal`. */
static bool is_ours(int fd)
{
    char link[32] = "/proc/self/fd/";
    char path[PATH_BYTES];
    char digits[12];
    size_t at = sizeof digits - 1;
    if (control == NULL || fd < 0)
        return false;
    digits[at] = '\0';
    for (unsigned number = (unsigned)fd; at == sizeof digits - 1 || number > 0; number /= 10)
        digits[--at] = (char)('0' + number % 10);
    strcat(link, digits + at);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    return strstr(path, "/journal/") != NULL;
}

/* Counts down to the failure; then whether it is one that comes after it. */
static bool fails(volatile uint32_t *fails_in)
{
    if (*fails_in == 0 || --*fails_in > 0)
        return false;
    control->failures++;
    if (control->fails_more > 0) {
        control->fails_more--;
        *fails_in = 1;
    }
    return true;
}

static void remember(int fd, off_t from, off_t to)
{
    if (fd != unsynced_fd)
        unsynced_count = 0;
    unsynced_fd = fd;
    if (unsynced_count < RANGES_MAX)
        unsynced[unsynced_count++] = (struct range){from, to};
}

static void forget_writes(int fd)
{
    ssize_t (*write_at)(int, const void *, size_t, off_t) = real("pwrite");
    static const char zeros[4096];
    for (size_t i = 0; fd == unsynced_fd && i < unsynced_count; i++) {
        for (off_t at = unsynced[i].from; at < unsynced[i].to; at += (off_t)sizeof zeros) {
            size_t left = (size_t)(unsynced[i].to - at);
            (void)!write_at(fd, zeros, left < sizeof zeros ? left : sizeof zeros, at);
        }
    }
    unsynced_count = 0;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    ssize_t (*write_at)(int, const void *, size_t, off_t) = real("pwrite");
    if (!is_ours(fd))
        return write_at(fd, bytes, count, at);
    if (control->read_only != 0) {
        errno = EROFS;
        return -1;
    }
    bool is_failed = fails(&control->write_fails_in);
    ssize_t written = write_at(fd, bytes, is_failed ? count / 2 : count, at);
    if (written > 0)
        remember(fd, at, at + written);
    if (!is_failed)
        return written;
    errno = EIO;
    return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
{
    return pwrite(fd, bytes, count, at);
}

static int sync_with(const char *name, int fd)
{
    int (*sync_file)(int) = real(name);
    if (!is_ours(fd))
        return sync_file(fd);
    if (fails(&control->sync_fails_in)) {
        forget_writes(fd);
        errno = EIO;
        return -1;
    }
    if (fd == unsynced_fd)
        unsynced_count = 0;
    return sync_file(fd);
}

int fdatasync(int fd)
{
    return sync_with("fdatasync", fd);
}

int fsync(int fd)
{
    return sync_with("fsync", fd);
}

int open(const char *path, int flags, ...)
{
    int (*open_file)(const char *, int, mode_t) = real("open");
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (control != NULL && control->read_only != 0 && (flags & O_CREAT) != 0 &&
        strstr(path, "/journal/") != NULL) {
        errno = EROFS;
        return -1;
    }
    return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open(path, flags, mode);
}
