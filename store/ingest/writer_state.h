/* The states of the writer, and which may follow which. */
#pragma once

#include <stdbool.h>

/* While retrying or held the batch that was refused is still the queue's head: only what is stored
 * leaves it. */
enum writer_state {
    WRITER_DOWN,      /* no connection */
    WRITER_OPENING,   /* the session goes through its steps */
    WRITER_UNOPENED,  /* connected, but one of these failed; the timer begins again */
    WRITER_IDLE,      /* open, with nothing to send */
    WRITER_CLAIMING,  /* a lane is claimed; the timer ends our patience */
    WRITER_GATHERING, /* a batch fills; the timer ends that */
    WRITER_SENDING,   /* the batch is in flight; the timer ends our patience */
    WRITER_KEEPING,   /* the session does its upkeep; the timer ends our patience */
    WRITER_RETRYING,  /* the batch met a passing fault; the timer sends it again */
    WRITER_HELD,      /* somebody has to mend something; the timer tries whether that is done */
};

enum { WRITER_STATES = WRITER_HELD + 1 };

/* A state may follow itself where its timer begins anew. */
bool writer_state_may_follow(enum writer_state from, enum writer_state to);

/* Whether batches can be sent in it, or are. */
bool writer_state_takes_events(enum writer_state state);

const char *writer_state_name(enum writer_state state);
