/*
 * What is to be done about the answer to a batch, or to the opening of a session: the decision
 * alone, and what it has to remember from one answer to the next. It knows no database, no event
 * loop and no log, so each of its ways out is tested by itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/base/backoff.h"
#include "store/ingest/bisect.h"

enum batch_action {
    BATCH_SEND_NEXT,  /* on with what the queue holds */
    BATCH_HALVE,      /* send the queue's head again, fewer rows of it */
    BATCH_REJECT_ROW, /* send the one row again, to be put aside for its reject reason */
    BATCH_RETRY,      /* the same again after `wait_ms`: the fault is a passing one */
    BATCH_HOLD,       /* the same again after `wait_ms`, and until somebody has mended it */
    BATCH_RECONNECT,  /* this connection is of no more use */
    BATCH_AWAIT,      /* nothing: the connection is lost, and comes back by itself */
    BATCH_SLOW_DOWN,  /* let it wait longer before it comes back */
    BATCH_LETHAL,     /* likewise; what ends it is the one row that is sent */
};

struct batch_decision {
    enum batch_action action;
    uint32_t wait_ms; /* BATCH_RETRY, BATCH_HOLD */
    bool is_news;     /* `text` is to be logged: it has not been yet, or not for a while */
    char text[300];   /* what is wrong, in words */
};

/* Why storing is paused until somebody acts. The later ones outweigh those before. */
enum batch_hold {
    HOLD_NONE,
    HOLD_SESSION, /* no session could be opened; over as soon as one is */
    HOLD_BATCH,   /* the batch of an open session is refused; over when it passes */
    HOLD_FENCED,  /* the journal is another process's */
};

enum { HOLD_REASONS_MAX = 4 };

/* batch_outcome_init() is the start. */
struct batch_outcome {
    struct bisect bisect;
    struct backoff backoff;
    enum batch_hold hold;
    uint32_t reasons[HOLD_REASONS_MAX]; /* their digests: those that have been news in this hold */
    unsigned reasons_told;
    bool is_behind_another;  /* a server stands between: that it has lost another is no reason to
                                leave it */
    bool is_rejecting;       /* the row at the queue's head is to be put aside */
    char reject_reason[160]; /* set while it is */
    int64_t rejected_us;     /* monotonic, when a rejected row was last news; 0 = never */
    unsigned cancelled;      /* times in a row that the batch was too slow for the server */
    unsigned lost;           /* times the connection was lost over a batch since the cursor moved */
    uint32_t lost_rows;      /* of the last of these */
    uint64_t cursor;         /* the database's, as last heard */
};

void batch_outcome_init(struct batch_outcome *outcome, uint32_t max_rows);

/* The next batch: how many rows it may have; why it is to be put aside, NULL = it is to be stored.
 */
uint32_t batch_outcome_limit(const struct batch_outcome *outcome);
const char *batch_outcome_reject_reason(const struct batch_outcome *outcome);

/* The database's cursor is at `cursor`, heard of by another way than a batch or an opening. */
void batch_outcome_note_cursor(struct batch_outcome *outcome, uint64_t cursor);

/* A batch of `rows` is out of the way: stored or, if it was to be, put aside. */
struct batch_decision batch_outcome_passed(struct batch_outcome *outcome, uint32_t rows,
                                           uint64_t cursor);

/* An error of the database, borrowed; `step` is what met it. */
struct batch_error {
    const char *step;
    const char *sqlstate;
    const char *message; /* may hold values: sqlstate_describe() says what the log may show */
};

/* A batch of `rows` was refused. `now_us` is monotonic; `random` is uniform over all 32 bits. */
struct batch_decision batch_outcome_refused(struct batch_outcome *outcome,
                                            const struct batch_error *error, uint32_t rows,
                                            int64_t now_us, uint32_t random);

/*
 * The connection ended over a batch of `rows`. Once or twice that is a database that went away.
 * Time after time it may be the batch that ends it: then smaller ones follow, and more slowly,
 * whatever else the database answers in between. A single row is never given up for this: it may be
 * good, and whoever looks after the database is told.
 */
struct batch_decision batch_outcome_lost(struct batch_outcome *outcome, uint32_t rows);

/* The session is open: what was wrong is over, but for a HOLD_BATCH with the cursor where it was.
 */
void batch_outcome_opened(struct batch_outcome *outcome, uint64_t cursor);

/* The session could not be opened: by an error of the database, or for a `reason` in words. */
struct batch_decision batch_outcome_not_opened(struct batch_outcome *outcome,
                                               const struct batch_error *error, uint32_t random);
struct batch_decision batch_outcome_unusable(struct batch_outcome *outcome, const char *reason);

/* The connection is lost, over a batch or not, and not by our own will. */
void batch_outcome_disconnected(struct batch_outcome *outcome);

/* Whether storing is paused until somebody acts. */
bool batch_outcome_is_held(const struct batch_outcome *outcome);

/* Whether the database last said that another process owns the journal. */
bool batch_outcome_is_fenced(const struct batch_outcome *outcome);

/* Whether the database refused what was sent last. */
bool batch_outcome_is_failing(const struct batch_outcome *outcome);
