/*
 * Another number of lanes: doubled in the database, step by step, as often as it takes. Meanwhile
 * no event is stored, and servers keep what they accept in their journals; it may be ended at any
 * moment: run again it goes on where it stopped.
 */
#pragma once

#include <stdio.h>

#include "protocol/result.h"

struct log;

struct lane_change_settings {
    const char *db_conn; /* libpq URI or keywords; NULL = libpq's defaults */
    const char *lanes;   /* how many there are to be: a power of two, 64 at most */
    FILE *out;           /* what is done, line by line */
};

/*
 * Changes it, on an event loop of its own, until that is done, something is in the way, or SIGTERM
 * or SIGINT comes. Returns RESULT_OK when the database has so many lanes, RESULT_INVALID where
 * `lanes` is no such number, else an error that says why.
 */
MUST_CHECK enum result lane_change(const struct lane_change_settings *settings, struct log *log,
                                   struct error *error);
