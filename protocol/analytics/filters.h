/* Whose events a question is about: ad_id, placement, traffic. Internal to protocol/analytics/. */
#pragma once

#include "protocol/analytics/asked.h"

/* Sets the query's ads, placements (all zero before) and traffic; its groups are set already. */
MUST_CHECK enum result analytics_filters_parse(const char *query_string,
                                               struct analytics_query *query, struct error *error);
