/* What a database has recorded of its schema, compared with the SQL that this program carries. */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "protocol/digest.h"
#include "protocol/result.h"

enum functions_state {
    FUNCTIONS_MISSING, /* none, or those of an older or another program: to be applied */
    FUNCTIONS_CURRENT,
    FUNCTIONS_NEWER, /* those of a newer program: to be left alone */
};

/* All zero is an empty database. */
struct schema_state {
    const PGresult *rows; /* borrowed for as long as the state is used */
    enum functions_state functions;
    int functions_version; /* 0 = none recorded */
    int newest_file;       /* the highest number that is applied */
    int kinds;             /* how many of this program's kinds of events are there */
    bool is_unreleased;    /* the functions stand in its numbered files: to be converted */
};

/* The query for it, without a semicolon. It is answered 42P01 where nothing is recorded yet. */
const char *schema_state_sql(void);

/*
 * Reads its rows. Returns RESULT_FAILED, with an error that names it, when a file was applied with
 * another text or the database numbers a kind of event otherwise.
 */
MUST_CHECK enum result schema_state_read(struct schema_state *state, const PGresult *rows,
                                         struct error *error);

/* Whether the numbered file is applied. */
bool schema_state_has_file(const struct schema_state *state, int number);

/* Whether the database has every kind of event. */
bool schema_state_has_kinds(const struct schema_state *state);

/* Whether the database lacks nothing. */
bool schema_state_is_current(const struct schema_state *state);

/* The digest of all functions, their names and texts: that of `sha256sum *.sql` in sql/functions.
 */
void schema_functions_digest(char digest[static DIGEST_TEXT_SIZE]);
