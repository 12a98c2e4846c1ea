/* The events of one ingest_batch() call as the binary arrays that PostgreSQL takes. */
#include "store/ingest/batch.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/event_pack.h"
#include "protocol/hex.h"
#include "protocol/memory.h"
#include "store/database/query.h"
#include "store/ingest/event_queue.h"
#include "store/journal/format.h"

/* Type OIDs and the inet form: PostgreSQL, pg_type.dat and utils/inet.h; they never change. */
enum { OID_INT2 = 21, OID_INT4 = 23, OID_INT8 = 20, OID_TIMESTAMPTZ = 1184, OID_INET = 869 };
enum { OID_TEXT = 25, INET_FAMILY_IPV4 = 2, INET_FAMILY_IPV6 = 3 };
enum { FORMAT_BINARY = 1 }; /* libpq: PQexecParams */
enum { ARRAY_HEADER_BYTES = 20, ELEMENT_HEADER_BYTES = 4, ELEMENT_NULL = -1 };

enum { ESCAPE_BYTES = 2 }; /* before the digits of an escaped event_id */

enum column { SEQUENCE, KIND, AD_ID, OCCURRED_AT, IP, PLAYBACK, EVENT_ID };

/* The parameters of ingest_batch() that are columns: the one place in C that knows their types. */
static const struct {
    const char *type;
    uint32_t element_oid;
    uint32_t element_max_bytes;
    bool may_be_null;
} column_types[BATCH_COLUMNS] = {
    [SEQUENCE] = {"bigint[]", OID_INT8, 8, false},
    [KIND] = {"smallint[]", OID_INT2, 2, false},
    [AD_ID] = {"integer[]", OID_INT4, 4, false},
    [OCCURRED_AT] = {"timestamptz[]", OID_TIMESTAMPTZ, 8, false},
    [IP] = {"inet[]", OID_INET, 20, true},
    [PLAYBACK] = {"integer[]", OID_INT4, 4, false},
    [EVENT_ID] = {"text[]", OID_TEXT, ESCAPE_BYTES + 2 * EVENT_ID_MAX_BYTES, true},
};

/* A one-dimensional array in PostgreSQL's binary form; room for every row at its longest. */
struct column_array {
    uint8_t *bytes;
    size_t used;
};

struct batch {
    struct column_array columns[BATCH_COLUMNS];
    uint32_t max_rows;
    uint32_t rows;
    uint32_t run;
    bool has_event_ids;
};

static void append(struct batch *batch, enum column column, const void *value, uint32_t bytes)
{
    struct column_array *array = &batch->columns[column];
    bytes_put_be32(array->bytes + array->used, bytes);
    memcpy(array->bytes + array->used + ELEMENT_HEADER_BYTES, value, bytes);
    array->used += ELEMENT_HEADER_BYTES + bytes;
}

static void append_null(struct batch *batch, enum column column)
{
    struct column_array *array = &batch->columns[column];
    bytes_put_be32(array->bytes + array->used, (uint32_t)ELEMENT_NULL);
    array->used += ELEMENT_HEADER_BYTES;
}

static void append_16(struct batch *batch, enum column column, uint16_t value)
{
    uint8_t bytes[sizeof value];
    bytes_put_be16(bytes, value);
    append(batch, column, bytes, sizeof bytes);
}

static void append_32(struct batch *batch, enum column column, uint32_t value)
{
    uint8_t bytes[sizeof value];
    bytes_put_be32(bytes, value);
    append(batch, column, bytes, sizeof bytes);
}

static void append_64(struct batch *batch, enum column column, uint64_t value)
{
    uint8_t bytes[sizeof value];
    bytes_put_be64(bytes, value);
    append(batch, column, bytes, sizeof bytes);
}

static void append_address(struct batch *batch, const struct address *address)
{
    uint32_t count = (uint32_t)address_bytes(address);
    if (count == 0) {
        append_null(batch, IP);
        return;
    }
    uint8_t inet[20] = {count == 4 ? INET_FAMILY_IPV4 : INET_FAMILY_IPV6, (uint8_t)(count * 8), 0,
                        (uint8_t)count};
    memcpy(inet + 4, address->bytes, count);
    append(batch, IP, inet, 4 + count);
}

static void append_event(struct batch *batch, uint64_t sequence, const struct event *event)
{
    append_64(batch, SEQUENCE, sequence);
    append_16(batch, KIND, event->kind);
    append_32(batch, AD_ID, (uint32_t)event->ad_id);
    append_64(batch, OCCURRED_AT, (uint64_t)(event->occurred_at_us - POSTGRES_EPOCH_US));
    append_address(batch, &event->address);
    append_32(batch, PLAYBACK, (uint32_t)event->playback_seconds);
    if (event->id_bytes == 0) {
        append_null(batch, EVENT_ID);
    } else {
        append(batch, EVENT_ID, event->id, event->id_bytes);
        batch->has_event_ids = true;
    }
    batch->rows++;
}

/* Dimensions 1, nulls possible, element type, length, lower bound 1 (utils/array.h, array_send). */
static void write_header(struct batch *batch, enum column column)
{
    uint8_t *header = batch->columns[column].bytes;
    bytes_put_be32(header, 1);
    bytes_put_be32(header + 4, column_types[column].may_be_null);
    bytes_put_be32(header + 8, column_types[column].element_oid);
    bytes_put_be32(header + 12, batch->rows);
    bytes_put_be32(header + 16, 1);
}

void batch_fill(struct batch *batch, const struct event_queue *queue, uint32_t max_rows)
{
    assert(max_rows <= batch->max_rows);
    batch->rows = 0;
    batch->run = 0;
    batch->has_event_ids = false;
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        batch->columns[i].used = ARRAY_HEADER_BYTES;
    struct queue_position position = event_queue_head(queue);
    while (batch->rows < max_rows) {
        size_t packed_bytes;
        uint64_t sequence;
        const uint8_t *packed = event_queue_read(&position, &packed_bytes, &sequence);
        if (packed == NULL)
            break;
        uint32_t run = (uint32_t)(sequence >> JOURNAL_RUN_SHIFT);
        if (batch->rows > 0 && run != batch->run)
            break;
        batch->run = run;
        struct event event;
        if (event_unpack(packed, packed_bytes, &event) != RESULT_OK)
            abort(); /* only what event_pack() wrote gets into the queue */
        append_event(batch, sequence, &event);
    }
    for (int column = SEQUENCE; column <= EVENT_ID; column++)
        write_header(batch, (enum column)column);
}

void batch_escape_event_id(struct batch *batch)
{
    struct column_array *array = &batch->columns[EVENT_ID];
    const uint8_t *id = array->bytes + ARRAY_HEADER_BYTES + ELEMENT_HEADER_BYTES;
    char escaped[ESCAPE_BYTES + 2 * EVENT_ID_MAX_BYTES] = "\\x";
    assert(batch->rows == 1);
    if (!batch->has_event_ids)
        return;
    size_t id_bytes = array->used - ARRAY_HEADER_BYTES - ELEMENT_HEADER_BYTES;
    (void)hex_write(escaped + ESCAPE_BYTES, id, id_bytes);
    array->used = ARRAY_HEADER_BYTES;
    append(batch, EVENT_ID, escaped, (uint32_t)(ESCAPE_BYTES + 2 * id_bytes));
}

uint32_t batch_rows(const struct batch *batch)
{
    return batch->rows;
}

uint32_t batch_run(const struct batch *batch)
{
    return batch->run;
}

struct batch_parameters batch_parameters(const struct batch *batch)
{
    struct batch_parameters parameters;
    for (size_t i = 0; i < BATCH_COLUMNS; i++) {
        parameters.values[i] = (const char *)batch->columns[i].bytes;
        parameters.lengths[i] = (int)batch->columns[i].used;
        parameters.formats[i] = FORMAT_BINARY;
    }
    if (!batch->has_event_ids)
        parameters.values[EVENT_ID] = NULL;
    return parameters;
}

size_t batch_placeholders(char *text, size_t size, int first)
{
    size_t length = 0;
    for (int i = 0; i < BATCH_COLUMNS; i++) {
        size_t used = length < size ? length : size;
        length += (size_t)snprintf(text + used, size - used, "%s$%d::%s", i == 0 ? "" : ", ",
                                   first + i, column_types[i].type);
    }
    return length;
}

struct batch *batch_new(uint32_t max_rows)
{
    struct batch *batch = memory_zeroed(sizeof *batch);
    batch->max_rows = max_rows;
    for (size_t i = 0; i < BATCH_COLUMNS; i++) {
        size_t element = ELEMENT_HEADER_BYTES + column_types[i].element_max_bytes;
        batch->columns[i].bytes = memory_resized(NULL, ARRAY_HEADER_BYTES + max_rows * element);
    }
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        free(batch->columns[i].bytes);
    free(batch);
}
