/* Who a journal is, kept in its directory. */
#include "store/journal/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/log.h"
#include "store/base/crc32c.h"

enum { RUNS_SKIPPED = 1000, IDENTITY_SLOT_BYTES = 512 };

static const char identity_name[] = "identity";

static const char identity_magic[8] = "VATIDENT";

/*
 * The identity's file is two of these, written in turn and in place: a full disk can't refuse that,
 * and a torn write leaves the other. The first three members stay where they are in every version.
 */
struct identity_slot {
    char magic[8];
    uint32_t format;
    uint32_t crc; /* of all the slot's bytes, with 0 here */
    uint64_t generation;
    struct journal_identity identity;
};

_Static_assert(sizeof(struct identity_slot) <= IDENTITY_SLOT_BYTES, "a slot is one sector");

/* The format is covered too: a damaged one must not pass for that of a later version. */
static uint32_t slot_crc(const uint8_t bytes[static IDENTITY_SLOT_BYTES])
{
    uint8_t covered[IDENTITY_SLOT_BYTES];
    memcpy(covered, bytes, sizeof covered);
    memset(covered + offsetof(struct identity_slot, crc), 0, sizeof(uint32_t));
    return crc32c(covered, sizeof covered);
}

enum result journal_identity_write(struct journal_directory *directory, struct error *error)
{
    struct identity_slot slot;
    uint8_t bytes[IDENTITY_SLOT_BYTES] = {0};
    memset(&slot, 0, sizeof slot);
    memcpy(slot.magic, identity_magic, sizeof slot.magic);
    slot.format = JOURNAL_FORMAT;
    slot.generation = ++directory->generation;
    slot.identity = directory->identity;
    memcpy(bytes, &slot, sizeof slot);
    slot.crc = slot_crc(bytes);
    memcpy(bytes, &slot, sizeof slot);
    int fd =
        openat(directory->fd, identity_name, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0640);
    if (fd < 0)
        return error_set(error, RESULT_FAILED, "%s: can't open its identity: %s", directory->path,
                         strerror(errno));
    off_t at = (off_t)(slot.generation % 2) * IDENTITY_SLOT_BYTES;
    bool is_written =
        pwrite(fd, bytes, sizeof bytes, at) == (ssize_t)sizeof bytes && fdatasync(fd) == 0;
    if (close(fd) != 0 || !is_written || journal_directory_sync(directory) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't write its identity: %s", directory->path,
                         strerror(errno));
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

void journal_identity_add_nonce(struct journal_identity *identity,
                                const uint8_t nonce[static UUID_BYTES])
{
    for (uint32_t i = 0; i < identity->lineage_count; i++) {
        if (uuid_equal(identity->lineage[i], nonce))
            return;
    }
    if (identity->lineage_count == JOURNAL_LINEAGE_MAX) {
        /* The first is the one the database holds; of the others the oldest goes. */
        memmove(identity->lineage[1], identity->lineage[2],
                (JOURNAL_LINEAGE_MAX - 2) * sizeof identity->lineage[0]);
        identity->lineage_count--;
    }
    memcpy(identity->lineage[identity->lineage_count++], nonce, UUID_BYTES);
}

void journal_identity_claim(struct journal_identity *identity)
{
    uint8_t before[UUID_BYTES];
    uint32_t own = 0;
    while (own < identity->lineage_count && !uuid_equal(identity->lineage[own], identity->nonce))
        own++;
    if (own == 0 || own == identity->lineage_count)
        return;
    memcpy(before, identity->lineage[0], UUID_BYTES);
    memcpy(identity->lineage[0], identity->nonce, UUID_BYTES);
    memmove(identity->lineage[own], identity->lineage[own + 1],
            (identity->lineage_count - own - 1) * sizeof identity->lineage[0]);
    memcpy(identity->lineage[identity->lineage_count - 1], before, UUID_BYTES);
}

/* Nothing is changed where a later version has written, be it a single segment. */
static bool is_any_newer(const struct journal_directory *directory, const uint64_t *numbers,
                         size_t count)
{
    struct segment_header header;
    for (size_t i = 0; i < count; i++) {
        if (read_segment_header(directory, numbers[i], &header) == HEADER_NEWER)
            return true;
    }
    return false;
}

/* One that has its own name: a copy under another proves nothing. */
static bool read_own_header(const struct journal_directory *directory, uint64_t number,
                            struct segment_header *header)
{
    return read_segment_header(directory, number, header) == HEADER_SOUND &&
           header->number == number;
}

/* The journal that most segments are of (Boyer and Moore's majority vote): a few may be strangers.
 */
static void choose_journal(struct journal_directory *directory, const uint64_t *numbers,
                           size_t count)
{
    size_t lead = 0;
    for (size_t i = 0; i < count; i++) {
        struct segment_header header;
        if (!read_own_header(directory, numbers[i], &header))
            continue;
        if (lead == 0)
            memcpy(directory->identity.journal, header.journal, UUID_BYTES);
        if (lead == 0 || uuid_equal(directory->identity.journal, header.journal))
            lead++;
        else
            lead--;
    }
}

/* What the segments know of their journal, for when its own file is damaged or a slot of it. */
static enum header_state gather_identity(struct journal_directory *directory,
                                         const uint64_t *numbers, size_t count, bool is_known)
{
    struct journal_identity *identity = &directory->identity;
    if (!is_known)
        choose_journal(directory, numbers, count);
    for (size_t i = 0; i < count; i++) {
        struct segment_header header;
        if (!read_own_header(directory, numbers[i], &header) ||
            !uuid_equal(header.journal, identity->journal))
            continue;
        if (header.run > identity->run)
            identity->run = header.run;
        journal_identity_add_nonce(identity, header.nonce);
    }
    if (identity->run == 0)
        return HEADER_DAMAGED;
    identity->run += RUNS_SKIPPED; /* past any that left no trace */
    return HEADER_SOUND;
}

static enum header_state read_slot(const uint8_t bytes[static IDENTITY_SLOT_BYTES],
                                   struct identity_slot *slot)
{
    memcpy(slot, bytes, sizeof *slot);
    if (memcmp(slot->magic, identity_magic, sizeof identity_magic) != 0 ||
        slot->crc != slot_crc(bytes) || slot->format < JOURNAL_FORMAT)
        return HEADER_DAMAGED;
    return slot->format > JOURNAL_FORMAT ? HEADER_NEWER : HEADER_SOUND;
}

/* Both slots; what the file lacks of them is 0. */
static void read_slots(const struct journal_directory *directory,
                       uint8_t slots[static 2 * IDENTITY_SLOT_BYTES])
{
    size_t count = 0;
    char *bytes = journal_directory_read(directory, identity_name, 2 * IDENTITY_SLOT_BYTES, &count);
    memset(slots, 0, 2 * IDENTITY_SLOT_BYTES);
    if (bytes != NULL)
        memcpy(slots, bytes, count);
    free(bytes);
}

enum header_state journal_identity_read(struct journal_directory *directory, bool *is_whole)
{
    static const uint8_t unused[IDENTITY_SLOT_BYTES];
    uint8_t slots[2 * IDENTITY_SLOT_BYTES];
    enum header_state result = HEADER_DAMAGED;
    unsigned sound = 0;
    read_slots(directory, slots);
    for (size_t i = 0; i < 2; i++) {
        struct identity_slot slot;
        enum header_state state = read_slot(slots + i * IDENTITY_SLOT_BYTES, &slot);
        if (state == HEADER_NEWER)
            return HEADER_NEWER;
        sound += state == HEADER_SOUND;
        if (state != HEADER_SOUND || slot.generation <= directory->generation)
            continue;
        result = HEADER_SOUND;
        directory->identity = slot.identity;
        directory->generation = slot.generation;
    }
    /* The first generation ever lies in the second slot, alone. */
    bool is_first = directory->generation == 1 && memcmp(slots, unused, sizeof unused) == 0;
    *is_whole = sound == 2 || (sound == 1 && is_first);
    return result;
}

/* Makes the identity whole, from what there is, or new. */
static void mend_identity(struct journal_directory *directory, const uint64_t *numbers,
                          size_t count, enum header_state state, struct log *log)
{
    struct stat status;
    bool is_new = fstatat(directory->fd, identity_name, &status, 0) != 0 && errno == ENOENT;
    if (gather_identity(directory, numbers, count, state == HEADER_SOUND) == HEADER_SOUND)
        state = HEADER_SOUND;
    if (!is_new)
        log_write(log, LOG_WARNING, "store", "journal identity damaged, %s",
                  state == HEADER_SOUND ? "put together again" : "made anew");
    if (state == HEADER_SOUND)
        return;
    directory->identity = (struct journal_identity){0};
    uuid_make(directory->identity.journal);
}

enum result journal_identity_find(struct journal_directory *directory, bool *is_mended,
                                  struct log *log, struct error *error)
{
    size_t count;
    uint64_t *numbers;
    if (journal_directory_segments(directory, &numbers, &count) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't be listed: %s", directory->path,
                         strerror(errno));
    bool is_whole = false;
    enum header_state state = journal_identity_read(directory, &is_whole);
    bool is_newer = state == HEADER_NEWER || is_any_newer(directory, numbers, count);
    *is_mended = !is_newer && !is_whole;
    if (*is_mended)
        mend_identity(directory, numbers, count, state, log);
    free(numbers);
    if (is_newer)
        return error_set(error, RESULT_INVALID,
                         "%s was written by a later version of this program, nothing is changed",
                         directory->path);
    return RESULT_OK;
}
