/* The rows that the database answers a page of an export with. */
#include "store/analytics/export_rows.h"

#include <stddef.h>

struct export_row export_rows_read(const PGresult *rows, int number)
{
    struct export_row row;
    for (int i = 0; i < EXPORT_COLUMNS; i++)
        row.values[i] = PQgetisnull(rows, number, i) ? NULL : PQgetvalue(rows, number, i);
    return row;
}

bool export_rows_find_last(const PGresult *rows, struct export_position *last)
{
    int count = PQntuples(rows);
    if (PQnfields(rows) != EXPORT_COLUMNS)
        return false;
    if (count == 0)
        return true;
    const struct export_row row = export_rows_read(rows, count - 1);
    return export_row_position(&row, last);
}
