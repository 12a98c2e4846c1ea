/* The directory of a journal. */
#include "store/journal/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/crc32c.h"
#include "store/journal/identity.h"

/* Twenty digits, a blank, and the CRC-32C of the digits in hexadecimal. */
enum { STORED_DIGITS = 20, STORED_TEXT_BYTES = STORED_DIGITS + 10 };

static const char stored_name[] = "stored";

#define SEGMENT_NUMBERS (UINT64_C(1) << 62)

static enum result fail(struct error *error, const struct journal_directory *directory,
                        const char *what)
{
    return error_set(error, RESULT_FAILED, "%s: can't %s: %s", directory->path, what,
                     strerror(errno));
}

int journal_directory_sync(const struct journal_directory *directory)
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

enum result journal_directory_write(struct journal_directory *directory, const char *name,
                                    const void *bytes, size_t count, struct error *error)
{
    char temporary[64];
    (void)snprintf(temporary, sizeof temporary, "%s.new", name);
    int fd = openat(directory->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC,
                    0640);
    if (fd < 0)
        return fail(error, directory, "create a file");
    int failed = write_all(fd, bytes, count) != 0 || fsync(fd) != 0;
    failed |= close(fd) != 0;
    if (failed || renameat(directory->fd, temporary, directory->fd, name) != 0 ||
        journal_directory_sync(directory) != 0) {
        enum result result = fail(error, directory, "write a file");
        (void)unlinkat(directory->fd, temporary, 0);
        return result;
    }
    return RESULT_OK;
}

char *journal_directory_read(const struct journal_directory *directory, const char *name,
                             size_t max_bytes, size_t *count)
{
    int fd = openat(directory->fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct stat status;
    char *bytes = NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0 &&
        (size_t)status.st_size <= max_bytes) {
        bytes = malloc((size_t)status.st_size + 1);
        if (bytes == NULL)
            abort();
        ssize_t got = pread(fd, bytes, (size_t)status.st_size, 0);
        *count = got < 0 ? 0 : (size_t)got;
        bytes[*count] = '\0';
    }
    (void)close(fd);
    return bytes;
}

bool journal_directory_is_in_place(const struct journal_directory *directory)
{
    struct stat opened;
    struct stat found;
    return fstat(directory->fd, &opened) == 0 && stat(directory->path, &found) == 0 &&
           opened.st_dev == found.st_dev && opened.st_ino == found.st_ino;
}

bool journal_directory_has(const struct journal_directory *directory, const char *name)
{
    return faccessat(directory->fd, name, F_OK, 0) == 0;
}

void journal_directory_segment_path(const struct journal_directory *directory, uint64_t number,
                                    char path[static JOURNAL_PATH_SIZE])
{
    int length =
        snprintf(path, JOURNAL_PATH_SIZE, "%s/%016" PRIx64 ".journal", directory->path, number);
    if (length >= JOURNAL_PATH_SIZE)
        abort(); /* the directory's path was checked when it was opened */
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* As journal_directory_segment_path() writes it, and no larger than numbers can get. */
static bool read_segment_name(const char *name, uint64_t *number)
{
    if (strspn(name, "0123456789abcdef") != 16 || strcmp(name + 16, ".journal") != 0)
        return false;
    *number = strtoull(name, NULL, 16);
    return *number > 0 && *number < SEGMENT_NUMBERS;
}

/* A directory, a pipe, a link to nothing; what can't be looked at may be a file. */
static bool is_no_file(const struct journal_directory *directory, const char *name)
{
    struct stat status;
    if (fstatat(directory->fd, name, &status, 0) != 0)
        return errno == ENOENT;
    return !S_ISREG(status.st_mode);
}

int journal_directory_segments(const struct journal_directory *directory, uint64_t **numbers,
                               size_t *count)
{
    size_t capacity = 0;
    *numbers = NULL;
    *count = 0;
    DIR *entries = opendir(directory->path);
    if (entries == NULL)
        return -1;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL; errno = 0) {
        uint64_t number;
        if (!read_segment_name(entry->d_name, &number) || is_no_file(directory, entry->d_name))
            continue;
        if (*count == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            *numbers = realloc(*numbers, capacity * sizeof **numbers);
            if (*numbers == NULL)
                abort();
        }
        (*numbers)[(*count)++] = number;
    }
    int reason = errno;
    (void)closedir(entries);
    if (*count > 0)
        qsort(*numbers, *count, sizeof **numbers, compare_numbers);
    if (reason == 0)
        return 0;
    free(*numbers);
    *numbers = NULL;
    *count = 0;
    errno = reason;
    return -1;
}

/* A power loss must not take the new directory away again. */
static int sync_parent(const struct journal_directory *directory)
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

static enum result open_and_lock(struct journal_directory *directory, struct error *error)
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
    directory->lock_fd = openat(directory->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (directory->lock_fd < 0)
        return fail(error, directory, "create its lock");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(directory->lock_fd, F_OFD_SETLK, &lock) == 0)
        return RESULT_OK;
    if (errno == EAGAIN || errno == EACCES)
        return error_set(error, RESULT_BUSY, "%s is in use by another process", directory->path);
    return fail(error, directory, "lock it");
}

static enum result begin(struct journal_directory *directory, const char *path, struct error *error)
{
    *directory = (struct journal_directory){.fd = -1, .lock_fd = -1, .stored_fd = -1};
    if (strlen(path) > JOURNAL_PATH_SIZE - 64)
        return error_set(error, RESULT_INVALID, "the path is too long");
    (void)snprintf(directory->path, sizeof directory->path, "%s", path);
    return RESULT_OK;
}

enum result journal_directory_open(struct journal_directory *directory, const char *path,
                                   struct log *log, struct error *error)
{
    enum result result = begin(directory, path, error);
    if (result == RESULT_OK)
        result = open_and_lock(directory, error);
    if (result != RESULT_OK)
        return result;
    bool is_mended;
    result = journal_identity_find(directory, &is_mended, log, error);
    if (result != RESULT_OK)
        return result;
    uuid_make(directory->identity.nonce);
    journal_identity_add_nonce(&directory->identity, directory->identity.nonce);
    directory->identity.run++;
    result = journal_identity_write(directory, error);
    /* A slot that could not be read just now must not win one day. */
    return result == RESULT_OK && is_mended ? journal_identity_write(directory, error) : result;
}

bool journal_directory_is_locked(const char *path)
{
    char lock_path[JOURNAL_PATH_SIZE];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    (void)snprintf(lock_path, sizeof lock_path, "%s/lock", path);
    int fd = open(lock_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool is_locked = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (fd >= 0)
        (void)close(fd);
    return is_locked;
}

enum result journal_directory_peek(struct journal_directory *directory, const char *path,
                                   struct error *error)
{
    enum result result = begin(directory, path, error);
    if (result != RESULT_OK)
        return result;
    directory->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory->fd < 0)
        return fail(error, directory, "open it");
    bool is_whole;
    if (journal_identity_read(directory, &is_whole) != HEADER_NEWER)
        return RESULT_OK;
    return error_set(error, RESULT_INVALID, "%s was written by a later version of this program",
                     path);
}

/* A flipped bit must not make the hint a higher one. */
static void format_stored(uint64_t sequence, char text[static STORED_TEXT_BYTES + 1])
{
    char digits[STORED_DIGITS + 1];
    (void)snprintf(digits, sizeof digits, "%020" PRIu64, sequence);
    (void)snprintf(text, STORED_TEXT_BYTES + 1, "%s %08" PRIx32 "\n", digits,
                   crc32c((const uint8_t *)digits, STORED_DIGITS));
}

uint64_t journal_directory_read_stored(const struct journal_directory *directory)
{
    size_t count;
    char expected[STORED_TEXT_BYTES + 1];
    char *text = journal_directory_read(directory, stored_name, 64, &count);
    uint64_t sequence = text == NULL ? 0 : strtoull(text, NULL, 10);
    format_stored(sequence, expected);
    bool is_sound = text != NULL && strcmp(text, expected) == 0;
    free(text);
    return is_sound ? sequence : 0;
}

void journal_directory_write_stored(struct journal_directory *directory, uint64_t sequence)
{
    char text[STORED_TEXT_BYTES + 1];
    format_stored(sequence, text);
    if (directory->stored_fd < 0)
        directory->stored_fd =
            openat(directory->fd, stored_name, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0640);
    if (directory->stored_fd >= 0)
        (void)!pwrite(directory->stored_fd, text, STORED_TEXT_BYTES, 0);
}

void journal_directory_close(struct journal_directory *directory)
{
    if (directory->lock_fd >= 0)
        (void)close(directory->lock_fd);
    if (directory->fd >= 0)
        (void)close(directory->fd);
    if (directory->stored_fd >= 0)
        (void)close(directory->stored_fd);
    directory->fd = directory->lock_fd = directory->stored_fd = -1;
}

/*
 * A volume that was mounted here meanwhile may hold another journal, or this one grown older. Where
 * there is none on another device, the volume may have gone from its mount point: what is written
 * there would be hidden once it is back.
 */
static enum result look_for_stranger(struct journal_directory *directory, uint64_t device,
                                     struct error *error)
{
    bool is_whole;
    struct journal_directory found = *directory;
    found.generation = 0;
    enum header_state state = journal_identity_read(&found, &is_whole);
    if (state == HEADER_DAMAGED && directory->device != device)
        return error_set(error, RESULT_FAILED, "%s lies on another file system now",
                         directory->path);
    bool is_ours = state != HEADER_NEWER &&
                   (state != HEADER_SOUND ||
                    (uuid_equal(found.identity.journal, directory->identity.journal) &&
                     found.identity.run <= directory->identity.run));
    if (!is_ours)
        return error_set(error, RESULT_FAILED, "%s holds another journal now", directory->path);
    if (found.generation > directory->generation)
        directory->generation = found.generation;
    return RESULT_OK;
}

enum result journal_directory_reopen(struct journal_directory *directory, struct error *error)
{
    uint64_t device = directory->device;
    journal_directory_close(directory);
    enum result result = open_and_lock(directory, error);
    if (result == RESULT_OK)
        result = look_for_stranger(directory, device, error);
    if (result == RESULT_OK)
        return journal_identity_write(directory, error);
    journal_directory_close(directory);
    directory->device = device;
    return result;
}

enum result journal_directory_pass_runs(struct journal_directory *directory, uint32_t run,
                                        struct error *error)
{
    if (run < directory->identity.run)
        return RESULT_OK;
    directory->identity.run = run + 1;
    enum result result = journal_identity_write(directory, error);
    return result == RESULT_OK ? journal_identity_write(directory, error) : result;
}

enum result journal_directory_claimed(struct journal_directory *directory, struct error *error)
{
    struct journal_identity *identity = &directory->identity;
    if (uuid_equal(identity->lineage[0], identity->nonce))
        return RESULT_OK;
    journal_identity_claim(identity);
    return journal_identity_write(directory, error);
}
