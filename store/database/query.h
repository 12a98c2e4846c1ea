/* One query to PostgreSQL on libpq's nonblocking interface: how it is sent and how it ended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

/* Where timestamptz begins in its binary form: 2000-01-01T00:00:00Z, in microseconds since 1970. */
#define POSTGRES_EPOCH_US INT64_C(946684800000000)

/*
 * `prepare_as` prepares `sql` under that name; `statement` runs what was prepared so on this
 * connection; otherwise `sql` is run: with the extended protocol when there are parameters, with
 * the simple one (several statements allowed) when not. Results are text; `has_binary_results` has
 * those of a `sql`, which is one statement then, in binary form. Borrowed during the call.
 */
struct db_query {
    const char *sql;
    const char *prepare_as;
    const char *statement;
    int parameter_count;
    const char *const *values;
    const int *lengths;
    const int *formats;
    bool has_binary_results;
    uint32_t timeout_ms; /* after it the connection is closed */
};

/* Hands the query to libpq, which has none in flight. Returns false on a failure. */
bool db_query_send(const struct db_query *query, PGconn *pg);

/* Keeps the first error, else the latest result. Takes ownership of both and returns one; `earlier`
 * may be NULL. */
PGresult *db_query_merge_results(PGresult *earlier, PGresult *later);

/* Whether the query with this result succeeded; NULL has not. */
bool db_query_succeeded(const PGresult *result);
