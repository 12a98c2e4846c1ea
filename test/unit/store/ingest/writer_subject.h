/*
 * A writer under test: the database is the fake connection's, the queue is real, and the timers run
 * when the test lets them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/ingest/writer.h"

struct writer_subject {
    struct writer *writer;
    struct event_base *base;
    struct event_queue *queue;
    uint64_t pushed; /* the last sequence in the queue */
    uint64_t stored; /* the database's cursor */
    bool is_lock_anothers;
    unsigned claimed; /* what the listener heard */
    unsigned waiting;
};

void writer_subject_open(struct writer_subject *subject);
void writer_subject_close(struct writer_subject *subject);

/* Puts events into the queue, and tells the writer. */
void writer_push(struct writer_subject *subject, uint32_t count);

/* Answers the claim of the journal that is in flight. */
void writer_answer_claim(struct writer_subject *subject);

/* Answers all steps of the session that is being opened. */
void writer_open_session(struct writer_subject *subject);

/* The connection comes up, and its session is opened. */
void writer_come_up(struct writer_subject *subject);

/* Whether the batch in flight is one of `rows`, to be put aside for `reject_reason` or, where that
 * is NULL, to be stored. */
bool writer_is_sending(uint32_t rows, const char *reject_reason);

/* The sequence of the first event in flight. */
uint64_t writer_first_in_flight(void);

/* The batch in flight is committed. */
void writer_commit(struct writer_subject *subject);

/* Whether the writer's timer is armed, and that it is for `wait_ms` from now on (or just was). */
bool writer_is_timer_armed(struct writer_subject *subject);
void writer_assert_timer(struct writer_subject *subject, int wait_ms);

/* Whether it goes on in the next turn of the event loop; runs one turn. */
bool writer_has_work(struct writer_subject *subject);
void writer_turn(struct writer_subject *subject);

/* Lets the timer run now, which must be armed; or the one that looks for upkeep. */
void writer_run_timer(struct writer_subject *subject);
void writer_run_upkeep_timer(struct writer_subject *subject);

/* The gauges that others watch. */
void writer_assert_gauges(bool is_up, bool is_held);
