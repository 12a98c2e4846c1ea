/* The segments of a journal. */
#include "store/journal/segments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"
#include "store/base/directory.h"
#include "store/journal/format.h"
#include "store/journal/quarantine.h"
#include "store/journal/segment_names.h"

struct segment *segments_add(struct segments *segments, uint64_t number)
{
    if (segments->count == segments->capacity) {
        segments->capacity = segments->capacity == 0 ? 64 : segments->capacity * 2;
        segments->items =
            memory_resized(segments->items, segments->capacity * sizeof *segments->items);
    }
    struct segment *segment = &segments->items[segments->count++];
    *segment = (struct segment){.number = number};
    return segment;
}

void segments_clear(struct segments *segments)
{
    free(segments->items);
    segments->items = NULL;
    segments->count = segments->capacity = 0;
}

struct quarantine segments_quarantine(const struct segments *segments)
{
    return (struct quarantine){
        .directory = segments->directory, .log = segments->log, .damaged = segments->damaged};
}

void segments_void_unaccepted(struct segments *segments)
{
    const struct segment *later = NULL;
    for (size_t i = segments->count; i-- > 0;) {
        struct segment *segment = &segments->items[i];
        uint64_t run =
            segment->run != 0 ? segment->run : segment->last_sequence >> JOURNAL_RUN_SHIFT;
        if (later != NULL && run == later->run) {
            segment->void_after = later->accepted_through;
            if (segment->last_sequence > later->accepted_through)
                segment->last_sequence = later->accepted_through;
        }
        if (segment->run != 0 && segment->accepted_through != 0)
            later = segment;
    }
}

bool segments_find_nonce(const struct segments *segments, uint32_t run,
                         uint8_t nonce[static UUID_BYTES])
{
    for (size_t i = 0; i < segments->count; i++) {
        if (run == 0 || segments->items[i].run != run)
            continue;
        memcpy(nonce, segments->items[i].nonce, UUID_BYTES);
        return true;
    }
    return false;
}

static bool is_within(const struct segment *segment, uint64_t last_sequence)
{
    return segment->last_sequence <= last_sequence && !segment->is_unread;
}

void segments_stored(struct segments *segments, uint64_t last_sequence, int64_t now_us)
{
    for (size_t i = 0; i < segments->count; i++) {
        struct segment *segment = &segments->items[i];
        if (!is_within(segment, last_sequence)) {
            segment->storage = SEGMENT_WAITS;
        } else if (segment->storage != SEGMENT_STORED) {
            segment->storage = SEGMENT_STORED;
            segment->stored_us = now_us;
        }
    }
}

void segments_thought_stored(struct segments *segments, uint64_t last_sequence)
{
    for (size_t i = 0; i < segments->count; i++) {
        struct segment *segment = &segments->items[i];
        if (!is_within(segment, last_sequence))
            segment->storage = SEGMENT_WAITS;
        else if (segment->storage == SEGMENT_WAITS)
            segment->storage = SEGMENT_THOUGHT_STORED;
    }
}

void segments_forget_missing(struct segments *segments)
{
    for (size_t i = 0; i < segments->count; i++) {
        char name[SEGMENT_NAME_SIZE];
        segment_name_write(segments->items[i].number, name);
        if (!directory_has(segments->directory, name) && errno == ENOENT)
            segments->items[i].disk_bytes = 0;
    }
}

static bool remove_file(const struct segments *segments, const struct segment *segment)
{
    return segment_name_remove(segments->directory, segment->number) == 0 || errno == ENOENT;
}

static void forget_oldest(struct segments *segments, size_t count)
{
    if (count == 0)
        return;
    segments->count -= count;
    memmove(segments->items, segments->items + count, segments->count * sizeof *segments->items);
}

bool segments_evict_oldest(struct segments *segments, size_t keep)
{
    if (segments->count <= keep || segments->items[0].storage == SEGMENT_WAITS ||
        !remove_file(segments, &segments->items[0]))
        return false;
    forget_oldest(segments, 1);
    return true;
}

size_t segments_evict_expired(struct segments *segments, int64_t before_us, size_t keep, size_t max)
{
    size_t gone = 0;
    while (gone < max && gone + keep < segments->count) {
        const struct segment *segment = &segments->items[gone];
        if (segment->storage != SEGMENT_STORED || segment->stored_us > before_us ||
            !remove_file(segments, segment))
            break;
        gone++;
    }
    forget_oldest(segments, gone);
    return gone;
}

uint64_t segments_disk_bytes(const struct segments *segments)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < segments->count; i++)
        bytes += segments->items[i].disk_bytes;
    return bytes;
}

uint64_t segments_waiting_bytes(const struct segments *segments)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < segments->count; i++)
        bytes += segments->items[i].storage == SEGMENT_WAITS && segments->items[i].records > 0
                     ? segments->items[i].bytes
                     : 0;
    return bytes;
}

uint64_t segments_records_above(const struct segments *segments, uint64_t sequence)
{
    uint64_t records = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const struct segment *segment = &segments->items[i];
        if (segment->last_sequence <= sequence)
            continue;
        uint64_t above = segment->last_sequence - sequence;
        records += above < segment->records ? above : segment->records;
    }
    return records;
}

static uint64_t above(uint64_t sequence, uint64_t last)
{
    uint64_t run_start = last >> JOURNAL_RUN_SHIFT << JOURNAL_RUN_SHIFT;
    uint64_t from = sequence > run_start ? sequence : run_start;
    return last > from ? last - from : 0;
}

/* Of one run, by sound headers, what the later one does not hold back to where the earlier one
 * ends. */
static uint64_t missing_between(const struct segment *earlier, const struct segment *later,
                                uint64_t sequence)
{
    bool is_known = !earlier->is_unread && earlier->run != 0 && later->run == earlier->run;
    uint64_t from = earlier->last_sequence > sequence ? earlier->last_sequence : sequence;
    return is_known && later->first_sequence > from + 1 ? later->first_sequence - 1 - from : 0;
}

uint64_t segments_missing(const struct segments *segments, uint64_t sequence, uint64_t had)
{
    if (segments->count == 0)
        return 0;
    uint64_t between = 0;
    for (size_t i = 1; i < segments->count; i++)
        between += missing_between(&segments->items[i - 1], &segments->items[i], sequence);
    if (segments->items[0].first_sequence == 0)
        return between;
    uint64_t last_gone = segments->items[0].first_sequence - 1;
    uint64_t missing = above(sequence, last_gone);
    return between + (missing > 0 ? missing : above(sequence, had < last_gone ? had : last_gone));
}
