/* The sums of an answer: of each group in each bucket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/group_key.h"
#include "protocol/analytics/sums.h"

struct analytics_table;

/* `buckets` is at least 1; a table without groups (rows of time alone, or totals) has the one of
 * key 0 from the start. */
struct analytics_table *analytics_table_new(size_t buckets, bool has_groups);
void analytics_table_free(struct analytics_table *table);

/* Adds `sums` `times` (1 or -1) to a cell, which is made when it is new. Returns false, and changes
 * nothing, when there would be more than ANALYTICS_CELLS_MAX. */
bool analytics_table_add(struct analytics_table *table, struct analytics_group_key key,
                         size_t bucket, const struct analytics_sums *sums, int times);

size_t analytics_table_groups(const struct analytics_table *table);
size_t analytics_table_buckets(const struct analytics_table *table);
struct analytics_group_key analytics_table_key(const struct analytics_table *table, size_t group);
const struct analytics_sums *analytics_table_sums(const struct analytics_table *table, size_t group,
                                                  size_t bucket);

/* Those of a key; NULL = there is no such group. */
const struct analytics_sums *analytics_table_find(const struct analytics_table *table,
                                                  struct analytics_group_key key, size_t bucket);

/* Drops the group of `key` if all of its sums are zero: what was made for cells that came to
 * nothing. The last group takes its number. The one of a table without groups stays. */
void analytics_table_drop_empty(struct analytics_table *table, struct analytics_group_key key);

/* The name of a placement, once it is told (copied; the first stays). NULL = none; what is given
 * out is good until the next is told. */
void analytics_table_name(struct analytics_table *table, int64_t placement, const char *name,
                          size_t bytes);
const char *analytics_table_name_of(const struct analytics_table *table, int64_t placement);
