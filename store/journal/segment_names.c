/* The names of a journal's segments. */
#include "store/journal/segment_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/memory.h"
#include "store/base/directory.h"

/* Above them numbers could not ascend any more. */
#define SEGMENT_NUMBERS (UINT64_C(1) << 62)

void segment_name_write(uint64_t number, char name[static SEGMENT_NAME_SIZE])
{
    (void)snprintf(name, SEGMENT_NAME_SIZE, "%016" PRIx64 ".journal", number);
}

/* As segment_name_write() writes it, and no larger than numbers can get. */
static bool read_name(const char *name, uint64_t *number)
{
    if (strspn(name, "0123456789abcdef") != 16 || strcmp(name + 16, ".journal") != 0)
        return false;
    *number = strtoull(name, NULL, 16);
    return *number > 0 && *number < SEGMENT_NUMBERS;
}

/* A directory, a pipe, a link to nothing; what can't be looked at may be a file. */
static bool is_no_file(const struct directory *directory, const char *name)
{
    struct stat status;
    if (fstatat(directory->fd, name, &status, 0) != 0)
        return errno == ENOENT;
    return !S_ISREG(status.st_mode);
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* A descriptor of its own: a stream of entries closes the one that it reads from. */
static DIR *open_entries(const struct directory *directory)
{
    int fd = openat(directory->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries == NULL && fd >= 0)
        (void)close(fd);
    return entries;
}

int segment_names_list(const struct directory *directory, uint64_t **numbers, size_t *count)
{
    size_t capacity = 0;
    *numbers = NULL;
    *count = 0;
    DIR *entries = open_entries(directory);
    if (entries == NULL)
        return -1;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL; errno = 0) {
        uint64_t number;
        if (!read_name(entry->d_name, &number) || is_no_file(directory, entry->d_name))
            continue;
        if (*count == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            *numbers = memory_resized(*numbers, capacity * sizeof **numbers);
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

int segment_name_open(const struct directory *directory, uint64_t number, int flags)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    return openat(directory->fd, name, flags | O_CLOEXEC, 0640);
}

int segment_name_remove(const struct directory *directory, uint64_t number)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    return unlinkat(directory->fd, name, 0);
}

enum header_state segment_name_read_header(const struct directory *directory, uint64_t number,
                                           struct segment_header *header)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    int fd = segment_name_open(directory, number, O_RDONLY);
    if (fd < 0)
        return HEADER_DAMAGED;
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    (void)close(fd);
    return got == sizeof bytes ? segment_header_read(bytes, header) : HEADER_DAMAGED;
}
