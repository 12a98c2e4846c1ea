/* Rows of the table of ads as PostgreSQL sends them in binary form, put together without one. */
#pragma once

#include <stdint.h>

#include <libpq-fe.h>

struct ad;

/* No rows yet; each column has the type that it has in our own schema. */
PGresult *rows_new(void);

/* Appends the row that is read as `ad`; returns its number. */
int rows_add(PGresult *rows, const struct ad *ad);

/* An ad that is always available, with an id and a title, of which nothing has to be cleared. */
int rows_add_plain(PGresult *rows, int32_t id, const char *title);

/* Replaces what a row has in the column of that name. */
void rows_set_null(PGresult *rows, int row, const char *name);
void rows_set_text(PGresult *rows, int row, const char *name, const char *text);
void rows_set_bytes(PGresult *rows, int row, const char *name, const void *bytes, int count);

/* A number of 2, 4 or 8 bytes. */
void rows_set_number(PGresult *rows, int row, const char *name, int64_t number, int bytes);
