/*
 * Fills the segment that comes next ahead of need, while nobody waits: zeros, some at a time, each
 * synced. So the journal writes into blocks that were written before. Where the disk or
 * JOURNAL_MAX_BYTES have no room for it, the next segment is made when it is needed.
 */
#pragma once

struct event_base;
struct journal;

void spare_init(struct journal *journal, struct event_base *base);
void spare_clear(struct journal *journal);

/* The loop runs from now on. */
void spare_start(struct journal *journal);
