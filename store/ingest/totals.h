/* What the database says it has stored of a journal, turned into counters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "protocol/event.h"

struct metrics;
struct counter;

enum { REJECT_REASONS = 3 };

/* Totals since the journal began, as ingest_batch() and claim_journal() return them. */
struct totals {
    int64_t stored[EVENT_KINDS];
    int64_t duplicate[EVENT_KINDS];
    int64_t rejected[REJECT_REASONS];
};

/*
 * Counters follow the difference between one answer and the next. So a batch whose answer was lost
 * is counted by the answer after it, and none twice. The first answer is where counting begins. Of
 * one lane; the counters are those of all.
 */
struct writer_totals {
    struct totals known;
    bool is_known;
    struct counter *stored[EVENT_KINDS];
    struct counter *duplicate[EVENT_KINDS];
    struct counter *rejected[REJECT_REASONS];
};

/*
 * Reads an array of integers in PostgreSQL's text form, `{1,2}`, into `count` numbers: what it
 * lacks is 0, what it has beyond is left out. A cursor's arrays grow with the kinds of events.
 */
void totals_read_array(const char *text, int64_t *numbers, size_t count);

void writer_totals_init(struct writer_totals *totals, struct metrics *metrics);

/* The cursor is new: its first answer counts from zero. */
void writer_totals_begin(struct writer_totals *totals);

/* Takes the one row (last_sequence, stored, duplicate, rejected) and returns its last_sequence. */
uint64_t writer_totals_take(struct writer_totals *totals, const PGresult *row);
