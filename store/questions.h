/* What the database is asked for people: analytics and exports, perhaps of a replica, and how
 * complete the answers are. */
#pragma once

#include <stdint.h>

#include "protocol/result.h"
#include "store/analytics/export.h"
#include "store/analytics/reader.h"

struct backlog;
struct db_target;
struct event_base;
struct journal;
struct log;
struct metrics;
struct questions;
struct sum_writer;

struct questions_settings {
    const struct db_target *target;
    const char *journal_id; /* as text */
    uint32_t connections;   /* for analytics */
    const struct journal *journal;
    const struct backlog *backlog;
    const struct sum_writer *sums;
};

/* Everything is borrowed; the settings are copied. */
struct questions *questions_new(struct event_base *base, const struct questions_settings *settings,
                                struct metrics *metrics, struct log *log);

/* Answers what waits RESULT_UNAVAILABLE first. */
void questions_free(struct questions *questions);

/* As those of analytics_reader and exporter. */
void questions_start(struct questions *questions);
void questions_stop(struct questions *questions);
MUST_CHECK enum result questions_ask(struct questions *questions,
                                     const struct analytics_query *query, analytics_done_fn done,
                                     void *arg, struct error *error);
MUST_CHECK enum result questions_export(struct questions *questions,
                                        const struct export_question *question,
                                        struct export_listener listener, struct export **export,
                                        const char **reason);
