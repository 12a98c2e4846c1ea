/* A raw event as a line. */
#include "protocol/export_row.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/analytics/terms.h"
#include "protocol/csv.h"
#include "protocol/timestamp.h"

enum { TIME_SIZE = 48 };

enum form {
    FORM_NUMBER,
    FORM_TEXT,
    FORM_TIME,
    FORM_VERDICT,
    FORM_NOFILL_REASON,
};

/* `kind` is the one that has it; NULL = every kind. `key` is the member's, with its comma. */
static const struct column {
    const char *name;
    const char *key;
    enum export_column source;
    enum form form;
    const char *kind;
} columns[] = {
    {"id", "{\"id\":", EXPORT_ID, FORM_NUMBER, NULL},
    {"occurred_at", ",\"occurred_at\":", EXPORT_OCCURRED_AT, FORM_TIME, NULL},
    {"received_at", ",\"received_at\":", EXPORT_RECEIVED_AT, FORM_TIME, NULL},
    {"kind", ",\"kind\":", EXPORT_KIND, FORM_TEXT, NULL},
    {"ad_id", ",\"ad_id\":", EXPORT_AD_ID, FORM_NUMBER, NULL},
    {"verdict", ",\"verdict\":", EXPORT_VERDICT, FORM_VERDICT, NULL},
    {"placement", ",\"placement\":", EXPORT_PLACEMENT, FORM_TEXT, NULL},
    {"error_code", ",\"error_code\":", EXPORT_DETAIL, FORM_NUMBER, "error"},
    {"progress_ms", ",\"progress_ms\":", EXPORT_DETAIL, FORM_NUMBER, "progress"},
    {"nofill_reason", ",\"nofill_reason\":", EXPORT_DETAIL, FORM_NOFILL_REASON, "nofill"},
    {"quantity", ",\"quantity\":", EXPORT_QUANTITY, FORM_NUMBER, NULL},
    {"playback_ms", ",\"playback_ms\":", EXPORT_PLAYBACK_MS, FORM_NUMBER, NULL},
    {"ip", ",\"ip\":", EXPORT_IP, FORM_TEXT, NULL},
    {"flags", ",\"flags\":", EXPORT_FLAGS, FORM_NUMBER, NULL},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void write_text(struct render_text *text, const char *string)
{
    render_bytes(text, string, strlen(string));
}

/* "2025-04-20 00:00:00.12+00" as RFC 3339; what is not of this form, such as infinity, stays as it
 * is. */
static const char *rfc3339(const char *value, char written[static TIME_SIZE])
{
    size_t length = strlen(value);
    if (length < 22 || length > 29 || value[10] != ' ' || strcmp(value + length - 3, "+00") != 0)
        return value;
    memcpy(written, value, length - 3);
    written[10] = 'T';
    char *end = written + length - 3;
    if (value[19] == '.') {
        while (end < written + 26)
            *end++ = '0';
    }
    *end++ = 'Z';
    *end = '\0';
    return written;
}

/* A number that this version has no word for stays one. */
static const char *word_of(enum form form, const char *value)
{
    int number = atoi(value);
    return form == FORM_VERDICT ? analytics_verdict_name(number) : analytics_nofill_name(number);
}

static void write_string(struct render_text *text, const char *string, bool is_csv)
{
    if (is_csv)
        csv_cell(text, string);
    else
        render_string(text, string);
}

static void write_value(struct render_text *text, const char *value, enum form form, bool is_csv)
{
    char written[TIME_SIZE];
    const char *word;
    switch (form) {
    case FORM_NUMBER:
        write_text(text, value);
        break;
    case FORM_TEXT:
        write_string(text, value, is_csv);
        break;
    case FORM_TIME:
        write_string(text, rfc3339(value, written), is_csv);
        break;
    case FORM_VERDICT:
    case FORM_NOFILL_REASON:
        word = word_of(form, value);
        if (word != NULL)
            write_string(text, word, is_csv);
        else
            write_text(text, value);
        break;
    }
}

/* What stands in a column; NULL = nothing. */
static const char *value_of(const struct export_row *row, const struct column *column)
{
    const char *kind = row->values[EXPORT_KIND];
    if (column->kind != NULL && (kind == NULL || strcmp(kind, column->kind) != 0))
        return NULL;
    return row->values[column->source];
}

void export_row_write_head(struct render_text *text)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        write_text(text, i == 0 ? "" : ",");
        write_text(text, columns[i].name);
    }
    write_text(text, "\r\n");
}

void export_row_write(struct render_text *text, const struct export_row *row, bool is_csv)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *value = value_of(row, &columns[i]);
        if (is_csv)
            write_text(text, i == 0 ? "" : ",");
        else
            write_text(text, columns[i].key);
        if (value != NULL)
            write_value(text, value, columns[i].form, is_csv);
        else if (!is_csv)
            render_null(text);
    }
    write_text(text, is_csv ? "\r\n" : "}\n");
}

bool export_row_position(const struct export_row *row, struct export_position *position)
{
    const char *id = row->values[EXPORT_ID];
    const char *at = row->values[EXPORT_OCCURRED_AT];
    char written[TIME_SIZE];
    char *end;
    if (id == NULL || at == NULL)
        return false;
    at = rfc3339(at, written);
    position->id = strtoll(id, &end, 10);
    return *end == '\0' && timestamp_parse(at, strlen(at), &position->at_us, NULL) == RESULT_OK;
}
