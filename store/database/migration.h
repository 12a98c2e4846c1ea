/*
 * Brings a database's schema up to date, once for all instances that start at the same time. Its
 * parts, in the order in which they are applied, in one transaction:
 *   0. of a database that has nothing of ours: whether what it has can be taken over;
 *   1. the missing files of sql/schema, by number: tables, types, indexes, what is dropped;
 *   2. sql/functions, all files, if the database has none, older or other ones;
 *   3. the missing files of sql/data, by number: data moves, which may call the functions.
 */
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
 * Makes one schema the session's only one (sql/own_schema.sql), looks what it lacks and applies it
 * under an advisory lock, with the sample data where asked for and the database is empty; nothing
 * is written where nothing is missing. A numbered file whose text has changed since it was applied
 * is RESULT_FAILED, nothing touched; functions of a newer program (sql/functions/VERSIONS) stay as
 * they are. `done` runs exactly once, later. The connection must be ready.
 */
void migration_start(struct migration *migration, migration_done_fn done, void *arg);
