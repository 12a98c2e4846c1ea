/* What an import brings. */
#include "store/ingest/import_source.h"

#include <inttypes.h>
#include <string.h>

#include "protocol/event_pack.h"
#include "store/ingest/event_queue.h"

enum { READ_PER_CALL = 20000 };

enum result import_source_open(struct import_source *source, const char *path, FILE *out,
                               struct error *error)
{
    *source = (struct import_source){.out = out, .last = SALVAGE_RECORD};
    return salvage_open(&source->salvage, path, out, error);
}

void import_source_set_lanes(struct import_source *source, unsigned lanes)
{
    for (unsigned i = 0; i < lanes; i++)
        source->lanes[i] = (struct import_lane){.queue = event_queue_new()};
    source->lane_count = lanes;
}

void import_source_close(struct import_source *source)
{
    for (unsigned i = 0; i < source->lane_count; i++)
        event_queue_free(source->lanes[i].queue);
    salvage_close(source->salvage);
    *source = (struct import_source){0};
}

static void take_event(struct import_source *source, const struct record *record)
{
    struct event event;
    if (event_unpack(record->payload, record->payload_bytes, &event) != RESULT_OK) {
        source->no_events++;
        return;
    }
    if (source->lane_count > 1)
        gaps_note(&source->gaps, source->read, record->sequence);
    source->read = record->sequence;
    struct import_lane *lane =
        &source->lanes[lane_of(&event, record->sequence, source->lane_count)];
    if (record->sequence <= lane->position)
        source->known_records++;
    else
        event_queue_push(lane->queue, record->sequence, record->payload, record->payload_bytes);
}

static void take_record(struct import_source *source, const struct record *record)
{
    source->records++;
    source->run_records++;
    if (source->is_refused)
        source->refused_records++;
    else
        take_event(source, record);
}

struct import_lane *import_source_fullest(struct import_source *source)
{
    struct import_lane *fullest = &source->lanes[0];
    for (unsigned i = 1; i < source->lane_count; i++) {
        if (event_queue_count(source->lanes[i].queue) > event_queue_count(fullest->queue))
            fullest = &source->lanes[i];
    }
    return event_queue_count(fullest->queue) > 0 ? fullest : NULL;
}

bool import_source_read(struct import_source *source, uint64_t rows)
{
    struct record record;
    for (unsigned i = 0; i < READ_PER_CALL && source->last == SALVAGE_RECORD; i++) {
        const struct import_lane *fullest = import_source_fullest(source);
        if (fullest != NULL && event_queue_count(fullest->queue) >= rows)
            return true;
        source->last = salvage_next(source->salvage, &record, &source->disk_error);
        if (source->last == SALVAGE_RECORD)
            take_record(source, &record);
    }
    return source->last != SALVAGE_RECORD;
}

static void leave_run(struct import_source *source)
{
    char nonce[UUID_TEXT_SIZE];
    uuid_format(source->run.nonce, nonce);
    if (source->is_refused)
        (void)fprintf(source->out,
                      "run %" PRIu32 " (%s) is not imported, the database cannot know what it has "
                      "of it: %" PRIu64 " records\n",
                      source->run.number, nonce, source->run_records);
    source->is_refused = false;
    source->run_records = 0;
}

const struct salvage_run *import_source_next_run(struct import_source *source)
{
    leave_run(source);
    if (source->last != SALVAGE_RUN)
        return NULL;
    source->run = *salvage_run(source->salvage);
    return &source->run;
}

void import_source_place(struct import_source *source, unsigned lane, bool is_known,
                         uint64_t position)
{
    source->is_refused = source->is_refused || !is_known;
    source->lanes[lane].position = position;
    source->lanes[lane].sent = 0;
}

void import_source_enter(struct import_source *source)
{
    source->gaps.count = 0;
    source->read = 0;
    source->last = SALVAGE_RECORD;
}

void import_source_stored(struct import_lane *lane, uint64_t sequence)
{
    event_queue_drop(lane->queue, sequence);
    lane->sent = sequence;
}

enum result import_source_result(const struct import_source *source, struct error *error)
{
    if (source->last == SALVAGE_FAILED) {
        *error = source->disk_error;
        return RESULT_FAILED;
    }
    if (source->refused_records > 0 || salvage_damage(source->salvage)->segments > 0)
        return error_set(error, RESULT_FAILED, "not all of it is imported, as said above");
    return RESULT_OK;
}
