/* The events of one ingest_batch() call as the binary arrays that PostgreSQL takes. */
#pragma once

#include <stdint.h>

struct batch;
struct event_queue;

enum { BATCH_COLUMNS = 7 };

/* Holds up to `max_rows` events; its memory is reused from batch to batch. */
struct batch *batch_new(uint32_t max_rows);
void batch_free(struct batch *batch);

/* Fills it with the oldest events of `queue`, at most `max_rows` of them; they stay in the queue.
 */
void batch_fill(struct batch *batch, const struct event_queue *queue, uint32_t max_rows);

/* Writes the event_id of the one row there is as `\x` and hexadecimal digits: a database may lack
 * its characters. */
void batch_escape_event_id(struct batch *batch);

uint32_t batch_rows(const struct batch *batch);

/*
 * The arrays in the order of ingest_batch(): sequence bigint[], kind smallint[], ad_id integer[],
 * occurred_at timestamptz[], ip inet[], playback integer[], event_id text[]. The last is NULL when
 * no event has one. Borrowed until the next fill.
 */
void batch_columns(const struct batch *batch, const char *values[static BATCH_COLUMNS],
                   int lengths[static BATCH_COLUMNS]);
