/* The format that a client's Accept field asks for (RFC 9110 section 12.5.1). Internal to
 * protocol/. */
#pragma once

#include <stdbool.h>

#include "protocol/analytics/terms.h"

/* The one it wants most (NULL = no field); of two the one that is named more exactly, then JSON,
 * which is there with `has_json`, then NDJSON. The same where it wants none of ours. */
enum analytics_format analytics_format_accepted(const char *accept, bool has_json);
