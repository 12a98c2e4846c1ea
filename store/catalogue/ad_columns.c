/* Which types the columns of the table ads may have. */
#include "store/catalogue/ad_columns.h"

#include <stdio.h>
#include <string.h>

#include "protocol/utf8.h"

/* PostgreSQL's own types, whose numbers never change (its pg_type.dat). A domain counts as the type
 * that it is over. sql/check_adoption.sql judges alike. */
enum {
    TYPE_BOOLEAN = 16,
    TYPE_NAME = 19,
    TYPE_BIGINT = 20,
    TYPE_SMALLINT = 21,
    TYPE_INTEGER = 23,
    TYPE_TEXT = 25,
    TYPE_JSON = 114,
    TYPE_CHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_DATE = 1082,
    TYPE_TIMESTAMP = 1114, /* without time zone: taken as UTC, as a date is */
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_JSONB = AD_TYPE_JSONB,
};

static const Oid fitting[][4] = {
    [AD_FIELD_ID] = {TYPE_INTEGER, TYPE_BIGINT, TYPE_SMALLINT},
    [AD_FIELD_NUMBER] = {TYPE_INTEGER, TYPE_BIGINT, TYPE_SMALLINT},
    [AD_FIELD_TEXT] = {TYPE_TEXT, TYPE_VARCHAR, TYPE_CHAR, TYPE_NAME},
    [AD_FIELD_JSON] = {TYPE_JSONB, TYPE_JSON, TYPE_TEXT},
    [AD_FIELD_FLAG] = {TYPE_BOOLEAN},
    [AD_FIELD_TIME] = {TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP, TYPE_DATE},
};

static bool fits(const struct ad_columns *columns, const struct ad_field *field, Oid type)
{
    for (size_t i = 0; i < sizeof fitting[0] / sizeof fitting[0][0]; i++)
        if (fitting[field->type][i] == type)
            return true;
    return columns->texts[field - ad_fields()] == type;
}

const struct ad_field *ad_columns_find_unfit(const struct ad_columns *columns, const PGresult *rows,
                                             Oid *type)
{
    int column = 0;
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++, column++) {
        *type = PQftype(rows, column);
        if (!fits(columns, field, *type))
            return field;
    }
    return NULL;
}

/* PostgreSQL's own types of the same category are all in the table above. */
void ad_columns_select_type(Oid type, char sql[static AD_COLUMNS_SQL_SIZE])
{
    (void)snprintf(sql, AD_COLUMNS_SQL_SIZE,
                   "SELECT format_type(oid, NULL), oid >= 16384 AND typcategory IN ('E', 'S') "
                   "FROM pg_catalog.pg_type WHERE oid = %u",
                   type);
}

/* It goes into JSON and the log, whatever encoding the database has. */
static void copy_name(const char *text, char name[static AD_TYPE_NAME_SIZE])
{
    size_t length = strlen(text);
    size_t at = 0;
    for (size_t taken; at < length; at += taken) {
        taken = utf8_bytes(text + at, length - at);
        if (taken == 0 || utf8_is_control(text + at, taken) || at + taken >= AD_TYPE_NAME_SIZE)
            break;
    }
    (void)snprintf(name, AD_TYPE_NAME_SIZE, "%.*s", (int)at, text);
}

bool ad_columns_take_type(struct ad_columns *columns, const struct ad_field *field, Oid type,
                          const PGresult *answer, char name[static AD_TYPE_NAME_SIZE])
{
    bool is_known = PQntuples(answer) == 1;
    copy_name(is_known ? PQgetvalue(answer, 0, 0) : "another type", name);
    if (!is_known || field->type != AD_FIELD_TEXT || PQgetvalue(answer, 0, 1)[0] != 't')
        return false;
    columns->texts[field - ad_fields()] = type;
    return true;
}
