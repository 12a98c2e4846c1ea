/*
 * The segment that is written to, and its end: closed when it is full, given up when the disk
 * refuses, followed by the next one where there is room. Room is what JOURNAL_MAX_BYTES and the
 * disk leave; segments that are stored make more of it, oldest first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "store/base/refusals.h"

struct journal;
struct segment;

/* The segment that is written to; only while its file is open. */
struct segment *rotation_active(struct journal *journal);

/* Makes the file of the next segment ahead of need, if there is none; no stored segment goes for
 * it. Returns whether there is one. */
bool rotation_prepare_next(struct journal *journal);

/* Opens the next segment, at once or with a flight: then `file` is open, or there can be none now
 * and the journal refuses. Only while no flight is on. */
void rotation_open_next(struct journal *journal);

/* Closes the open segment for good: it is full. */
void rotation_finish(struct journal *journal);

/* The same where events have been written to it for as long as settings say; only while no flight
 * is on and all of it is as durable as asked. */
void rotation_close_aged(struct journal *journal);

/* What a failed write or sync leaves on the disk is unknown: the segment is never touched again.
 * `what` failed, with errno. */
void rotation_give_up(struct journal *journal, const char *what);

/* To be called whenever the open segment came nearer to its end: makes room for the next one in
 * time, or refuses before an event would not fit. */
void rotation_look_ahead(struct journal *journal);

/* Whether records of `bytes` find room behind what waits for the commit, as journal_reserve()
 * tells: stored segments go for them. */
enum refusal rotation_reserve(struct journal *journal, size_t bytes);

/* Tries what was refused again. */
void rotation_try_again(struct journal *journal);

/* The disk refuses: no more events are taken until rotation_try_again() finds that they can be. */
void rotation_refuse_disk(struct journal *journal, const char *reason);
