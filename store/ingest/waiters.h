/* Who waits for events to become durable: each hears once what became of all of his, and each event
 * is counted by what he heard. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"
#include "protocol/result.h"
#include "store/base/refusals.h"

struct counter;
struct metrics;
struct waiter;

/* Runs when all events of a submission are durable (RESULT_OK), or one could not be made so
 * (RESULT_UNAVAILABLE). */
typedef void (*waiter_done_fn)(void *arg, enum result result);

/* In the order of their sequences. */
struct waiter_list {
    struct waiter *items; /* owned */
    size_t count;
    size_t capacity;
};

/* Those of the commit that is over, that of the one that is on, and those that came since it began.
 */
struct waiters {
    struct waiter_list over;
    struct waiter_list group;
    struct waiter_list next;
    uint64_t durable; /* what became of those whose commit is over */
    enum refusal refusal;
    struct refusals *refusals; /* borrowed */
    struct counter *accepted[EVENT_KINDS];
    struct counter *invalid[EVENT_VERDICTS]; /* that of VERDICT_VALID is NULL */
};

/* Everything is borrowed. */
void waiters_init(struct waiters *waiters, struct refusals *refusals, struct metrics *metrics);

/* Nobody waits any more. */
void waiters_clear(struct waiters *waiters);

/*
 * Adds one who waits for `count` events, one or more, which stand for no more than UINT32_MAX; the
 * last of them has the sequence `last`, the others those just before it. Who `is_client` is counted
 * as refused if he is not answered RESULT_OK.
 */
void waiters_add(struct waiters *waiters, const struct event *events, size_t count, uint64_t last,
                 bool is_client, waiter_done_fn done, void *arg);

/* A commit begins: all that wait are its group, of which none is left from before. */
void waiters_begin_group(struct waiters *waiters);

/*
 * The group's commit is over: events up to the sequence `durable` are in the journal, the others,
 * because of `refusal`, never will be. None waits to be answered from before.
 */
void waiters_end_group(struct waiters *waiters, uint64_t durable, enum refusal refusal);

/*
 * Answers those whose commit is over. Who has not all of his hears that they were refused, and so
 * they are counted. Returns how many of those are in the journal all the same, where it failed in
 * the middle of what one waited for: they go to the database without a 202.
 */
uint64_t waiters_answer(struct waiters *waiters);

/* Events that were answered RESULT_OK so far. */
uint64_t waiters_accepted(const struct waiters *waiters);

/* Whether nobody waits. */
bool waiters_is_empty(const struct waiters *waiters);
