/* Questions of analytics for the tests. */
#pragma once

#include <stdint.h>

#include "protocol/analytics/question.h"

/* A window of a day, as it stands in a query string. */
#define QUESTION_WINDOW "start=2025-04-20T00:00:00Z&end=2025-04-20T23:59:59.999999Z"

/* Reads an RFC 3339 time, or fails the test. */
int64_t question_time(const char *text);

/* Parses a question that must be one, now being 2025-04-20T15:30:20Z, without Accept. */
struct analytics_question question_of(const char *query_string);

/* Parses one that must be refused; returns the words, until the next. */
const char *question_refused(const char *query_string);
