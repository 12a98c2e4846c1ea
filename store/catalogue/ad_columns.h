/*
 * Which types the columns of the table ads may have. The table can be one that was there before us,
 * or a view: what is of another type is refused in words, never read as something that it is not.
 */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "protocol/ad_fields.h"

/* PostgreSQL's number of jsonb, whose binary form is a version before the text. */
enum { AD_TYPE_JSONB = 3802 };

/* Which types that are not PostgreSQL's own are text, as an enum or citext is. All zero: none is
 * known. */
struct ad_columns {
    Oid texts[AD_FIELDS_MAX]; /* by field; 0 = none */
};

/* The first column of rows (of ad_rows_select()) whose type is not one that its field may have;
 * NULL when there is none. */
const struct ad_field *ad_columns_find_unfit(const struct ad_columns *columns, const PGresult *rows,
                                             Oid *type);

/* The SELECT for what is behind a type: one row with its name and whether it is text, or no row.
 * `sql` has room for AD_COLUMNS_SQL_SIZE bytes. */
enum { AD_COLUMNS_SQL_SIZE = 200 };
void ad_columns_select_type(Oid type, char sql[static AD_COLUMNS_SQL_SIZE]);

/* Takes the answer to that: whether the column fits after all, as it will from now on. If not, the
 * type's name goes to `name`. */
enum { AD_TYPE_NAME_SIZE = 70 };
bool ad_columns_take_type(struct ad_columns *columns, const struct ad_field *field, Oid type,
                          const PGresult *answer, char name[static AD_TYPE_NAME_SIZE]);
