/* An answer as JSON, and as JSON by the line. */
#pragma once

#include <stdbool.h>

#include "protocol/analytics/answer_rows.h"

/* The object as far as its rows, whose array it opens where there are such. Without `has_pending`
 * the events that are not stored yet are left out. */
void answer_json_head(struct render_text *text, const struct answer_parts *parts, bool has_pending);

/* What follows the rows: the array's end, `meta`, the object's end. */
void answer_json_tail(struct render_text *text, const struct answer_parts *parts,
                      const struct answer_rows *rows);

void answer_json_row(struct render_text *text, const struct answer_rows *rows,
                     const struct answer_row *row);

/* What a line is without groups: the window with its total. */
void answer_json_total(struct render_text *text, const struct answer_parts *parts);
