/* A directory of our own. */
#include "store/base/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/memory.h"

/* Its path and the name of a file in it make a path that can be used. */
enum { NAMES_MAX_BYTES = 64 };

static const char lock_name[] = "lock";

static enum result fail(struct error *error, const struct directory *directory, const char *what)
{
    return error_set(error, RESULT_FAILED, "%s: can't %s: %s", directory->path, what,
                     strerror(errno));
}

int directory_sync(const struct directory *directory)
{
    return fsync(directory->fd);
}

static int write_all(int fd, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count > 0) {
        ssize_t written = write(fd, at, count);
        if (written < 0 && errno != EINTR)
            return -1;
        if (written > 0) {
            at += written;
            count -= (size_t)written;
        }
    }
    return 0;
}

static void name_new(const char *name, char new_name[static NAMES_MAX_BYTES])
{
    (void)snprintf(new_name, NAMES_MAX_BYTES, "%s.new", name);
}

enum result directory_file_begin(struct directory_file *file, const struct directory *directory,
                                 const char *name, struct error *error)
{
    char new_name[NAMES_MAX_BYTES];
    name_new(name, new_name);
    int fd = openat(directory->fd, new_name, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC,
                    0640);
    if (fd < 0)
        return fail(error, directory, "create a file");
    *file = (struct directory_file){.directory = directory, .name = name, .fd = fd};
    return RESULT_OK;
}

/* The directory may have been opened anew meanwhile, and hold the remains of another new file. */
static bool is_there(const struct directory_file *file, const char *new_name)
{
    struct stat written;
    struct stat found;
    return fstat(file->fd, &written) == 0 &&
           fstatat(file->directory->fd, new_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           written.st_dev == found.st_dev && written.st_ino == found.st_ino;
}

void directory_file_abandon(struct directory_file *file)
{
    char new_name[NAMES_MAX_BYTES];
    if (file->directory == NULL)
        return;
    name_new(file->name, new_name);
    if (is_there(file, new_name))
        (void)unlinkat(file->directory->fd, new_name, 0);
    (void)close(file->fd);
    *file = (struct directory_file){0};
}

static enum result give_up(struct directory_file *file, struct error *error)
{
    enum result result = fail(error, file->directory, "write a file");
    directory_file_abandon(file);
    return result;
}

enum result directory_file_append(struct directory_file *file, const void *bytes, size_t count,
                                  struct error *error)
{
    if (write_all(file->fd, bytes, count) != 0)
        return give_up(file, error);
    return RESULT_OK;
}

enum result directory_file_commit(struct directory_file *file, struct error *error)
{
    char new_name[NAMES_MAX_BYTES];
    int fd = file->directory->fd;
    name_new(file->name, new_name);
    errno = ENOENT;
    if (!is_there(file, new_name) || renameat(fd, new_name, fd, file->name) != 0)
        return give_up(file, error);
    (void)close(file->fd);
    *file = (struct directory_file){0};
    return RESULT_OK;
}

char *directory_read(const struct directory *directory, const char *name, size_t max_bytes,
                     size_t *count)
{
    int fd = openat(directory->fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct stat status;
    char *bytes = NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0 &&
        (size_t)status.st_size <= max_bytes) {
        bytes = memory_resized(NULL, (size_t)status.st_size + 1);
        ssize_t got = pread(fd, bytes, (size_t)status.st_size, 0);
        *count = got < 0 ? 0 : (size_t)got;
        bytes[*count] = '\0';
    }
    (void)close(fd);
    return bytes;
}

bool directory_is_in_place(const struct directory *directory)
{
    struct stat opened;
    struct stat found;
    return fstat(directory->fd, &opened) == 0 && stat(directory->path, &found) == 0 &&
           opened.st_dev == found.st_dev && opened.st_ino == found.st_ino;
}

bool directory_has(const struct directory *directory, const char *name)
{
    return faccessat(directory->fd, name, F_OK, 0) == 0;
}

/* A power loss must not take the new directory away again. */
static int sync_parent(const struct directory *directory)
{
    int fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int parent = fd < 0 ? -1 : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = parent >= 0 && fsync(parent) != 0;
    if (parent >= 0)
        (void)close(parent);
    if (fd >= 0)
        (void)close(fd);
    return failed;
}

static enum result open_and_lock(struct directory *directory, struct error *error)
{
    struct stat status;
    directory->fd = directory->lock_fd = -1;
    bool is_made = mkdir(directory->path, 0750) == 0;
    if ((!is_made && errno != EEXIST) || (is_made && sync_parent(directory) != 0))
        return fail(error, directory, "create it");
    directory->fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory->fd < 0 || fstat(directory->fd, &status) != 0)
        return fail(error, directory, "open it");
    directory->device = (uint64_t)status.st_dev;
    directory->lock_fd = openat(directory->fd, lock_name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (directory->lock_fd < 0)
        return fail(error, directory, "create its lock");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(directory->lock_fd, F_OFD_SETLK, &lock) == 0)
        return RESULT_OK;
    if (errno == EAGAIN || errno == EACCES)
        return error_set(error, RESULT_BUSY, "%s is in use by another process", directory->path);
    return fail(error, directory, "lock it");
}

static enum result begin(struct directory *directory, const char *path, struct error *error)
{
    *directory = (struct directory){.fd = -1, .lock_fd = -1};
    if (strlen(path) > DIRECTORY_PATH_SIZE - NAMES_MAX_BYTES)
        return error_set(error, RESULT_INVALID, "the path is too long");
    (void)snprintf(directory->path, sizeof directory->path, "%s", path);
    return RESULT_OK;
}

enum result directory_open(struct directory *directory, const char *path, struct error *error)
{
    enum result result = begin(directory, path, error);
    return result == RESULT_OK ? open_and_lock(directory, error) : result;
}

enum result directory_peek(struct directory *directory, const char *path, struct error *error)
{
    enum result result = begin(directory, path, error);
    if (result != RESULT_OK)
        return result;
    directory->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory->fd < 0 ? fail(error, directory, "open it") : RESULT_OK;
}

enum result directory_reopen(struct directory *directory, struct error *error)
{
    directory_close(directory);
    return open_and_lock(directory, error);
}

void directory_close(struct directory *directory)
{
    if (directory->lock_fd >= 0)
        (void)close(directory->lock_fd);
    if (directory->fd >= 0)
        (void)close(directory->fd);
    directory->fd = directory->lock_fd = -1;
}

bool directory_is_locked(const struct directory *directory)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = openat(directory->fd, lock_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool is_locked = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (fd >= 0)
        (void)close(fd);
    return is_locked;
}
