/* A disk that fails on command. These definitions come before those of the C library. */
#include "test/unit/store/journal/disk_faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct disk_fault_plan *disk_faults_shared;

static const char shared_variable[] = "DISK_FAULTS";
static bool is_worker;

/* The worker finds the memory by its name among our descriptors. */
__attribute__((constructor)) static void share(void)
{
    char path[64];
    const char *known = getenv(shared_variable);
    is_worker = known != NULL;
    int fd = is_worker ? open(known, O_RDWR | O_CLOEXEC) : memfd_create("faults", MFD_CLOEXEC);
    if (fd < 0 || (!is_worker && ftruncate(fd, sizeof disk_faults) != 0))
        abort();
    disk_faults_shared = mmap(NULL, sizeof disk_faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (disk_faults_shared == MAP_FAILED)
        abort();
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), fd);
    if (is_worker)
        (void)close(fd);
    else
        (void)setenv(shared_variable, path, 1);
}

void disk_faults_reset(void)
{
    disk_faults = (struct disk_fault_plan){0};
}

static void wait_in_worker(void)
{
    if (!is_worker)
        return;
    disk_faults.worker_syncs++;
    while (disk_faults.is_held != 0)
        (void)usleep(200);
}

/* Not less when a signal comes meanwhile: that of an earlier worker's end. */
static void take(unsigned duration_us)
{
    struct timespec left = {.tv_sec = duration_us / 1000000,
                            .tv_nsec = (long)(duration_us % 1000000) * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static bool fails(unsigned *fails_in)
{
    if (*fails_in == 0 || --*fails_in > 0)
        return false;
    if (disk_faults.fails_more > 0) {
        disk_faults.fails_more--;
        *fails_in = 1;
    }
    errno = disk_faults.reason == 0 ? EIO : disk_faults.reason;
    return true;
}

static size_t piece_of(size_t count)
{
    unsigned most = disk_faults.piece_bytes;
    return most > 0 && count > most ? most : count;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    disk_faults.writes++;
    if (disk_faults.piece_bytes > 0 && disk_faults.writes % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    count = piece_of(count);
    bool is_failing = fails(&disk_faults.write_fails_in);
    int reason = errno;
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, is_failing ? count / 2 : count, at);
    if (!is_failing)
        return written;
    errno = reason;
    return -1;
}

/* A file of quarantine, or a small one that is being written; not the log. */
static bool is_copy(int fd)
{
    char link[64];
    char path[512];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    return strstr(path, "/torn-") != NULL || strstr(path, "/damaged-") != NULL ||
           strstr(path, ".new") != NULL;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    if (!is_copy(fd))
        return syscall(SYS_write, fd, bytes, count);
    if (!fails(&disk_faults.copy_fails_in))
        return syscall(SYS_write, fd, bytes, piece_of(count));
    int reason = errno;
    (void)syscall(SYS_write, fd, bytes, count / 2);
    errno = reason;
    return -1;
}

int fdatasync(int fd)
{
    disk_faults.syncs++;
    wait_in_worker();
    take(disk_faults.sync_takes_us);
    return fails(&disk_faults.sync_fails_in) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    struct stat status;
    bool is_directory = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    disk_faults.directory_syncs += is_directory;
    disk_faults.file_syncs += !is_directory;
    wait_in_worker();
    return fails(&disk_faults.full_sync_fails_in) ? -1 : (int)syscall(SYS_fsync, fd);
}

/* What the files of a directory take. */
static uint64_t used_bytes(const char *path)
{
    uint64_t bytes = 0;
    const struct dirent *entry;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return 0;
    while ((entry = readdir(directory)) != NULL) {
        struct stat status;
        if (fstatat(dirfd(directory), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode))
            bytes += (uint64_t)status.st_blocks * 512;
    }
    (void)closedir(directory);
    return bytes;
}

/* As far as anybody looks at it. */
int statvfs(const char *path, struct statvfs *disk)
{
    struct statfs system;
    if (statfs(path, &system) != 0)
        return -1;
    *disk =
        (struct statvfs){.f_frsize = (unsigned long)system.f_bsize, .f_bavail = system.f_bavail};
    if (disk_faults.free_bytes > 0)
        disk->f_bavail = disk_faults.free_bytes / disk->f_frsize;
    if (disk_faults.disk_bytes > 0) {
        uint64_t used = used_bytes(path);
        disk->f_bavail =
            used < disk_faults.disk_bytes ? (disk_faults.disk_bytes - used) / disk->f_frsize : 0;
    }
    return 0;
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    if (fails(&disk_faults.reserve_fails_in))
        return -1;
    return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

static int reason_to_refuse(const char *path)
{
    if (strncmp(path, "torn-", 5) == 0)
        return disk_faults.copy_reason;
    return strstr(path, ".journal") != NULL ? disk_faults.open_reason : 0;
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    int reason = reason_to_refuse(path);
    if (reason == 0)
        return (int)syscall(SYS_openat, directory, path, flags, mode);
    errno = reason;
    return -1;
}

/* As a disk does it: what lies before the bad place is given. */
ssize_t pread(int fd, void *bytes, size_t count, off_t at)
{
    uint64_t from = (uint64_t)at;
    if (from < disk_faults.bad_to && from + count > disk_faults.bad_from) {
        if (from >= disk_faults.bad_from) {
            errno = EIO;
            return -1;
        }
        count = disk_faults.bad_from - from;
    }
    return syscall(SYS_pread64, fd, bytes, count, at);
}
