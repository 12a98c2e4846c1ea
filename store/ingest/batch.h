/*
 * The events of one ingest_batch() call as the binary arrays that PostgreSQL takes: their columns,
 * the keys they claim, the placements they name, and their counts by the minute. Of one run, and of
 * one lane.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch;
struct event_queue;

/*
 * How large it gets, so that what it takes of memory, and the database of time, is bounded; of the
 * events' packed bytes that is never over 4 MiB. Whose events spread over so many minutes, ads and
 * placements that they make that many counts goes on in the next one.
 */
enum { BATCH_ROWS_MAX = 10000, BATCH_COUNT_ROWS_MAX = 16384 };

enum { BATCH_COLUMNS = 25 };

/* Its arrays as parameters of a query, in the order of ingest_batch(). */
struct batch_parameters {
    const char *values[BATCH_COLUMNS]; /* NULL where no event has any of it */
    int lengths[BATCH_COLUMNS];        /* bytes */
    int formats[BATCH_COLUMNS];
};

/* Holds up to `max_rows` events; its memory is reused from batch to batch. */
struct batch *batch_new(uint32_t max_rows);
void batch_free(struct batch *batch);

/* Empties it. */
void batch_clear(struct batch *batch);

/* Fills it with the oldest events of `queue`, at most `max_rows` of them and all of one run; they
 * stay in the queue. */
void batch_fill(struct batch *batch, const struct event_queue *queue, uint32_t max_rows);

/*
 * The same in steps, for a caller that must not be away for long. It begins behind the last event
 * of `before`, which is in the queue; each batch_take() goes on until there are `max_rows` of them,
 * and returns false once it can have no more, as the run ends or it is full; batch_finish(), once,
 * before it is sent. Nothing of either leaves the queue before the last batch_take().
 */
void batch_begin_behind(struct batch *batch, const struct batch *before);
bool batch_take(struct batch *batch, uint32_t max_rows);
void batch_finish(struct batch *batch);

/* Whether its events, of which there is one at least, are the oldest of `queue`; if so, another may
 * begin behind it. */
bool batch_is_head_of(struct batch *batch, const struct event_queue *queue);

uint32_t batch_rows(const struct batch *batch);

/* The sequence of the last event; 0 = there are none. */
uint64_t batch_last_sequence(const struct batch *batch);

/* The number of the run whose events these are; 0 = there are none. */
uint32_t batch_run(const struct batch *batch);

/* In binary form; the values are borrowed until the next fill. */
struct batch_parameters batch_parameters(const struct batch *batch);

/* The same as text, for a database of several nodes: each is owned by the caller, or NULL. */
void batch_texts(const struct batch *batch, char *texts[static BATCH_COLUMNS]);

/*
 * Writes the parameters as they stand in a statement, with their types, or as text, the first as
 * `$<first>`: "$3::bigint[], $4::smallint[], ..."; terminated, cut to fit. Returns the length of
 * all of it.
 */
size_t batch_placeholders(char *text, size_t size, int first, bool is_text);
