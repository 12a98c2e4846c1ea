/* Who a journal is. */
#include "store/journal/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "store/base/directory.h"
#include "store/journal/lineage.h"
#include "store/journal/segment_names.h"

enum { RUNS_SKIPPED = 1000 };

static bool has_nonce(const struct journal_identity *identity,
                      const uint8_t nonce[static UUID_BYTES])
{
    for (uint32_t i = 0; i < identity->lineage_count; i++) {
        if (uuid_equal(identity->lineage[i], nonce))
            return true;
    }
    return false;
}

/* Adds a nonce that the cursor row may hold. */
static void add_nonce(struct journal_identity *identity, const uint8_t nonce[static UUID_BYTES])
{
    if (has_nonce(identity, nonce))
        return;
    if (identity->lineage_count == JOURNAL_LINEAGE_MAX) {
        /* The first is the one the database holds; of the others the oldest goes. */
        memmove(identity->lineage[1], identity->lineage[2],
                (JOURNAL_LINEAGE_MAX - 2) * sizeof identity->lineage[0]);
        identity->lineage_count--;
    }
    memcpy(identity->lineage[identity->lineage_count++], nonce, UUID_BYTES);
}

static void move_own_nonce_first(struct journal_identity *identity)
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
static bool is_any_newer(const struct directory *directory, const uint64_t *numbers, size_t count)
{
    struct segment_header header;
    for (size_t i = 0; i < count; i++) {
        if (segment_name_read_header(directory, numbers[i], &header) == HEADER_NEWER)
            return true;
    }
    return false;
}

/* One that has its own name: a copy under another proves nothing. */
static bool read_own_header(const struct directory *directory, uint64_t number,
                            struct segment_header *header)
{
    return segment_name_read_header(directory, number, header) == HEADER_SOUND &&
           header->number == number;
}

/* The journal that most segments are of (Boyer and Moore's majority vote): a few may be strangers.
 */
static void choose_journal(struct journal_identity *identity, const struct directory *directory,
                           const uint64_t *numbers, size_t count)
{
    size_t lead = 0;
    for (size_t i = 0; i < count; i++) {
        struct segment_header header;
        if (!read_own_header(directory, numbers[i], &header))
            continue;
        if (lead == 0)
            memcpy(identity->journal, header.journal, UUID_BYTES);
        if (lead == 0 || uuid_equal(identity->journal, header.journal))
            lead++;
        else
            lead--;
    }
}

/* What the segments know of their journal, for when its own file is damaged or a slot of it. */
static enum header_state gather(struct journal_identity *identity,
                                const struct directory *directory, const uint64_t *numbers,
                                size_t count, bool is_known)
{
    if (!is_known)
        choose_journal(identity, directory, numbers, count);
    for (size_t i = 0; i < count; i++) {
        struct segment_header header;
        if (!read_own_header(directory, numbers[i], &header) ||
            !uuid_equal(header.journal, identity->journal))
            continue;
        if (header.run > identity->run)
            identity->run = header.run;
        add_nonce(identity, header.nonce);
    }
    return identity->run == 0 ? HEADER_DAMAGED : HEADER_SOUND;
}

/* Makes the identity whole, from what there is, or new. */
static void mend(struct journal_identity *identity, const struct directory *directory,
                 const uint64_t *numbers, size_t count, enum header_state state, struct log *log)
{
    bool is_new = identity_file_is_missing(directory);
    if (gather(identity, directory, numbers, count, state == HEADER_SOUND) == HEADER_SOUND) {
        identity->run += RUNS_SKIPPED; /* past any that left no trace */
        state = HEADER_SOUND;
    }
    if (!is_new)
        log_write(log, LOG_WARNING, "store", "journal identity damaged, %s",
                  state == HEADER_SOUND ? "rebuilt from segments" : "created anew");
    if (state == HEADER_SOUND)
        return;
    *identity = (struct journal_identity){0};
    uuid_make(identity->journal);
}

static enum result refuse_newer(const struct directory *directory, struct error *error)
{
    return error_set(error, RESULT_INVALID,
                     "%s was written by a later version of this program, nothing is changed",
                     directory->path);
}

/* As the last run left it, or `*is_mended`. */
static enum result find(struct journal_identity *identity, const struct directory *directory,
                        bool *is_mended, struct log *log, struct error *error)
{
    size_t count;
    uint64_t *numbers;
    if (segment_names_list(directory, &numbers, &count) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't be listed: %s", directory->path,
                         strerror(errno));
    bool is_whole = false;
    enum header_state state = identity_file_read(identity, directory, &is_whole);
    bool is_newer = state == HEADER_NEWER || is_any_newer(directory, numbers, count);
    *is_mended = !is_newer && !is_whole;
    if (*is_mended)
        mend(identity, directory, numbers, count, state, log);
    free(numbers);
    return is_newer ? refuse_newer(directory, error) : RESULT_OK;
}

/* Over both slots: one that could not be read just now must not win one day. */
static enum result write_twice(struct journal_identity *identity, const struct directory *directory,
                               struct error *error)
{
    enum result result = identity_file_write(identity, directory, error);
    return result == RESULT_OK ? identity_file_write(identity, directory, error) : result;
}

enum result journal_identity_begin_run(struct journal_identity *identity,
                                       const struct directory *directory, struct log *log,
                                       struct error *error)
{
    bool is_mended = false;
    *identity = (struct journal_identity){0};
    enum result result = find(identity, directory, &is_mended, log, error);
    if (result != RESULT_OK)
        return result;
    uuid_make(identity->nonce);
    add_nonce(identity, identity->nonce);
    identity->run++;
    return is_mended ? write_twice(identity, directory, error)
                     : identity_file_write(identity, directory, error);
}

enum result journal_identity_peek(struct journal_identity *identity,
                                  const struct directory *directory, struct error *error)
{
    bool is_whole;
    size_t count;
    uint64_t *numbers;
    *identity = (struct journal_identity){0};
    enum header_state state = identity_file_read(identity, directory, &is_whole);
    if (state == HEADER_NEWER)
        return refuse_newer(directory, error);
    if (state == HEADER_SOUND || segment_names_list(directory, &numbers, &count) != 0)
        return RESULT_OK;
    (void)gather(identity, directory, numbers, count, false);
    free(numbers);
    return RESULT_OK;
}

enum result journal_identity_pass_run(struct journal_identity *identity,
                                      const struct directory *directory, uint32_t run,
                                      struct error *error)
{
    if (run < identity->run)
        return RESULT_OK;
    identity->run = run + 1;
    return write_twice(identity, directory, error);
}

/*
 * A volume that was mounted here meanwhile may hold another journal, or this one grown older. Where
 * there is none on another device, the volume may have gone from its mount point: what is written
 * there would be hidden once it is back.
 */
static enum result look_for_stranger(struct journal_identity *identity,
                                     const struct directory *directory, uint64_t device,
                                     struct error *error)
{
    bool is_whole;
    struct journal_identity found = {0};
    enum header_state state = identity_file_read(&found, directory, &is_whole);
    if (state == HEADER_DAMAGED && directory->device != device)
        return error_set(error, RESULT_FAILED, "%s lies on another file system now",
                         directory->path);
    bool is_ours = state != HEADER_NEWER &&
                   (state != HEADER_SOUND ||
                    (uuid_equal(found.journal, identity->journal) && found.run <= identity->run));
    if (!is_ours)
        return error_set(error, RESULT_FAILED, "%s holds another journal now", directory->path);
    if (found.generation > identity->generation)
        identity->generation = found.generation;
    return RESULT_OK;
}

enum result journal_identity_reopen(struct journal_identity *identity, struct directory *directory,
                                    struct error *error)
{
    uint64_t device = directory->device;
    enum result result = directory_reopen(directory, error);
    if (result == RESULT_OK)
        result = look_for_stranger(identity, directory, device, error);
    if (result == RESULT_OK)
        return identity_file_write(identity, directory, error);
    directory_close(directory);
    directory->device = device;
    return result;
}

bool journal_identity_claim(struct journal_identity *identity)
{
    if (uuid_equal(identity->lineage[0], identity->nonce))
        return false;
    move_own_nonce_first(identity);
    return true;
}

bool journal_identity_has(const struct journal_identity *identity,
                          const struct directory *directory, const uint8_t nonce[static UUID_BYTES])
{
    return has_nonce(identity, nonce) || lineage_has(directory, nonce);
}

static enum result note(const struct directory *directory, const uint8_t nonce[static UUID_BYTES],
                        uint32_t number, struct error *error)
{
    struct lineage_run run = {.claimed_us = clock_wall_us(), .run = number};
    memcpy(run.nonce, nonce, UUID_BYTES);
    return lineage_add(directory, &run, error);
}

enum result journal_identity_note(const struct journal_identity *identity,
                                  const struct directory *directory, const uint8_t *owner,
                                  struct error *error)
{
    enum result result = RESULT_OK;
    uint32_t known = lineage_is_missing(directory) ? identity->lineage_count : 0;
    for (uint32_t i = 0; i < known && result == RESULT_OK; i++) {
        if (!uuid_equal(identity->lineage[i], identity->nonce))
            result = note(directory, identity->lineage[i], 0, error);
    }
    if (owner != NULL && result == RESULT_OK)
        result = note(directory, owner, 0, error);
    return result == RESULT_OK ? note(directory, identity->nonce, identity->run, error) : result;
}
