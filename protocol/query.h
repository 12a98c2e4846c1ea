/* Parameters out of the query part of a URI. */
#pragma once

#include <stdbool.h>
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

/* A parameter as it stands there, encoded; borrowed. */
struct query_part {
    const char *name;
    size_t name_bytes;
    const char *value; /* NULL = it has no `=` */
    size_t value_bytes;
};

/* Takes the next parameter that is not empty from `*query` (NULL is empty), which moves behind it.
 * Returns false at the end. */
bool query_next(const char **query, struct query_part *part);

/* Whether that is its name, decoded. */
bool query_is_called(const struct query_part *part, const char *name);

/* Decodes a name or a value as query_find() does, with its RESULT_MALFORMED. */
MUST_CHECK enum result query_decode(const char *text, size_t text_bytes, char *value,
                                    size_t value_size, size_t *value_bytes);
