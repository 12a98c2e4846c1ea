/* Cursors: where a page ends, and the next begins. */
#pragma once

#include "protocol/analytics/asked.h"

/* A cursor: the position, the windows as they were understood, and the identity, as text to be
 * freed with free(). analytics_question_parse() reads it. */
char *analytics_cursor_write(const struct analytics_question *question,
                             const struct analytics_position *position);

/*
 * For analytics_question_parse() alone: sets the view's identity and, where the query string has a
 * cursor, its position. The rest of the question is set already; one of a period takes the cursor's
 * windows, so that the pages of an answer are of the same days. Returns RESULT_MALFORMED with an
 * error when it is no cursor, or one of another question.
 */
MUST_CHECK enum result analytics_cursor_parse(const char *query_string,
                                              struct analytics_question *question,
                                              struct error *error);
