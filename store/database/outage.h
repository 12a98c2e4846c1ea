/* What the log hears of a connection's outages: each once, and where one follows another for the
 * same reason, one a minute. */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "metrics/news.h"

struct log;

/* All zero but for the first two, which are borrowed: not connected yet. */
struct db_outage {
    struct log *log;
    const char *name; /* the connection's */
    struct news reasons;
    bool is_on;
    bool is_hidden;       /* it was no news: so its end is none */
    char last_words[200]; /* of the server, sent with no query in flight; "" = none */
};

/* The connection has ended, or could not be made: the first reason is the cause. */
void db_outage_begin(struct db_outage *outage, const char *reason);

/* The database answers, and cannot be used for this reason, which somebody has to mend. */
void db_outage_refuse(struct db_outage *outage, const char *reason);

/* Why the server ends a session comes so, unless there is a query to answer: a notice receiver,
 * whose `arg` is the outage. It keeps the first as the last words, until they are cleared. */
void db_outage_on_notice(void *arg, const PGresult *notice);

/* We close the connection ourselves, to make it anew: nothing is told unless that fails. */
void db_outage_hide(struct db_outage *outage);

/* The connection is there. */
void db_outage_end(struct db_outage *outage, int server_version);
