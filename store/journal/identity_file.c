/* Who a journal is, as it lies on disk. */
#include "store/journal/identity_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/bytes.h"
#include "store/base/crc32c.h"
#include "store/base/directory.h"

static const char file_name[] = "identity";

static const char magic[8] = "VATIDENT";

/* Offsets in a slot. The first four stay where they are in every version. */
enum {
    AT_FORMAT = 8,
    AT_CRC = 12, /* of all the slot's bytes, with 0 here */
    AT_GENERATION = 16,
    AT_JOURNAL = 24,
    AT_NONCE = 40,
    AT_LINEAGE = 56,
    AT_LINEAGE_COUNT = AT_LINEAGE + JOURNAL_LINEAGE_MAX * UUID_BYTES,
    AT_RUN = AT_LINEAGE_COUNT + 4,
};

_Static_assert(AT_RUN + 4 <= IDENTITY_SLOT_BYTES, "a slot is one sector");

/* The format is covered too: a damaged one must not pass for that of a later version. */
static uint32_t slot_crc(const uint8_t slot[static IDENTITY_SLOT_BYTES])
{
    uint8_t covered[IDENTITY_SLOT_BYTES];
    memcpy(covered, slot, sizeof covered);
    bytes_put_le32(covered + AT_CRC, 0);
    return crc32c(covered, sizeof covered);
}

static void write_slot(const struct journal_identity *identity,
                       uint8_t slot[static IDENTITY_SLOT_BYTES])
{
    memset(slot, 0, IDENTITY_SLOT_BYTES);
    memcpy(slot, magic, sizeof magic);
    bytes_put_le32(slot + AT_FORMAT, IDENTITY_FORMAT);
    bytes_put_le64(slot + AT_GENERATION, identity->generation);
    memcpy(slot + AT_JOURNAL, identity->journal, UUID_BYTES);
    memcpy(slot + AT_NONCE, identity->nonce, UUID_BYTES);
    memcpy(slot + AT_LINEAGE, identity->lineage, sizeof identity->lineage);
    bytes_put_le32(slot + AT_LINEAGE_COUNT, identity->lineage_count);
    bytes_put_le32(slot + AT_RUN, identity->run);
    bytes_put_le32(slot + AT_CRC, slot_crc(slot));
}

static enum header_state read_slot(const uint8_t slot[static IDENTITY_SLOT_BYTES],
                                   struct journal_identity *identity)
{
    uint32_t format = bytes_get_le32(slot + AT_FORMAT);
    if (memcmp(slot, magic, sizeof magic) != 0 || bytes_get_le32(slot + AT_CRC) != slot_crc(slot) ||
        format < IDENTITY_FORMAT)
        return HEADER_DAMAGED;
    if (format > IDENTITY_FORMAT)
        return HEADER_NEWER;
    *identity = (struct journal_identity){
        .generation = bytes_get_le64(slot + AT_GENERATION),
        .lineage_count = bytes_get_le32(slot + AT_LINEAGE_COUNT),
        .run = bytes_get_le32(slot + AT_RUN),
    };
    memcpy(identity->journal, slot + AT_JOURNAL, UUID_BYTES);
    memcpy(identity->nonce, slot + AT_NONCE, UUID_BYTES);
    memcpy(identity->lineage, slot + AT_LINEAGE, sizeof identity->lineage);
    return identity->lineage_count <= JOURNAL_LINEAGE_MAX ? HEADER_SOUND : HEADER_DAMAGED;
}

/* Both slots; what the file lacks of them is 0. */
static void read_slots(const struct directory *directory, uint8_t slots[static IDENTITY_FILE_BYTES])
{
    size_t count = 0;
    char *bytes = directory_read(directory, file_name, IDENTITY_FILE_BYTES, &count);
    memset(slots, 0, IDENTITY_FILE_BYTES);
    if (bytes != NULL)
        memcpy(slots, bytes, count);
    free(bytes);
}

enum header_state identity_file_read(struct journal_identity *identity,
                                     const struct directory *directory, bool *is_whole)
{
    static const uint8_t unused[IDENTITY_SLOT_BYTES];
    uint8_t slots[IDENTITY_FILE_BYTES];
    enum header_state result = HEADER_DAMAGED;
    unsigned sound = 0;
    read_slots(directory, slots);
    for (size_t i = 0; i < 2; i++) {
        struct journal_identity found;
        enum header_state state = read_slot(slots + i * IDENTITY_SLOT_BYTES, &found);
        if (state == HEADER_NEWER)
            return HEADER_NEWER;
        sound += state == HEADER_SOUND;
        if (state != HEADER_SOUND || found.generation <= identity->generation)
            continue;
        result = HEADER_SOUND;
        *identity = found;
    }
    /* The first generation ever lies in the second slot, alone. */
    bool is_first = identity->generation == 1 && memcmp(slots, unused, sizeof unused) == 0;
    *is_whole = sound == 2 || (sound == 1 && is_first);
    return result;
}

int identity_file_put(struct journal_identity *identity, const struct directory *directory)
{
    uint8_t slot[IDENTITY_SLOT_BYTES];
    identity->generation++;
    write_slot(identity, slot);
    int fd = openat(directory->fd, file_name, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0640);
    off_t at = (off_t)(identity->generation % 2) * IDENTITY_SLOT_BYTES;
    if (fd < 0 || pwrite(fd, slot, sizeof slot, at) == (ssize_t)sizeof slot)
        return fd;
    int reason = errno;
    (void)close(fd);
    errno = reason;
    return -1;
}

enum result identity_file_write(struct journal_identity *identity,
                                const struct directory *directory, struct error *error)
{
    int fd = identity_file_put(identity, directory);
    bool is_synced = fd >= 0 && fdatasync(fd) == 0;
    if ((fd < 0 || close(fd) == 0) && is_synced && directory_sync(directory) == 0)
        return RESULT_OK;
    return error_set(error, RESULT_FAILED, "%s: can't write its identity: %s", directory->path,
                     strerror(errno));
}

bool identity_file_is_missing(const struct directory *directory)
{
    struct stat status;
    return fstatat(directory->fd, file_name, &status, 0) != 0 && errno == ENOENT;
}
