/* Rows of the table of ads, put together. */
#include "test/unit/store/catalogue/rows_subject.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "protocol/ad.h"
#include "protocol/bytes.h"
#include "store/catalogue/ad_columns.h"
#include "store/database/query.h"

static const Oid types[] = {
    [AD_FIELD_ID] = 23,   [AD_FIELD_NUMBER] = 23, [AD_FIELD_TEXT] = 25,
    [AD_FIELD_FLAG] = 16, [AD_FIELD_TIME] = 1184, [AD_FIELD_JSON] = 3802,
};

PGresult *rows_new(void)
{
    PGresAttDesc columns[AD_FIELDS_MAX] = {{0}};
    char name[] = "column";
    int count = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, count++)
        columns[count] =
            (PGresAttDesc){.name = name, .format = 1, .typid = types[field->type], .typlen = -1};
    PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert_int_eq(PQsetResultAttrs(rows, count, columns), 1);
    return rows;
}

/* Check writes a message for each assertion: too many here. */
static void set(PGresult *rows, int row, int column, const void *bytes, int count)
{
    char copy[4096];
    if (count > (int)sizeof copy)
        ck_abort_msg("%d bytes are too many", count);
    if (count > 0)
        memcpy(copy, bytes, (size_t)count);
    if (PQsetvalue(rows, row, column, copy, count) != 1)
        ck_abort_msg("no memory");
}

static void set_number(PGresult *rows, int row, int column, int64_t number, int bytes)
{
    uint8_t wire[8];
    if (bytes == 2)
        bytes_put_be16(wire, (uint16_t)number);
    else if (bytes == 4)
        bytes_put_be32(wire, (uint32_t)number);
    else
        bytes_put_be64(wire, (uint64_t)number);
    set(rows, row, column, wire, bytes);
}

static void set_time(PGresult *rows, int row, int column, int64_t time_us)
{
    bool is_finite = time_us != INT64_MIN && time_us != INT64_MAX;
    set_number(rows, row, column, is_finite ? time_us - POSTGRES_EPOCH_US : time_us, 8);
}

/* As jsonb has it: its version before the text. */
static void set_json(PGresult *rows, int row, int column, const char *text)
{
    char bytes[4096];
    int count = snprintf(bytes, sizeof bytes, "\1%s", text);
    set(rows, row, column, bytes, count);
}

static void set_value(PGresult *rows, int row, int column, const struct ad_field *field,
                      struct ad_value value)
{
    const char flag = (char)value.number;
    if (!ad_field_is_set(field, value) && field->type != AD_FIELD_ID &&
        field->type != AD_FIELD_FLAG) {
        set(rows, row, column, NULL, -1);
        return;
    }
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        set_number(rows, row, column, value.number, 4);
        break;
    case AD_FIELD_TEXT:
        set(rows, row, column, value.text, (int)strlen(value.text));
        break;
    case AD_FIELD_JSON:
        set_json(rows, row, column, value.text);
        break;
    case AD_FIELD_FLAG:
        set(rows, row, column, &flag, 1);
        break;
    case AD_FIELD_TIME:
        set_time(rows, row, column, value.number);
        break;
    }
}

int rows_add(PGresult *rows, const struct ad *ad)
{
    int row = PQntuples(rows);
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++)
        set_value(rows, row, column, field, ad_field_get(field, ad));
    return row;
}

int rows_add_plain(PGresult *rows, int32_t id, const char *title)
{
    char copy[64];
    (void)snprintf(copy, sizeof copy, "%s", title);
    struct ad ad = {.id = id,
                    .title = copy,
                    .active = true,
                    .starts_at_us = INT64_MIN,
                    .ends_at_us = INT64_MAX,
                    .archived_at_us = INT64_MAX};
    return rows_add(rows, &ad);
}

static int column_of(const char *name)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        if (strcmp(field->name, name) == 0)
            return (int)(field - ad_fields());
    ck_abort_msg("there is no column %s", name);
    return -1;
}

void rows_set_null(PGresult *rows, int row, const char *name)
{
    set(rows, row, column_of(name), NULL, -1);
}

void rows_set_text(PGresult *rows, int row, const char *name, const char *text)
{
    int column = column_of(name);
    if (types[ad_fields()[column].type] == AD_TYPE_JSONB)
        set_json(rows, row, column, text);
    else
        set(rows, row, column, text, (int)strlen(text));
}

void rows_set_bytes(PGresult *rows, int row, const char *name, const void *bytes, int count)
{
    set(rows, row, column_of(name), bytes, count);
}

void rows_set_number(PGresult *rows, int row, const char *name, int64_t number, int bytes)
{
    set_number(rows, row, column_of(name), number, bytes);
}
