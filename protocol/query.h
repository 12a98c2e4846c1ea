/* One parameter out of the query part of a URI. */
#pragma once

#include <stddef.h>

#include "protocol/result.h"

/*
 * Finds the first parameter called `name` in `query` (the part after `?`,
 * application/x-www-form-urlencoded; NULL is empty), decodes it (%XX, `+` is a space) into `value`,
 * terminated, and gives its length. Parameters without `=` and broken ones are passed over. Returns
 * RESULT_UNKNOWN when there is none, RESULT_MALFORMED when its value holds a bad % sequence or a
 * NUL, or does not fit `value_size`; `value` is undefined then.
 */
MUST_CHECK enum result query_find(const char *query, const char *name, char *value,
                                  size_t value_size, size_t *value_bytes);
