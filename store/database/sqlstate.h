/* What an error of the database means for the work that met it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum sql_fault {
    SQL_FAULT_BAD_ROW,   /* a row's own values are refused: find it, reject it, go on */
    SQL_FAULT_RETRY,     /* passing: the same again, a little later */
    SQL_FAULT_RECONNECT, /* this connection, or this server, is useless from now on */
    SQL_FAULT_HOLD,      /* schema, permissions, configuration: pause until the operator acts */
    SQL_FAULT_FENCED,    /* the journal belongs to another process (VA001) */
};

/*
 * Classifies a five-character SQLSTATE (PostgreSQL documentation, appendix A); NULL or "" counts as
 * a lost connection. States not listed there are passing.
 */
enum sql_fault sqlstate_fault(const char *sqlstate);

/*
 * Writes what the log may say of an error, cut to `text_bytes`: its state and, where that is about
 * the schema, the session or the server, the first line of `message`. The messages of other states
 * may hold the values of a row.
 */
void sqlstate_describe(char *text, size_t text_bytes, const char *sqlstate, const char *message);

/*
 * Whether a server has refused a connection because it has none left (53300). `message` is libpq's,
 * with PQERRORS_VERBOSE: there is no field for the state.
 */
bool sqlstate_tells_full(const char *message);
