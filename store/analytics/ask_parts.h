/* What the statements of questions are put together from. Internal to store/analytics/ask_sql. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/event.h"
#include "store/analytics/ask.h"

/* Neither valid nor test. */
#define ASK_INVALID_VERDICTS "1, 2, 3"

/* The cells of a row, and the kind that each counts. */
size_t ask_cell_count(const struct ask *ask);
enum event_kind ask_cell_kind(const struct ask *ask, size_t cell);

/* Writes the first three columns: `key` and `detail` are what they are made of. */
void ask_write_group_columns(FILE *out, const struct ask *ask, const char *key, const char *detail);

/* " AND <column> is one of the keys". */
void ask_write_keys(FILE *out, const struct ask *ask, const char *column);

/* A timestamptz. */
void ask_write_time(FILE *out, int64_t time_us);

/* A condition on the column verdict. */
const char *ask_traffic_condition(enum analytics_traffic traffic);
