/* A row that a question's statement gave. */
#include "store/analytics/ask_row.h"

#include <endian.h>
#include <string.h>

#include "store/analytics/ask_parts.h"

/* An array's binary form: dimensions, whether it has nulls, the type, and of its one dimension the
 * count and the first index; then each element behind its length, -1 = null. */
enum { ARRAY_HEAD_BYTES = 20, ARRAY_COUNT_AT = 12 };

static int32_t read_32(const char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return (int32_t)be32toh(value);
}

static int64_t read_64(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return (int64_t)be64toh(value);
}

/* Numbers of the widths that the statement gives; null is 0. */
static int64_t read_number(const PGresult *rows, int number, enum ask_column column)
{
    const char *bytes = PQgetvalue(rows, number, (int)column);
    switch (PQgetlength(rows, number, (int)column)) {
    case 2:
        return (int16_t)((uint8_t)bytes[0] << 8 | (uint8_t)bytes[1]);
    case 4:
        return read_32(bytes);
    case 8:
        return read_64(bytes);
    default:
        return 0;
    }
}

static bool read_cells(int64_t *cells, size_t count, const PGresult *rows, int number)
{
    const char *at = PQgetvalue(rows, number, ASK_CELLS);
    const char *end = at + PQgetlength(rows, number, ASK_CELLS);
    if (end - at < ARRAY_HEAD_BYTES || read_32(at) != 1 ||
        read_32(at + ARRAY_COUNT_AT) != (int32_t)count)
        return false;
    at += ARRAY_HEAD_BYTES;
    for (size_t i = 0; i < count; i++) {
        int32_t length = end - at < 4 ? 1 : read_32(at);
        at += 4;
        if (length != -1 && (length != 8 || end - at < 8))
            return false;
        cells[i] = length == 8 ? read_64(at) : 0;
        at += length == 8 ? 8 : 0;
    }
    return true;
}

/* Out of every kind the sums of the cells, and of all. */
static void gather(struct ask_row *row)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        row->sums.events += row->kinds[kind];
    for (int cell = 0; cell < ANALYTICS_CELLS; cell++)
        row->sums.cells[cell] = row->kinds[analytics_cell_kind((enum analytics_cell)cell)];
}

bool ask_row_read(struct ask_row *row, const struct ask *ask, const PGresult *rows, int number)
{
    row->strip = (int32_t)read_number(rows, number, ASK_STRIP);
    row->at_us = read_number(rows, number, ASK_AT) * 60000000;
    row->key = read_number(rows, number, ASK_KEY);
    row->detail = (int32_t)read_number(rows, number, ASK_DETAIL);
    row->verdict = (int32_t)read_number(rows, number, ASK_VERDICT);
    row->sums = (struct analytics_sums){.playback_ms = read_number(rows, number, ASK_PLAYBACK_MS),
                                        .invalid = read_number(rows, number, ASK_INVALID)};
    int64_t *cells = ask->has_every_kind ? row->kinds : row->sums.cells;
    if (!read_cells(cells, ask_cell_count(ask), rows, number))
        return false;
    if (ask->has_every_kind)
        gather(row);
    return true;
}
