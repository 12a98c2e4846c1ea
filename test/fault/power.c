/*
 * Remembers what of a directory would be left after a power loss: a library to be preloaded into
 * the program that writes there (POWER_DIRECTORY, absolute), and into its sync worker. What was
 * synced lies in POWER_SHADOW:
 *
 *   names          "<object> <name>" for each name, as they were when the directory was last synced
 *   <object>       a file's bytes: ranges written to it since arrive with its fsync or fdatasync
 *   state          what both processes share; it begins with `steps_left`, which a test may set
 *
 * All that is there when the program starts counts as synced. For programs of one thread.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared_state.h"

enum { FILES_MAX = 4096, RANGES_MAX = 64, PATH_SIZE = 4096, HEADER_BYTES = 128 };

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
struct shared {
    uint32_t steps_left; /* of opening a segment, until the server is killed; 0 = it never is */
    pthread_mutex_t lock;
    dev_t device; /* of the directory */
    size_t file_count;
    struct file files[FILES_MAX];
};

static struct {
    char directory[PATH_SIZE];
    char shadow[PATH_SIZE];
    bool is_on;
    bool is_worker;
    struct shared *shared;
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
    for (size_t i = state.shared->file_count; i-- > 0;) {
        if (state.shared->files[i].inode == inode)
            return &state.shared->files[i];
    }
    return NULL;
}

static struct file *add_file(ino_t inode)
{
    const struct file *former = find_file(inode);
    char path[PATH_SIZE];
    if (state.shared->file_count == FILES_MAX)
        die("too many files");
    struct file *file = &state.shared->files[state.shared->file_count];
    file->inode = inode;
    file->life = former == NULL ? 0 : former->life + 1;
    file->range_count = 0;
    object_path(file, path);
    int object = REAL(open)(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (object < 0)
        die(path);
    (void)close(object);
    state.shared->file_count++;
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

static void take_over_directory(void)
{
    struct stat status;
    DIR *entries = opendir(state.directory);
    if (entries == NULL || stat(state.directory, &status) != 0)
        die(state.directory);
    shared_lock_init(&state.shared->lock);
    state.shared->steps_left = 0;
    state.shared->device = status.st_dev;
    state.shared->file_count = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        take_over_file(entry->d_name);
    (void)closedir(entries);
    settle_names();
}

__attribute__((constructor)) static void begin(int argument_count, char **arguments)
{
    char path[PATH_SIZE];
    const char *directory = getenv("POWER_DIRECTORY");
    const char *shadow = getenv("POWER_SHADOW");
    if (directory == NULL || shadow == NULL)
        return;
    (void)snprintf(state.directory, PATH_SIZE, "%s", directory);
    (void)snprintf(state.shadow, PATH_SIZE, "%s", shadow);
    if (snprintf(path, PATH_SIZE, "%s/state", shadow) >= PATH_SIZE)
        die("path");
    state.is_worker = shared_is_worker(argument_count, arguments);
    state.shared = shared_map(path, sizeof *state.shared, state.is_worker ? 0 : O_CREAT);
    if (state.shared == NULL && state.is_worker)
        return; /* the server is gone, and so is its state */
    if (state.shared == NULL)
        die(path);
    if (!state.is_worker)
        take_over_directory();
    state.is_on = true;
}

/* Where the power is lost: the server is killed, whoever of the two comes here, and with it the
 * worker. What follows has not been done. */
static void count_step(void)
{
    if (state.shared->steps_left == 0 ||
        __atomic_sub_fetch(&state.shared->steps_left, 1, __ATOMIC_SEQ_CST) > 0)
        return;
    (void)kill(state.is_worker ? getppid() : getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

/* The name in the directory that the descriptor was opened by, or has by now; "" = it has none. */
static const char *name_of(int fd)
{
    static char path[PATH_SIZE];
    char link[64];
    size_t length = strlen(state.directory);
    if (!state.is_on)
        return "";
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t got = readlink(link, path, sizeof path - 1);
    path[got < 0 ? 0 : got] = '\0';
    return strncmp(path, state.directory, length) == 0 && path[length] == '/' ? path + length + 1
                                                                              : "";
}

static bool is_spare(const char *name)
{
    return strcmp(name, "spare") == 0;
}

static bool is_directory(int fd)
{
    struct stat own;
    struct stat directory;
    return state.is_on && fstat(fd, &own) == 0 && stat(state.directory, &directory) == 0 &&
           own.st_dev == directory.st_dev && own.st_ino == directory.st_ino;
}

/* NULL = not a file of the directory. */
static struct file *file_of(int fd)
{
    struct stat status;
    return state.is_on && fstat(fd, &status) == 0 && status.st_dev == state.shared->device &&
                   S_ISREG(status.st_mode)
               ? find_file(status.st_ino)
               : NULL;
}

/* Ranges mostly follow one another; when there are too many they become one. */
static void add_range(struct file *file, off_t from, off_t to)
{
    struct range *last = file->range_count == 0 ? NULL : &file->ranges[file->range_count - 1];
    if (last != NULL && (from == last->to || file->range_count == RANGES_MAX)) {
        last->from = from < last->from ? from : last->from;
        last->to = to > last->to ? to : last->to;
        return;
    }
    file->ranges[file->range_count] = (struct range){from, to};
    file->range_count++;
}

static void note_write(int fd, off_t from, off_t to)
{
    if (!state.is_on || from >= to)
        return;
    shared_lock(&state.shared->lock);
    struct file *file = file_of(fd);
    if (file != NULL)
        add_range(file, from, to);
    shared_unlock(&state.shared->lock);
}

/* Finds out which file of the directory was opened, if it is one. One that was emptied is unsynced
 * from end to end. */
static void note_open(int fd, bool is_new, bool is_emptied)
{
    struct stat status;
    if (name_of(fd)[0] == '\0' || fstat(fd, &status) != 0)
        return;
    shared_lock(&state.shared->lock);
    struct file *file = is_new ? NULL : find_file(status.st_ino);
    if (file == NULL)
        (void)add_file(status.st_ino);
    else if (is_emptied)
        add_range(file, 0, INT64_MAX);
    shared_unlock(&state.shared->lock);
}

static int open_noted(int at, const char *path, int flags, mode_t mode)
{
    struct stat status;
    if (state.is_on && (flags & O_CREAT) != 0 && is_spare(path))
        count_step();
    bool is_new = state.is_on && (flags & O_CREAT) != 0 && fstatat(at, path, &status, 0) != 0;
    int fd = REAL(openat)(at, path, flags, mode);
    if (state.is_on && fd >= 0)
        note_open(fd, is_new, (flags & O_TRUNC) != 0);
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
    off_t at = name_of(fd)[0] == '\0' ? 0 : lseek(fd, 0, SEEK_CUR);
    ssize_t written = REAL(write)(fd, bytes, count);
    note_write(fd, at, at + written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    const char *name = name_of(fd);
    if (is_spare(name) || (at == HEADER_BYTES && strstr(name, ".journal") != NULL))
        count_step();
    ssize_t written = REAL(pwrite)(fd, bytes, count, at);
    note_write(fd, at, at + written);
    return written;
}

int fsync(int fd)
{
    bool is_names = is_directory(fd);
    if (is_names || is_spare(name_of(fd)))
        count_step();
    int failed = REAL(fsync)(fd);
    if (failed != 0 || !state.is_on)
        return failed;
    shared_lock(&state.shared->lock);
    struct file *file = file_of(fd);
    if (file != NULL)
        settle_file(file, fd);
    else if (is_names)
        settle_names();
    shared_unlock(&state.shared->lock);
    return 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

/* Names become durable with the directory, as they are then. */
int renameat2(int old_at, const char *old_path, int new_at, const char *new_path, unsigned flags)
{
    if (state.is_on && is_spare(old_path))
        count_step();
    return REAL(renameat2)(old_at, old_path, new_at, new_path, flags);
}

/* Lengths need no note: they become durable as they are with the file. */
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int at, const char *path, int flags, ...) __attribute__((alias("openat")));
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
    __attribute__((alias("pwrite")));
