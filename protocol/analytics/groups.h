/* What a question's rows are of: group_by. Internal to protocol/analytics/. */
#pragma once

#include "protocol/analytics/asked.h"

/* Sets the query's `group`, `second` and `bucket`. */
MUST_CHECK enum result analytics_groups_parse(const char *query_string,
                                              struct analytics_query *query, struct error *error);
