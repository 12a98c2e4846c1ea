/* Tells the operator what is in a journal directory, without touching it. */
#pragma once

#include <stdio.h>

#include "protocol/result.h"

/*
 * Reads the journal at `path` through, whether or not a server works on it, and writes its runs,
 * segments, records, damage and what waits for the database to `out`. Returns RESULT_OK, or a
 * failure with an error.
 */
MUST_CHECK enum result journal_inspect(const char *path, FILE *out, struct error *error);
