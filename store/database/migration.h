/* Brings a database's schema up to date, once for all instances that start at the same time. */
#pragma once

#include <stdbool.h>

#include "protocol/result.h"

struct db_conn;
struct log;
struct migration;

/* `result` is RESULT_OK, RESULT_UNAVAILABLE (the connection was lost) or RESULT_FAILED (see
 * `error`). */
typedef void (*migration_done_fn)(void *arg, enum result result, const struct error *error);

/* Everything is borrowed. `sample_data` asks for the sample data. */
struct migration *migration_new(struct db_conn *conn, bool sample_data, struct log *log);
void migration_free(struct migration *migration);

/*
 * Looks which migrations the database lacks and applies them in one transaction under an advisory
 * lock, with the sample data where asked for and the database is empty. An applied migration whose
 * text has changed since is RESULT_FAILED, nothing touched. `done` runs exactly once, later. The
 * connection must be ready.
 */
void migration_start(struct migration *migration, migration_done_fn done, void *arg);
