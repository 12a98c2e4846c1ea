/* When a question is about: start and end, period, tz, compare. Internal to protocol/analytics/. */
#pragma once

#include "protocol/analytics/asked.h"

/* Sets the query's windows and zone (all zero before), and the view's period. */
MUST_CHECK enum result analytics_windows_parse(const char *query_string, int64_t now_us,
                                               struct analytics_question *question,
                                               struct error *error);
