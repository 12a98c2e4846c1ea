/* What an error of the database means for the work that met it. */
#pragma once

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
