/* Cursors, read. Internal to protocol/analytics/: analytics_cursor_write() stands in question.h. */
#pragma once

#include "protocol/analytics/question.h"

/*
 * Sets the view's identity and, where the query string has a cursor, its position. The rest of the
 * question is set already; one of a period takes the cursor's windows, so that the pages of an
 * answer are of the same days. Returns RESULT_MALFORMED with an error when it is no cursor, or one
 * of another question.
 */
MUST_CHECK enum result analytics_cursor_parse(const char *query_string,
                                              struct analytics_question *question,
                                              struct error *error);
