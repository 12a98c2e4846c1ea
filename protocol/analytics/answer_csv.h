/* An answer as CSV by RFC 4180. */
#pragma once

#include "protocol/analytics/answer_rows.h"

/* The line of the columns' names. */
void answer_csv_head(struct render_text *text, const struct answer_parts *parts);

void answer_csv_row(struct render_text *text, const struct answer_rows *rows,
                    const struct answer_row *row);

/* What stands there without groups: the window with its total. */
void answer_csv_total(struct render_text *text, const struct answer_parts *parts);
