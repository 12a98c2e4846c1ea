/*
 * Remembers what of a directory would be left after a power loss: a library to be preloaded into
 * the program that writes there (POWER_DIRECTORY, absolute). What was synced lies in POWER_SHADOW:
 *
 *   names          "<object> <name>" for each name, as they were when the directory was last synced
 *   <object>       a file's bytes: ranges written to it since arrive with its fsync or fdatasync
 *
 * All that is there when the program starts counts as synced. For programs of one thread.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 4096, RANGES_MAX = 64, DESCRIPTORS_MAX = 4096, PATH_SIZE = 4096 };

struct range {
    off_t from;
    off_t to;
};

/* A file of the directory; `life` tells files apart that had the same inode one after the other. */
struct file {
    ino_t inode;
    unsigned life;
    size_t range_count;
    struct range ranges[RANGES_MAX]; /* written and not synced */
};

/* `files` is searched from its end: the last of an inode is the living one. */
static struct {
    char directory[PATH_SIZE];
    char shadow[PATH_SIZE];
    bool is_on;
    bool is_inside; /* our own calls are passed through */
    struct file files[FILES_MAX];
    size_t file_count;
    struct file *of_descriptor[DESCRIPTORS_MAX];
} state;

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static void die(const char *what)
{
    perror(what);
    abort();
}

static void object_path(const struct file *file, char path[PATH_SIZE])
{
    if (snprintf(path, PATH_SIZE, "%s/%llu-%u", state.shadow, (unsigned long long)file->inode,
                 file->life) >= PATH_SIZE)
        die("path");
}

static struct file *find_file(ino_t inode)
{
    for (size_t i = state.file_count; i-- > 0;) {
        if (state.files[i].inode == inode)
            return &state.files[i];
    }
    return NULL;
}

static struct file *add_file(ino_t inode)
{
    const struct file *former = find_file(inode);
    if (state.file_count == FILES_MAX)
        die("too many files");
    struct file *file = &state.files[state.file_count++];
    file->inode = inode;
    file->life = former == NULL ? 0 : former->life + 1;
    file->range_count = 0;
    return file;
}

static void copy_range(int from_fd, int to_fd, struct range range)
{
    static char bytes[1 << 16];
    while (range.from < range.to) {
        size_t wanted = (size_t)(range.to - range.from);
        ssize_t got =
            pread(from_fd, bytes, wanted < sizeof bytes ? wanted : sizeof bytes, range.from);
        if (got < 0)
            die("pread");
        if (got == 0) /* the file has been cut since */
            return;
        if (REAL(pwrite)(to_fd, bytes, (size_t)got, range.from) != got)
            die("pwrite to the shadow");
        range.from += got;
    }
}

/* What was written to the file, and its length, are durable from here on. */
static void settle_file(struct file *file, int fd)
{
    char link[64];
    char path[PATH_SIZE];
    struct stat status;
    object_path(file, path);
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int source = REAL(open)(link, O_RDONLY | O_CLOEXEC); /* ours is perhaps for writing only */
    int shadow = REAL(open)(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (source < 0 || shadow < 0 || fstat(fd, &status) != 0)
        die(path);
    for (size_t i = 0; i < file->range_count; i++)
        copy_range(source, shadow, file->ranges[i]);
    file->range_count = 0;
    if (REAL(ftruncate)(shadow, status.st_size) != 0)
        die(path);
    (void)close(source);
    (void)close(shadow);
}

/* The names of the directory are durable from here on; written whole, or not at all. */
static void settle_names(void)
{
    char path[PATH_SIZE];
    char temporary[PATH_SIZE];
    if (snprintf(path, PATH_SIZE, "%s/names", state.shadow) >= PATH_SIZE ||
        snprintf(temporary, PATH_SIZE, "%s/names.new", state.shadow) >= PATH_SIZE)
        die("path");
    DIR *directory = opendir(state.directory);
    FILE *names = fopen(temporary, "w");
    if (directory == NULL || names == NULL)
        die(temporary);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const struct file *file = find_file(entry->d_ino);
        if (file != NULL && entry->d_type == DT_REG)
            (void)fprintf(names, "%llu-%u %s\n", (unsigned long long)file->inode, file->life,
                          entry->d_name);
    }
    (void)closedir(directory);
    if (fclose(names) != 0 || REAL(rename)(temporary, path) != 0)
        die(path);
}

static void take_over_file(const char *name)
{
    char path[PATH_SIZE];
    struct stat status;
    if (snprintf(path, PATH_SIZE, "%s/%s", state.directory, name) >= PATH_SIZE)
        die("path");
    int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        die(path);
    if (S_ISREG(status.st_mode)) {
        struct file *file = add_file(status.st_ino);
        file->ranges[file->range_count++] = (struct range){0, status.st_size};
        settle_file(file, fd);
    }
    (void)close(fd);
}

__attribute__((constructor)) static void begin(void)
{
    const char *directory = getenv("POWER_DIRECTORY");
    const char *shadow = getenv("POWER_SHADOW");
    if (directory == NULL || shadow == NULL)
        return;
    (void)snprintf(state.directory, PATH_SIZE, "%s", directory);
    (void)snprintf(state.shadow, PATH_SIZE, "%s", shadow);
    state.is_inside = true;
    DIR *entries = opendir(directory);
    if (entries == NULL)
        die(directory);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        take_over_file(entry->d_name);
    (void)closedir(entries);
    settle_names();
    state.is_inside = false;
    state.is_on = true;
}

/* NULL = not a file of the directory. Descriptors that libc closed by itself are told by the inode.
 */
static struct file *file_of(int fd)
{
    struct stat status;
    if (!state.is_on || state.is_inside || fd < 0 || fd >= DESCRIPTORS_MAX)
        return NULL;
    struct file *file = state.of_descriptor[fd];
    return file != NULL && fstat(fd, &status) == 0 && status.st_ino == file->inode ? file : NULL;
}

/* Ranges mostly follow one another; when there are too many they become one. */
static void note_write(int fd, off_t from, off_t to)
{
    struct file *file = file_of(fd);
    if (file == NULL || from >= to)
        return;
    struct range *last = file->range_count == 0 ? NULL : &file->ranges[file->range_count - 1];
    if (last != NULL && (from == last->to || file->range_count == RANGES_MAX)) {
        last->from = from < last->from ? from : last->from;
        last->to = to > last->to ? to : last->to;
        return;
    }
    file->ranges[file->range_count++] = (struct range){from, to};
}

/* Finds out which file of the directory was opened, if it is one. */
static void note_open(int fd, bool is_new)
{
    char link[64];
    char path[PATH_SIZE];
    struct stat status;
    size_t length = strlen(state.directory);
    if (fd >= DESCRIPTORS_MAX)
        die("descriptor");
    state.of_descriptor[fd] = NULL;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t got = readlink(link, path, sizeof path - 1);
    if (got < 0 || (size_t)got <= length || strncmp(path, state.directory, length) != 0 ||
        path[length] != '/' || fstat(fd, &status) != 0)
        return;
    struct file *file = is_new ? NULL : find_file(status.st_ino);
    state.of_descriptor[fd] = file == NULL ? add_file(status.st_ino) : file;
}

static int open_noted(int at, const char *path, int flags, mode_t mode)
{
    struct stat status;
    bool is_noted = state.is_on && !state.is_inside;
    bool is_new = is_noted && (flags & O_CREAT) != 0 && fstatat(at, path, &status, 0) != 0;
    int fd = REAL(openat)(at, path, flags, mode);
    if (is_noted && fd >= 0)
        note_open(fd, is_new);
    return fd;
}

/* ---- what the program calls instead of libc's */

static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_noted(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_noted(at, path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    off_t at = file_of(fd) == NULL ? 0 : lseek(fd, 0, SEEK_CUR);
    ssize_t written = REAL(write)(fd, bytes, count);
    note_write(fd, at, at + written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    ssize_t written = REAL(pwrite)(fd, bytes, count, at);
    note_write(fd, at, at + written);
    return written;
}

int fsync(int fd)
{
    struct stat own;
    struct stat directory;
    int failed = REAL(fsync)(fd);
    struct file *file = file_of(fd);
    if (failed != 0 || !state.is_on || state.is_inside)
        return failed;
    if (file != NULL)
        settle_file(file, fd);
    else if (fstat(fd, &own) == 0 && stat(state.directory, &directory) == 0 &&
             own.st_ino == directory.st_ino)
        settle_names();
    return 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

/* Lengths need no note: they become durable as they are with the file. */
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int at, const char *path, int flags, ...) __attribute__((alias("openat")));
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
    __attribute__((alias("pwrite")));
