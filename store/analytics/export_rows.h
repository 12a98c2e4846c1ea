/* The rows that the database answers a page of an export with. */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "protocol/export_row.h"

/* The row of this number, borrowed from `rows`. */
struct export_row export_rows_read(const PGresult *rows, int number);

/* Where the last of them stands; `*last` is left as it is without any. Returns false when they are
 * not what was asked for. */
bool export_rows_find_last(const PGresult *rows, struct export_position *last);
