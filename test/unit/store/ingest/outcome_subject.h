/* A writer's decisions under test: what is answered, and what is decided about it. */
#pragma once

#include <stdint.h>

#include "store/ingest/batch_outcome.h"

enum { OUTCOME_MAX_ROWS = 2000, OUTCOME_HOLD_RETRY_MS = 2000 };

struct outcome_subject {
    struct batch_outcome outcome;
    struct batch_decision decision; /* the last one */
    uint64_t cursor;                /* the database's */
    int64_t now_us;
};

/* With a session that is open. */
void outcome_subject_init(struct outcome_subject *subject);

/* The database's answers, and what follows from them. */
enum batch_action outcome_refuse(struct outcome_subject *subject, const char *sqlstate,
                                 uint32_t rows);
enum batch_action outcome_refuse_opening(struct outcome_subject *subject, const char *sqlstate);
enum batch_action outcome_lose(struct outcome_subject *subject, uint32_t rows);
void outcome_pass(struct outcome_subject *subject, uint32_t rows);
void outcome_open(struct outcome_subject *subject);

/* A single row is refused, and put aside at once. */
void outcome_reject_one(struct outcome_subject *subject, const char *sqlstate);

void outcome_assert_nothing_is_wrong(const struct outcome_subject *subject);
