/* The events of one ingest_batch() call as the binary arrays that PostgreSQL takes. */
#include "store/ingest/batch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/event_key.h"
#include "protocol/event_pack.h"
#include "protocol/memory.h"
#include "store/database/query.h"
#include "store/ingest/array_text.h"
#include "store/ingest/batch_claims.h"
#include "store/ingest/batch_counts.h"
#include "store/ingest/binary_array.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/placement_names.h"
#include "store/journal/format.h"

/* The inet form: PostgreSQL, utils/inet.h; it never changes. */
enum { INET_FAMILY_IPV4 = 2, INET_FAMILY_IPV6 = 3, INET_HEADER_BYTES = 4 };
enum { FORMAT_BINARY = 1 }; /* libpq: PQexecParams */

enum column {
    SEQUENCE, /* of each event, from here */
    KIND,
    VERDICT,
    FLAGS,
    AD_ID,
    DETAIL,
    QUANTITY,
    RECEIVED_AT,
    OCCURRED_AT,
    PLAYBACK_MS,
    IP,
    PLACEMENT,
    PLACEMENT_ID,
    KEY,         /* to here */
    CLAIM_EVENT, /* of each claimed key */
    CLAIM,
    NAME_ID, /* of each placement */
    NAME,
    COUNT_BUCKET, /* of each row of counts; of the cells one for each kind */
    COUNT_DIMENSION,
    COUNT_KEY,
    COUNT_DETAIL,
    COUNT_VERDICT,
    COUNT_PLAYBACK_MS,
    COUNT_CELLS,
};

_Static_assert(COUNT_CELLS + 1 == BATCH_COLUMNS, "the header knows how many there are");

_Static_assert(BATCH_ROWS_MAX *EVENT_PACKED_MAX_BYTES <= 4 * 1024 * 1024, "as the header says");

/* The parameters of ingest_batch() that are columns: the one place in C that knows their types. */
static const struct {
    const char *type;
    uint32_t element_type;
} column_types[BATCH_COLUMNS] = {
    [SEQUENCE] = {"bigint[]", OID_INT8},
    [KIND] = {"smallint[]", OID_INT2},
    [VERDICT] = {"smallint[]", OID_INT2},
    [FLAGS] = {"smallint[]", OID_INT2},
    [AD_ID] = {"integer[]", OID_INT4},
    [DETAIL] = {"integer[]", OID_INT4},
    [QUANTITY] = {"integer[]", OID_INT4},
    [RECEIVED_AT] = {"timestamptz[]", OID_TIMESTAMPTZ},
    [OCCURRED_AT] = {"timestamptz[]", OID_TIMESTAMPTZ},
    [PLAYBACK_MS] = {"bigint[]", OID_INT8},
    [IP] = {"inet[]", OID_INET},
    [PLACEMENT] = {"text[]", OID_TEXT},
    [PLACEMENT_ID] = {"bigint[]", OID_INT8},
    [KEY] = {"uuid[]", OID_UUID},
    [CLAIM_EVENT] = {"integer[]", OID_INT4},
    [CLAIM] = {"uuid[]", OID_UUID},
    [NAME_ID] = {"bigint[]", OID_INT8},
    [NAME] = {"text[]", OID_TEXT},
    [COUNT_BUCKET] = {"timestamptz[]", OID_TIMESTAMPTZ},
    [COUNT_DIMENSION] = {"smallint[]", OID_INT2},
    [COUNT_KEY] = {"bigint[]", OID_INT8},
    [COUNT_DETAIL] = {"integer[]", OID_INT4},
    [COUNT_VERDICT] = {"smallint[]", OID_INT2},
    [COUNT_PLAYBACK_MS] = {"bigint[]", OID_INT8},
    [COUNT_CELLS] = {"bigint[]", OID_INT8},
};

struct batch {
    struct binary_array columns[BATCH_COLUMNS];
    struct batch_claims claims;
    struct placement_names *placements;
    struct batch_counts *counts;
    uint32_t max_rows;
    uint32_t rows;
    uint64_t first_sequence;
    uint64_t last_sequence;
    struct queue_position end; /* behind the last event, while that is in the queue */
};

static void add_time(struct binary_array *array, int64_t time_us)
{
    binary_array_add_64(array, (uint64_t)(time_us - POSTGRES_EPOCH_US));
}

static void add_address(struct binary_array *array, const struct address *address)
{
    uint32_t count = (uint32_t)address_bytes(address);
    if (count == 0) {
        binary_array_add_null(array);
        return;
    }
    uint8_t inet[INET_HEADER_BYTES + sizeof address->bytes] = {
        count == 4 ? INET_FAMILY_IPV4 : INET_FAMILY_IPV6, (uint8_t)(count * 8), 0, (uint8_t)count};
    memcpy(inet + INET_HEADER_BYTES, address->bytes, count);
    binary_array_add(array, inet, INET_HEADER_BYTES + count);
}

/* Returns its number; 0 = it has none. */
static int64_t add_placement(struct batch *batch, const struct event *event)
{
    struct binary_array *columns = batch->columns;
    int64_t id = 0;
    if (event->placement_bytes == 0) {
        binary_array_add_null(&columns[PLACEMENT]);
        binary_array_add_null(&columns[PLACEMENT_ID]);
    } else {
        id = placement_names_add(batch->placements, event->placement, event->placement_bytes);
        binary_array_add(&columns[PLACEMENT], event->placement, event->placement_bytes);
        binary_array_add_64(&columns[PLACEMENT_ID], (uint64_t)id);
    }
    return id;
}

static void add_key(struct batch *batch, const struct event *event)
{
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][CLAIM_KEY_BYTES];
    if (event->id_bytes == 0) {
        binary_array_add_null(&batch->columns[KEY]);
        return;
    }
    int count = event_key_claims(event, claims);
    binary_array_add(&batch->columns[KEY], claims[0], CLAIM_KEY_BYTES);
    for (int i = 0; i < count; i++)
        batch_claims_add(&batch->claims, claims[i], batch->rows + 1);
}

static void add_event(struct batch *batch, uint64_t sequence, const struct event *event)
{
    struct binary_array *columns = batch->columns;
    binary_array_add_64(&columns[SEQUENCE], sequence);
    binary_array_add_16(&columns[KIND], event->kind);
    binary_array_add_16(&columns[VERDICT], event->verdict);
    binary_array_add_16(&columns[FLAGS], event->flags);
    binary_array_add_32(&columns[AD_ID], (uint32_t)event->ad_id);
    binary_array_add_32(&columns[DETAIL], (uint32_t)event->detail);
    binary_array_add_32(&columns[QUANTITY], (uint32_t)event->quantity);
    add_time(&columns[RECEIVED_AT], event->received_at_us);
    add_time(&columns[OCCURRED_AT], event->occurred_at_us);
    binary_array_add_64(&columns[PLAYBACK_MS], (uint64_t)event->playback_ms);
    add_address(&columns[IP], &event->address);
    add_key(batch, event);
    batch_counts_add(batch->counts, event, add_placement(batch, event));
    if (batch->rows++ == 0)
        batch->first_sequence = sequence;
    batch->last_sequence = sequence;
}

static void write_claims(struct batch *batch)
{
    batch_claims_sort(&batch->claims);
    for (size_t i = 0; i < batch->claims.count; i++) {
        binary_array_add_32(&batch->columns[CLAIM_EVENT], batch->claims.items[i].event);
        binary_array_add(&batch->columns[CLAIM], batch->claims.items[i].key, CLAIM_KEY_BYTES);
    }
}

static void write_names(struct batch *batch)
{
    uint32_t count;
    const struct placement_name *const *names = placement_names_sorted(batch->placements, &count);
    for (uint32_t i = 0; i < count; i++) {
        binary_array_add_64(&batch->columns[NAME_ID], (uint64_t)names[i]->id);
        binary_array_add(&batch->columns[NAME], names[i]->text, names[i]->bytes);
    }
}

static void write_counts(struct batch *batch)
{
    struct binary_array *columns = batch->columns;
    const struct count_row *const *rows = batch_counts_sorted(batch->counts);
    for (uint32_t i = 0; i < batch_counts_rows(batch->counts); i++) {
        const struct count_row *row = rows[i];
        add_time(&columns[COUNT_BUCKET], row->bucket_us);
        binary_array_add_16(&columns[COUNT_DIMENSION], row->dimension);
        binary_array_add_64(&columns[COUNT_KEY], (uint64_t)row->key);
        binary_array_add_32(&columns[COUNT_DETAIL], (uint32_t)row->detail);
        binary_array_add_16(&columns[COUNT_VERDICT], row->verdict);
        binary_array_add_64(&columns[COUNT_PLAYBACK_MS], (uint64_t)row->playback_ms);
        for (int kind = 0; kind < EVENT_KINDS; kind++)
            binary_array_add_64(&columns[COUNT_CELLS], (uint64_t)row->cells[kind]);
    }
}

void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        binary_array_clear(&batch->columns[i]);
    batch->claims.count = 0;
    placement_names_clear(batch->placements);
    batch_counts_clear(batch->counts);
    batch->rows = 0;
    batch->first_sequence = 0;
    batch->last_sequence = 0;
}

static bool is_full(const struct batch *batch, uint32_t max_rows)
{
    return batch->rows >= max_rows ||
           batch_counts_rows(batch->counts) > BATCH_COUNT_ROWS_MAX - COUNT_ROWS_PER_EVENT;
}

static void begin(struct batch *batch, struct queue_position position)
{
    batch_clear(batch);
    batch->end = position;
}

void batch_begin_behind(struct batch *batch, const struct batch *before)
{
    begin(batch, before->end);
}

bool batch_take(struct batch *batch, uint32_t max_rows)
{
    struct queue_position position = batch->end;
    while (!is_full(batch, max_rows < batch->max_rows ? max_rows : batch->max_rows)) {
        size_t packed_bytes;
        uint64_t sequence;
        struct event event;
        const uint8_t *packed = event_queue_read(&position, &packed_bytes, &sequence);
        if (packed == NULL)
            return true;
        if (batch->rows > 0 && sequence >> JOURNAL_RUN_SHIFT != batch_run(batch))
            return false;
        if (event_unpack(packed, packed_bytes, &event) != RESULT_OK)
            abort(); /* only what event_pack() wrote gets into the queue */
        add_event(batch, sequence, &event);
        batch->end = position;
    }
    return !is_full(batch, batch->max_rows);
}

void batch_finish(struct batch *batch)
{
    write_claims(batch);
    write_names(batch);
    write_counts(batch);
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        binary_array_finish(&batch->columns[i], column_types[i].element_type);
}

void batch_fill(struct batch *batch, const struct event_queue *queue, uint32_t max_rows)
{
    begin(batch, event_queue_head(queue));
    (void)batch_take(batch, max_rows);
    batch_finish(batch);
}

bool batch_is_head_of(struct batch *batch, const struct event_queue *queue)
{
    struct queue_position position = event_queue_head(queue);
    size_t packed_bytes;
    uint64_t sequence = 0;
    for (uint32_t i = 0; i < batch->rows; i++) {
        if (event_queue_read(&position, &packed_bytes, &sequence) == NULL ||
            (i == 0 && sequence != batch->first_sequence))
            return false;
    }
    batch->end = position;
    return batch->rows > 0 && sequence == batch->last_sequence;
}

uint32_t batch_rows(const struct batch *batch)
{
    return batch->rows;
}

uint64_t batch_last_sequence(const struct batch *batch)
{
    return batch->last_sequence;
}

uint32_t batch_run(const struct batch *batch)
{
    return (uint32_t)(batch->last_sequence >> JOURNAL_RUN_SHIFT);
}

struct batch_parameters batch_parameters(const struct batch *batch)
{
    struct batch_parameters parameters;
    for (size_t i = 0; i < BATCH_COLUMNS; i++) {
        const struct binary_array *array = &batch->columns[i];
        bool has_any = i == SEQUENCE || array->count > array->nulls;
        parameters.values[i] = has_any ? (const char *)array->bytes : NULL;
        parameters.lengths[i] = has_any ? (int)array->used : 0;
        parameters.formats[i] = FORMAT_BINARY;
    }
    return parameters;
}

void batch_texts(const struct batch *batch, char *texts[static BATCH_COLUMNS])
{
    for (size_t i = 0; i < BATCH_COLUMNS; i++) {
        const struct binary_array *array = &batch->columns[i];
        bool has_any = i == SEQUENCE || array->count > array->nulls;
        texts[i] = has_any ? array_text(array, column_types[i].element_type) : NULL;
    }
}

size_t batch_placeholders(char *text, size_t size, int first, bool is_text)
{
    size_t length = 0;
    for (int i = 0; i < BATCH_COLUMNS; i++) {
        size_t used = length < size ? length : size;
        length += (size_t)snprintf(text + used, size - used, "%s$%d::%s", i == 0 ? "" : ", ",
                                   first + i, is_text ? "text" : column_types[i].type);
    }
    return length;
}

struct batch *batch_new(uint32_t max_rows)
{
    struct batch *batch = memory_zeroed(sizeof *batch);
    batch->max_rows = max_rows;
    batch->placements = placement_names_new();
    batch->counts = batch_counts_new();
    batch_clear(batch);
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        binary_array_free(&batch->columns[i]);
    batch_claims_free(&batch->claims);
    placement_names_free(batch->placements);
    batch_counts_free(batch->counts);
    free(batch);
}
