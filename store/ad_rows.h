/* The ads as the table in PostgreSQL has them: the SELECT for them and its rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

struct ad;

/* The SELECT whose rows the functions below take: a column for each field, in their order, the ads
 * ascending by id. The caller frees it with free(). */
char *ad_rows_select(void);

/* The ads of all rows. The caller ad_clear()s each and frees the array, which is never NULL; its
 * length goes to `*count`. */
struct ad *ad_rows_read(const PGresult *rows, size_t *count);

/* Whether the rows hold exactly `ads`; nothing is allocated. */
bool ad_rows_equal(const PGresult *rows, const struct ad *ads, size_t count);
