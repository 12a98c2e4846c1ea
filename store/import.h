/*
 * Import: brings into the database what it lacks of a journal that no server works on any more: of
 * a copy that was fenced, of a machine that is gone. Each event comes in once, whatever of it was
 * stored before and by whom: the database has a position for each run. An import claims nothing,
 * moves no cursor and may be ended at any moment: run again it goes on where it stopped.
 */
#pragma once

#include <stdio.h>

#include "protocol/result.h"

struct log;

struct import_settings {
    const char *db_conn;   /* libpq URI or keywords; NULL = libpq's defaults */
    const char *directory; /* of the journal */
    FILE *out;             /* what is found, line by line */
};

/*
 * Imports, on an event loop of its own, until all is done, something is in the way, or SIGTERM or
 * SIGINT comes. The last line to `out`, where there was a journal to read, is
 *
 *   N stored, N duplicate, N rejected, N known
 *
 * Returns RESULT_OK when the database has all of the journal, RESULT_INVALID when there is none,
 * else an error that says what is left and why.
 */
MUST_CHECK enum result import_journal(const struct import_settings *settings, struct log *log,
                                      struct error *error);
