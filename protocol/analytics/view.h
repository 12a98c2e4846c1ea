/* How an answer is to be shown: metrics, order_by, limit, format. Internal to protocol/analytics/.
 */
#pragma once

#include "protocol/analytics/asked.h"

/* Sets what the view has of them, and the query's has_events and has_invalid; the query's groups
 * are set already. */
MUST_CHECK enum result analytics_view_parse(const char *query_string, const char *accept,
                                            struct analytics_question *question,
                                            struct error *error);
