/* The directory of a journal. */
#include "store/journal_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/log.h"
#include "store/crc32c.h"
#include "store/journal_format.h"

enum { RUNS_SKIPPED = 1000, FORMATS_MAX = 1000 };

static const char identity_name[] = "identity";

/*
 * The identity's file is two of these, written in turn and in place: a full disk can't refuse that,
 * and a torn write leaves the other. The first three members stay where they are in every version.
 */
struct identity_slot {
    char magic[8];
    uint32_t format;
    uint32_t crc; /* of what follows */
    uint64_t generation;
    struct journal_identity identity;
};

enum { IDENTITY_SLOT_BYTES = 512 };

_Static_assert(sizeof(struct identity_slot) <= IDENTITY_SLOT_BYTES, "a slot is one sector");

static const char identity_magic[8] = "VATIDENT";

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
    int fd = openat(directory->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
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
    int fd = openat(directory->fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct stat status;
    char *bytes = NULL;
    if (fstat(fd, &status) == 0 && status.st_size >= 0 && (size_t)status.st_size <= max_bytes) {
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

uint64_t *journal_directory_segments(const struct journal_directory *directory, size_t *count)
{
    uint64_t *numbers = NULL;
    size_t capacity = 0;
    *count = 0;
    DIR *entries = opendir(directory->path);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        char *end;
        uint64_t number = strtoull(entry->d_name, &end, 16);
        if (end != entry->d_name + 16 || strcmp(end, ".journal") != 0)
            continue;
        if (*count == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            numbers = realloc(numbers, capacity * sizeof *numbers);
            if (numbers == NULL)
                abort();
        }
        numbers[(*count)++] = number;
    }
    if (entries != NULL)
        (void)closedir(entries);
    if (*count > 0)
        qsort(numbers, *count, sizeof *numbers, compare_numbers);
    return numbers;
}

static enum result open_and_lock(struct journal_directory *directory, struct error *error)
{
    directory->fd = directory->lock_fd = -1;
    if (mkdir(directory->path, 0750) != 0 && errno != EEXIST)
        return fail(error, directory, "create it");
    directory->fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory->fd < 0)
        return fail(error, directory, "open it");
    directory->lock_fd = openat(directory->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (directory->lock_fd < 0)
        return fail(error, directory, "create its lock");
    if (flock(directory->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return RESULT_OK;
    if (errno == EWOULDBLOCK)
        return error_set(error, RESULT_BUSY, "%s is in use by another process", directory->path);
    return fail(error, directory, "lock it");
}

static uint32_t slot_crc(const struct identity_slot *slot)
{
    size_t covered = offsetof(struct identity_slot, generation);
    return crc32c(&slot->generation, sizeof *slot - covered);
}

static enum result write_identity(struct journal_directory *directory, struct error *error)
{
    struct identity_slot slot;
    memset(&slot, 0, sizeof slot);
    memcpy(slot.magic, identity_magic, sizeof slot.magic);
    slot.format = JOURNAL_FORMAT;
    slot.generation = ++directory->generation;
    slot.identity = directory->identity;
    slot.crc = slot_crc(&slot);
    int fd = openat(directory->fd, identity_name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return fail(error, directory, "open its identity");
    off_t at = (off_t)(slot.generation % 2) * IDENTITY_SLOT_BYTES;
    bool is_written =
        pwrite(fd, &slot, sizeof slot, at) == (ssize_t)sizeof slot && fdatasync(fd) == 0;
    if (close(fd) != 0 || !is_written || journal_directory_sync(directory) != 0)
        return fail(error, directory, "write its identity");
    return RESULT_OK;
}

/* A header that can be read, of the segment `number`. */
static enum header_state read_segment_header(const struct journal_directory *directory,
                                             uint64_t number, struct segment_header *header)
{
    char path[JOURNAL_PATH_SIZE];
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    journal_directory_segment_path(directory, number, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return HEADER_DAMAGED;
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    (void)close(fd);
    return got == sizeof bytes ? segment_header_read(bytes, header) : HEADER_DAMAGED;
}

static void add_owner(struct journal_identity *identity, const uint8_t nonce[static UUID_BYTES])
{
    for (uint32_t i = 0; i < identity->owner_count; i++) {
        if (uuid_equal(identity->owners[i], nonce))
            return;
    }
    if (identity->owner_count == JOURNAL_OWNERS_MAX) {
        /* The first may be the one the database holds; of the others the oldest goes. */
        memmove(identity->owners[1], identity->owners[2],
                (JOURNAL_OWNERS_MAX - 2) * sizeof identity->owners[0]);
        identity->owner_count--;
    }
    memcpy(identity->owners[identity->owner_count++], nonce, UUID_BYTES);
}

/* What the segments know of their journal, for when its own file is damaged or a slot of it. */
static enum header_state gather_identity(struct journal_directory *directory)
{
    struct journal_identity *identity = &directory->identity;
    size_t count;
    uint64_t *numbers = journal_directory_segments(directory, &count);
    enum header_state state = HEADER_SOUND;
    for (size_t i = 0; i < count && state != HEADER_NEWER; i++) {
        struct segment_header header;
        state = read_segment_header(directory, numbers[i], &header);
        if (state != HEADER_SOUND)
            continue;
        if (header.run > identity->run)
            identity->run = header.run;
        memcpy(identity->journal, header.journal, UUID_BYTES);
        add_owner(identity, header.nonce);
    }
    free(numbers);
    if (state == HEADER_NEWER)
        return state;
    if (identity->run == 0)
        return HEADER_DAMAGED;
    identity->run += RUNS_SKIPPED; /* past any that left no trace */
    return HEADER_SOUND;
}

static enum header_state read_slot(const char *bytes, size_t count, struct identity_slot *slot)
{
    memset(slot, 0, sizeof *slot);
    if (count < sizeof *slot)
        return HEADER_DAMAGED;
    memcpy(slot, bytes, sizeof *slot);
    if (memcmp(slot->magic, identity_magic, sizeof identity_magic) != 0)
        return HEADER_DAMAGED;
    if (slot->crc == slot_crc(slot) && slot->format == JOURNAL_FORMAT)
        return HEADER_SOUND;
    return slot->format > JOURNAL_FORMAT && slot->format < FORMATS_MAX ? HEADER_NEWER
                                                                       : HEADER_DAMAGED;
}

/* Reads the newer sound slot. `*is_whole` says that there was no damage at all. */
static enum header_state read_identity(struct journal_directory *directory, bool *is_whole)
{
    size_t count = 0;
    char *bytes = journal_directory_read(directory, identity_name, 2 * IDENTITY_SLOT_BYTES, &count);
    enum header_state result = HEADER_DAMAGED;
    unsigned sound = 0;
    for (size_t i = 0; bytes != NULL && i < 2 && count > i * IDENTITY_SLOT_BYTES; i++) {
        struct identity_slot slot;
        enum header_state state =
            read_slot(bytes + i * IDENTITY_SLOT_BYTES, count - i * IDENTITY_SLOT_BYTES, &slot);
        if (state == HEADER_NEWER) {
            free(bytes);
            return HEADER_NEWER;
        }
        sound += state == HEADER_SOUND;
        if (state != HEADER_SOUND || slot.generation <= directory->generation)
            continue;
        result = HEADER_SOUND;
        directory->identity = slot.identity;
        directory->generation = slot.generation;
    }
    /* The first generation ever lies in the second slot, alone. */
    *is_whole = sound == 2 || (sound == 1 && directory->generation == 1);
    free(bytes);
    return result;
}

/* Makes the identity whole, from what there is, or new. */
static enum result find_identity(struct journal_directory *directory, struct log *log,
                                 struct error *error)
{
    struct stat status;
    bool is_whole = false;
    bool is_new = fstatat(directory->fd, identity_name, &status, 0) != 0 && errno == ENOENT;
    enum header_state state = read_identity(directory, &is_whole);
    if (state != HEADER_NEWER && !is_whole) {
        enum header_state gathered = gather_identity(directory);
        if (gathered != HEADER_DAMAGED)
            state = gathered;
        if (!is_new)
            log_write(log, LOG_WARNING, "store", "journal identity damaged, %s",
                      state == HEADER_SOUND ? "put together again" : "made anew");
    }
    if (state == HEADER_NEWER)
        return error_set(error, RESULT_INVALID,
                         "%s was written by a later version of this program, nothing is changed",
                         directory->path);
    if (state == HEADER_DAMAGED) {
        directory->identity = (struct journal_identity){0};
        uuid_make(directory->identity.journal);
    }
    return RESULT_OK;
}

enum result journal_directory_open(struct journal_directory *directory, const char *path,
                                   struct log *log, struct error *error)
{
    *directory = (struct journal_directory){.fd = -1, .lock_fd = -1};
    if (strlen(path) > JOURNAL_PATH_SIZE - 64)
        return error_set(error, RESULT_INVALID, "the path is too long");
    (void)snprintf(directory->path, sizeof directory->path, "%s", path);
    enum result result = open_and_lock(directory, error);
    if (result != RESULT_OK)
        return result;
    result = find_identity(directory, log, error);
    if (result != RESULT_OK)
        return result;
    uuid_make(directory->identity.nonce);
    add_owner(&directory->identity, directory->identity.nonce);
    directory->identity.run++;
    return write_identity(directory, error);
}

void journal_directory_close(struct journal_directory *directory)
{
    if (directory->lock_fd >= 0)
        (void)close(directory->lock_fd);
    if (directory->fd >= 0)
        (void)close(directory->fd);
    directory->fd = directory->lock_fd = -1;
}

enum result journal_directory_reopen(struct journal_directory *directory, struct error *error)
{
    journal_directory_close(directory);
    enum result result = open_and_lock(directory, error);
    return result == RESULT_OK ? write_identity(directory, error) : result;
}

enum result journal_directory_claimed(struct journal_directory *directory, struct error *error)
{
    struct journal_identity *identity = &directory->identity;
    if (identity->owner_count == 1 && uuid_equal(identity->owners[0], identity->nonce))
        return RESULT_OK;
    memcpy(identity->owners[0], identity->nonce, UUID_BYTES);
    identity->owner_count = 1;
    return write_identity(directory, error);
}
