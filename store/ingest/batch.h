/* The events of one ingest_batch() call as the binary arrays that PostgreSQL takes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct batch;
struct event_queue;

enum { BATCH_COLUMNS = 7 };

/* Its columns as parameters of a query, in the order of ingest_batch(). */
struct batch_parameters {
    const char *values[BATCH_COLUMNS]; /* NULL where no event has any of it */
    int lengths[BATCH_COLUMNS];        /* bytes */
    int formats[BATCH_COLUMNS];
};

/* Holds up to `max_rows` events; its memory is reused from batch to batch. */
struct batch *batch_new(uint32_t max_rows);
void batch_free(struct batch *batch);

/* Fills it with the oldest events of `queue`, at most `max_rows` of them and all of one run; they
 * stay in the queue. */
void batch_fill(struct batch *batch, const struct event_queue *queue, uint32_t max_rows);

/* Writes the event_id of the one row there is as `\x` and hexadecimal digits: a database may lack
 * its characters. */
void batch_escape_event_id(struct batch *batch);

uint32_t batch_rows(const struct batch *batch);

/* The number of the run whose events these are; 0 = there are none. */
uint32_t batch_run(const struct batch *batch);

/* The values are borrowed until the next fill. */
struct batch_parameters batch_parameters(const struct batch *batch);

/*
 * Writes the parameters as they stand in a statement, with their types, the first as `$<first>`:
 * "$3::bigint[], $4::smallint[], ..."; terminated, cut to fit. Returns the length of all of it.
 */
size_t batch_placeholders(char *text, size_t size, int first);
