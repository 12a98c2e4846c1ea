/* The ads as the table in PostgreSQL has them. */
#include "store/catalogue/ad_rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/ad.h"
#include "protocol/bytes.h"
#include "protocol/memory.h"
#include "protocol/utf8.h"
#include "store/catalogue/ad_columns.h"
#include "store/database/query.h"

#define DAY_US INT64_C(86400000000)

static const char out_of_range[] = "out of range";

/* `table` goes before each, `json_as` behind those of JSON. */
static void write_columns(FILE *sql, const char *table, const char *json_as)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        (void)fprintf(sql, "%s%s%s%s", field == ad_fields() ? "" : ", ", table, field->name,
                      field->type == AD_FIELD_JSON ? json_as : "");
}

/* A column that the table lacks is looked for further out: in the row of those that may be lacked,
 * which stands beside the table and not in it. The type json has no order. */
char *ad_rows_select(void)
{
    char *text = NULL;
    size_t text_bytes;
    const char *before = "";
    FILE *sql = memory_required(open_memstream(&text, &text_bytes));
    (void)fputs("SELECT present.* FROM (SELECT ", sql);
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        if (!field->is_later)
            continue;
        (void)fprintf(sql, "%sNULL::%s AS %s", before, ad_field_type_name(field), field->name);
        before = ", ";
    }
    (void)fputs(") AS lacked CROSS JOIN LATERAL (SELECT ", sql);
    write_columns(sql, "", "");
    (void)fputs(" FROM ads) AS present ORDER BY ", sql);
    write_columns(sql, "present.", "::text");
    if (fclose(sql) != 0)
        memory_exhausted(0);
    return text;
}

/* A smallint, integer or bigint. */
static int64_t integer_at(const char *bytes, int length)
{
    const uint8_t *at = (const uint8_t *)bytes;
    if (length == 2)
        return (int16_t)bytes_get_be16(at);
    return length == 4 ? (int32_t)bytes_get_be32(at) : (int64_t)bytes_get_be64(at);
}

/* A number of days (date) or microseconds since 2000; the ends of its range are the infinities,
 * which are farther than any time of ours. Returns false when a finite one is, too. */
static bool read_time(const char *bytes, int length, int64_t *time_us)
{
    int64_t number = integer_at(bytes, length);
    bool is_date = length == 4;
    int64_t unit_us = is_date ? DAY_US : 1;
    if (number == (is_date ? INT32_MAX : INT64_MAX)) {
        *time_us = INT64_MAX;
    } else if (number == (is_date ? INT32_MIN : INT64_MIN)) {
        *time_us = INT64_MIN;
    } else {
        if (number >= (INT64_MAX - POSTGRES_EPOCH_US) / unit_us || number <= INT64_MIN / unit_us)
            return false;
        *time_us = number * unit_us + POSTGRES_EPOCH_US;
    }
    return true;
}

/* jsonb is a version before the text. */
static const char *read_json(const PGresult *rows, int column, const char *bytes, int length,
                             struct ad_value *value)
{
    bool is_binary = PQftype(rows, column) == AD_TYPE_JSONB;
    if (is_binary && (length < 1 || bytes[0] != 1))
        return "of an unknown version of jsonb";
    value->text = bytes + is_binary;
    return NULL;
}

/* Returns NULL, or what is wrong with the value. Inline: a poll asks it for every field of every
 * ad, to find nothing new. */
static inline const char *read_value(const PGresult *rows, int row, int column,
                                     const struct ad_field *field, struct ad_value *value)
{
    const char *bytes = PQgetvalue(rows, row, column);
    int length = PQgetlength(rows, row, column);
    *value = ad_field_unset(field);
    if (length == 0 && PQgetisnull(rows, row, column))
        return field->type == AD_FIELD_ID ? "null" : NULL;
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        value->number = integer_at(bytes, length);
        if (value->number < INT32_MIN || value->number > INT32_MAX)
            return out_of_range;
        break;
    case AD_FIELD_TEXT:
        value->text = bytes;
        break;
    case AD_FIELD_JSON:
        return read_json(rows, column, bytes, length, value);
    case AD_FIELD_FLAG:
        value->number = bytes[0] != 0;
        break;
    case AD_FIELD_TIME:
        return read_time(bytes, length, &value->number) ? NULL : out_of_range;
    }
    return NULL;
}

/* A NUL is none of PostgreSQL's characters, but the end of a string for us. */
static bool is_text(const char *bytes, int length)
{
    size_t left = (size_t)length;
    while (left > 0) {
        size_t taken = *bytes == '\0' ? 0 : utf8_bytes(bytes, left);
        if (taken == 0)
            return false;
        bytes += taken;
        left -= taken;
    }
    return true;
}

/* Of the text that is the value's, up to its end or from its second byte on. */
static int text_bytes(const PGresult *rows, int row, int column, const char *text)
{
    return PQgetlength(rows, row, column) - (int)(text - PQgetvalue(rows, row, column));
}

void ad_row_set_fault(struct ad_row_fault *fault, const PGresult *rows, int row, const char *column,
                      const char *reason)
{
    fault->column = column;
    fault->reason = reason;
    if (PQgetisnull(rows, row, 0))
        (void)snprintf(fault->id, sizeof fault->id, "null");
    else
        (void)snprintf(fault->id, sizeof fault->id, "%" PRId64,
                       integer_at(PQgetvalue(rows, row, 0), PQgetlength(rows, row, 0)));
}

bool ad_row_check(const PGresult *rows, int row, struct ad_row_fault *fault)
{
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++) {
        struct ad_value value;
        const char *reason = read_value(rows, row, column, field, &value);
        if (reason == NULL && ad_field_has_text(field) && value.text != NULL &&
            !is_text(value.text, text_bytes(rows, row, column, value.text)))
            reason = "not UTF-8";
        if (reason != NULL) {
            ad_row_set_fault(fault, rows, row, field->name, reason);
            return false;
        }
    }
    return true;
}

bool ad_row_id(const PGresult *rows, int row, int32_t *id)
{
    struct ad_value value;
    if (read_value(rows, row, 0, ad_fields(), &value) != NULL)
        return false;
    *id = (int32_t)value.number;
    return true;
}

void ad_row_read(const PGresult *rows, int row, struct ad *ad)
{
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++) {
        struct ad_value value;
        const char *reason = read_value(rows, row, column, field, &value);
        bool is_set = reason == NULL && ad_field_set(field, ad, value);
        assert(is_set);
        (void)is_set;
    }
}

size_t ad_row_bytes(const PGresult *rows, int row)
{
    size_t bytes = 0;
    for (int column = 0; column < PQnfields(rows); column++)
        bytes += (size_t)PQgetlength(rows, row, column);
    return bytes;
}

bool ad_row_equals(const PGresult *rows, int row, const struct ad *ad)
{
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++) {
        struct ad_value value;
        if (read_value(rows, row, column, field, &value) != NULL ||
            !ad_field_equal(field, value, ad_field_get(field, ad)))
            return false;
    }
    return true;
}
