/*
 * Changes of ads, and ads as the database has them, on a connection of its own: one call after the
 * other, each a transaction. The connection is opened for the first, and closed when nothing was
 * asked for a while. The ads that are served change when the catalogue is notified.
 */
#pragma once

#include "protocol/result.h"
#include "store/administration/ad_change.h"

struct administration;
struct db_target;
struct event_base;
struct log;
struct metrics;

enum { ADMINISTRATION_WAITING_MAX = 100, ADMINISTRATION_DEADLINE_MS = 5000 };

/* Everything is borrowed. */
struct administration *administration_new(struct event_base *base, const struct db_target *target,
                                          struct metrics *metrics, struct log *log);

/* After administration_stop(), or when nothing is asked. */
void administration_free(struct administration *administration);

/* Disconnects; what waits is answered 503, and nothing more is taken. */
void administration_stop(struct administration *administration);

/*
 * Each returns RESULT_OK when `done` will run, exactly once, later, within the deadline: with 503
 * when the database is away, of a change perhaps without knowing what became of it. Else
 * RESULT_BUSY or RESULT_UNAVAILABLE with a reason, for ever valid, and `done` never runs.
 * RESULT_INVALID: the verifications are at fault.
 */
MUST_CHECK enum result administration_change(struct administration *administration,
                                             const struct ad_change *change, ad_answer_fn done,
                                             void *arg, const char **reason);
MUST_CHECK enum result administration_read(struct administration *administration, int32_t id,
                                           ad_answer_fn done, void *arg, const char **reason);
MUST_CHECK enum result administration_list(struct administration *administration,
                                           const struct ad_list_question *question,
                                           ad_answer_fn done, void *arg, const char **reason);
