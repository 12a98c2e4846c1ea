/*
 * Stands in for store/database/conn.c: one connection, which the test brings up and takes down, and
 * whose queries the test answers.
 */
#pragma once

#include <stdint.h>

#include <libpq-fe.h>

enum { FAKE_VALUES_MAX = 40 };

/* The query in flight. */
struct fake_query {
    const char *sql; /* or, of a prepared one, its name; NULL = none is in flight */
    const char *prepare_as;
    int parameter_count;
    const char *values[FAKE_VALUES_MAX]; /* those in binary form borrowed, as in the query itself */
};

/* What has come of it, besides. */
struct fake_conn_counts {
    unsigned starts;
    unsigned stops;
    unsigned reconnects;
    unsigned slow_downs;
    unsigned successes; /* that its owner has noted */
    unsigned failures;
    char reason[200]; /* of the last reconnect or abort */
};

/* As before the first connection. */
void fake_conn_reset(void);

const struct fake_query *fake_conn_query(void);
const struct fake_conn_counts *fake_conn_counts(void);

/* Tells the owner, as the real one does. With a query in flight going down answers it first. */
void fake_conn_come_up(void);
void fake_conn_go_down(void);

/* An attempt to connect has failed: nobody is told. */
void fake_conn_fail_to_connect(void);

/* The next failure that is noted closes the connection. */
void fake_conn_make_renewal_due(void);

/* Answer the query in flight. `row` has one column per string, its last followed by NULL. */
void fake_conn_answer(const char *const *row);
/* The same without a row. */
void fake_conn_answer_nothing(int columns);
void fake_conn_refuse(const char *sqlstate);
