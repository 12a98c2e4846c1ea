/* What a link is made of; for its own files alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/database/conn.h"
#include "store/ingest/batch_pair.h"
#include "store/ingest/gaps.h"
#include "store/ingest/link_context.h"
#include "store/ingest/writer_state.h"

struct batch_decision;
struct event;
struct ingest_session;

struct lane_link {
    const struct link_context *context;
    const struct lane_link *first; /* that it joins; NULL = it is that one */
    struct db_conn *conn;
    struct db_settings conn_settings;
    struct ingest_session *session;
    struct writer_lane *lanes[LINK_LANES_MAX];
    unsigned count;
    unsigned all;   /* lanes of all links */
    unsigned at;    /* the lane in hand */
    unsigned door;  /* of the first link: the lane by which it claims the journal */
    unsigned sweep; /* so many lanes are sent from, whatever little they have */
    enum writer_state state;
    struct event *timer;        /* the state's; armed by set_state() alone */
    struct event *upkeep_timer; /* looks now and then whether an idle session has some to do */
    struct event *ahead_timer;  /* makes a slice of the next batch */
    struct event *retry_timer;  /* of lanes that are put off beside others */
    struct batch_pair batches;
    bool is_renewing; /* the connection is lost by our own will: what is held stays held */
    bool is_hurried;  /* the process is about to end: nothing waits for a batch to fill */
    bool must_move;   /* it is time to look for idle lanes */
    unsigned waited;  /* times that our patience with what is in flight has ended */
    int64_t sent_us;  /* monotonic */
    char gaps[GAPS_TEXT_SIZE];
};

/* The lane whose claim or batch is in flight, or was last. */
struct writer_lane *link_lane(const struct lane_link *link);

struct event_queue *link_queue(const struct lane_link *link, const struct writer_lane *lane);

/* The only way to another state, or into the same anew; its timer runs in `wait_ms`, 0 = never. */
void link_set_state(struct lane_link *link, enum writer_state state, uint32_t wait_ms);

/* Waits for an answer, in that state. */
void link_be_patient(struct lane_link *link, enum writer_state state);

/* Takes the totals out of a reply, and returns the cursor's position. */
uint64_t link_take_progress(struct lane_link *link, struct writer_lane *lane,
                            const struct db_reply *reply);

void link_note_success(struct lane_link *link);

/* Whether the answer is that the lanes are others: the owner ends what is left of the session. */
bool link_is_outdated(const struct lane_link *link, const struct db_reply *reply);

/* On with the lanes, once the session has done its upkeep. */
void link_send_next(struct lane_link *link);

void link_carry_out(struct lane_link *link, const struct batch_decision *decision);
uint32_t link_random_bits(void);

/* lane_link_send.c: sends the batch of the lane in hand; link_on_batch() hears of it. */
void link_send_batch(struct lane_link *link);
void link_on_batch(void *arg, const struct db_reply *reply);

/* The event that makes a slice of the next batch while one is in flight. */
void link_make_ahead(struct lane_link *link);

/* lane_link_open.c: opens the session; claims the lane in hand. */
void link_open_session(void *arg);
void link_claim_lane(struct lane_link *link);

/* Claims the lane in hand, or sends its batch. */
void link_serve_lane(struct lane_link *link);
