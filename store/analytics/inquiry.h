/*
 * A question on its way through the database: which statements it takes, one after the other, and
 * what their rows come to. Without I/O: whoever has a connection runs them, all in one snapshot.
 *
 *     inquiry_begin(state)
 *     inquiry_statement() -> inquiry_take() ...   until it is NULL
 *     inquiry_finish()
 *
 * A statement's rows may come in several parts. Where the answer would have too many cells, one
 * more statement finds out how many.
 */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/report.h"
#include "protocol/result.h"
#include "store/analytics/state.h"

struct inquiry;

/* Returns NULL with an error, RESULT_MALFORMED, where the query has too many buckets. */
struct inquiry *inquiry_new(const struct analytics_query *query, struct error *error);
void inquiry_free(struct inquiry *inquiry);

const struct analytics_query *inquiry_query(const struct inquiry *inquiry);

/* Up to where our journal is stored in what it read. */
uint64_t inquiry_stored_sequence(const struct inquiry *inquiry);

/* Begins, also anew, with what the database said. Returns RESULT_MALFORMED with an error where the
 * database does not have what the query wants. */
MUST_CHECK enum result inquiry_begin(struct inquiry *inquiry, const struct analytics_state *state,
                                     struct error *error);

/* The next statement, a SELECT whose rows are wanted in binary form; NULL = that was all. To be
 * freed with free(). */
char *inquiry_statement(struct inquiry *inquiry);

/* Takes rows of the last statement; false when they are not what it has to give. `*has_enough`: no
 * more of them are wanted. */
MUST_CHECK bool inquiry_take(struct inquiry *inquiry, const PGresult *rows, bool *has_enough);

/* The answer, with one reference; as_of_us is the state's, what the store alone knows is not set.
 * NULL with an error where the answer has too many cells. */
struct analytics_report *inquiry_finish(struct inquiry *inquiry, struct error *error);
