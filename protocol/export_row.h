/* A raw event as a line of GET /ads/events. */
#pragma once

#include <stdbool.h>

#include "protocol/export_question.h"
#include "protocol/render.h"

/* What the database has of an event, in the order in which it is asked for. */
enum export_column {
    EXPORT_ID,
    EXPORT_OCCURRED_AT,
    EXPORT_RECEIVED_AT,
    EXPORT_KIND,
    EXPORT_AD_ID,
    EXPORT_VERDICT,
    EXPORT_PLACEMENT,
    EXPORT_DETAIL,
    EXPORT_QUANTITY,
    EXPORT_PLAYBACK_MS,
    EXPORT_IP,
    EXPORT_FLAGS,
    EXPORT_COLUMNS,
};

/* By column: as PostgreSQL writes it (DateStyle ISO, in UTC); NULL = null. Borrowed. */
struct export_row {
    const char *values[EXPORT_COLUMNS];
};

/* The line of the columns' names, which CSV begins with. */
void export_row_write_head(struct render_text *text);

/* The event as a line: of CSV, its times as `occurred_at` 2025-04-20T00:00:00.123456Z (six digits
 * or none), its detail in the column that its kind gives it; or an object of the same members. */
void export_row_write(struct render_text *text, const struct export_row *row, bool is_csv);

/* Where it stands. Returns false where its id or its time are not what they must be. */
bool export_row_position(const struct export_row *row, struct export_position *position);
