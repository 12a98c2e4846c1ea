/* Parameters that are most likely a slip of one of ours. Internal to protocol/. */
#pragma once

#include "protocol/result.h"

/* The parameter (or several, in words) that `name`, which is none of ours, is most likely meant as:
 * by a list, or one edit away (a character more, less, another, or two exchanged) from one of five
 * characters or more. Case makes no difference. NULL = it is nobody's. */
const char *analytics_slip_of(const char *name);

/* Whether the query string says nothing that is hardly meant so: RESULT_MALFORMED with an error for
 * a parameter that is most likely a slip, one without a value, and one that is given twice and must
 * not be. The original's start, end, traffic and ad_id are taken as it took them. */
MUST_CHECK enum result analytics_slips_check(const char *query, struct error *error);
