/* The ads as the table in PostgreSQL has them: the SELECT for them and its rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

struct ad;

/*
 * The SELECT whose rows, in binary form, the functions below take: a column for each field as it
 * stands in the table, in their order, so that no value can make it fail; where the table lacks one
 * that came later, it is null. Ads ascend by id, those of one id by their other columns; without an
 * id they come last. The caller frees it with free().
 */
char *ad_rows_select(void);

/* Why a row is no ad. */
struct ad_row_fault {
    char id[24];        /* as the row has it, or "null" */
    const char *column; /* for ever valid, as is the reason */
    const char *reason;
};

/* Whether the row, whose columns have types of ad_columns.h, can be read as an ad. If not, `fault`
 * says why: an id is missing, a number or a time out of our range, a text not UTF-8. */
bool ad_row_check(const PGresult *rows, int row, struct ad_row_fault *fault);

/* Names another reason why a row is left out; both strings are for ever valid. */
void ad_row_set_fault(struct ad_row_fault *fault, const PGresult *rows, int row, const char *column,
                      const char *reason);

/* The id of a row; `false` when it has none that an ad can have. */
bool ad_row_id(const PGresult *rows, int row, int32_t *id);

/* Reads a row that passed the check into an ad of zeros, to be cleared. */
void ad_row_read(const PGresult *rows, int row, struct ad *ad);

/* What the row takes, about. */
size_t ad_row_bytes(const PGresult *rows, int row);

/* Whether the row holds exactly `ad`; nothing is allocated. */
bool ad_row_equals(const PGresult *rows, int row, const struct ad *ad);
