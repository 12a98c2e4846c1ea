/* The ads as the table in PostgreSQL has them. */
#include "store/ad_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/ad.h"

/* NULL where unset. Of infinite times the farthest number: one that never comes, or was always. */
static void write_column(FILE *sql, const struct ad_field *field)
{
    const char *name = field->name;
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
    case AD_FIELD_TEXT:
    case AD_FIELD_FLAG:
        (void)fputs(name, sql);
        break;
    case AD_FIELD_TIME:
        (void)fprintf(sql,
                      "CASE WHEN isfinite(%s) THEN (extract(epoch FROM %s) * 1000000)::bigint "
                      "WHEN %s > 'epoch' THEN '%" PRId64 "'::bigint "
                      "WHEN %s < 'epoch' THEN '%" PRId64 "'::bigint END",
                      name, name, name, INT64_MAX, name, INT64_MIN);
        break;
    }
}

char *ad_rows_select(void)
{
    char *text = NULL;
    size_t text_bytes;
    FILE *sql = open_memstream(&text, &text_bytes);
    if (sql == NULL)
        abort();
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        (void)fputs(field == ad_fields() ? "SELECT " : ", ", sql);
        write_column(sql, field);
    }
    (void)fputs(" FROM ads ORDER BY id", sql);
    if (fclose(sql) != 0)
        abort();
    return text;
}

/* Inline: a poll asks it for every field of every ad, to find nothing new. */
static inline struct ad_value value_of(const PGresult *rows, int row, int column,
                                       const struct ad_field *field)
{
    struct ad_value value = ad_field_unset(field);
    const char *text = PQgetvalue(rows, row, column); /* "" where null */
    if (text[0] == '\0' && PQgetisnull(rows, row, column))
        return value;
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
    case AD_FIELD_TIME:
        value.number = strtoll(text, NULL, 10);
        break;
    case AD_FIELD_TEXT:
        value.text = text;
        break;
    case AD_FIELD_FLAG:
        value.number = text[0] == 't';
        break;
    }
    return value;
}

/* A number over the field's range, which its column's type excludes, is left unset. */
static void read_row(const PGresult *rows, int row, struct ad *ad)
{
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++)
        if (!ad_field_set(field, ad, value_of(rows, row, column, field)))
            (void)ad_field_set(field, ad, ad_field_unset(field));
}

struct ad *ad_rows_read(const PGresult *rows, size_t *count)
{
    *count = (size_t)PQntuples(rows);
    struct ad *ads = calloc(*count + 1, sizeof *ads);
    if (ads == NULL)
        abort();
    for (size_t i = 0; i < *count; i++)
        read_row(rows, (int)i, &ads[i]);
    return ads;
}

static bool is_row(const PGresult *rows, int row, const struct ad *ad)
{
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++)
        if (!ad_field_equal(field, value_of(rows, row, column, field), ad_field_get(field, ad)))
            return false;
    return true;
}

bool ad_rows_equal(const PGresult *rows, const struct ad *ads, size_t count)
{
    if ((size_t)PQntuples(rows) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_row(rows, (int)i, &ads[i]))
            return false;
    return true;
}
