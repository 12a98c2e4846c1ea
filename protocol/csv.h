/* Cells of CSV (RFC 4180). */
#pragma once

#include "protocol/render.h"

/* Appends `string`, which somebody else may have chosen, as one cell: in quotes where it needs
 * them. Spreadsheets take what begins with = + - @, a tab or a CR for a formula: an apostrophe
 * before it makes it text. */
void csv_cell(struct render_text *text, const char *string);
