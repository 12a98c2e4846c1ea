/* Reads a batch as PostgreSQL does. */
#include "test/unit/store/ingest/batch_reading.h"

#include <endian.h>
#include <string.h>

#include <check.h>

#include "protocol/event_pack.h"
#include "store/ingest/event_queue.h"

#define POSTGRES_EPOCH_US 946684800000000

static const uint32_t types[BATCH_COLUMNS] = {20,   21,  21, 21, 23,   23, 23,   1184, 1184,
                                              20,   869, 25, 20, 2950, 23, 2950, 20,   25,
                                              1184, 21,  20, 23, 21,   20, 20};

void batch_push(struct event_queue *queue, uint64_t sequence, const struct event *event)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    event_queue_push(queue, sequence, packed, event_pack(event, packed));
}

struct event batch_make_event(const char *ip, const char *id)
{
    struct event event = {.occurred_at_us = POSTGRES_EPOCH_US, .ad_id = 1, .quantity = 1};
    if (ip != NULL)
        ck_assert_int_eq(address_parse(ip, strlen(ip), &event.address), RESULT_OK);
    if (id != NULL) {
        event.id_bytes = (uint8_t)strlen(id);
        memcpy(event.id, id, event.id_bytes);
    }
    return event;
}

uint32_t batch_read_32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return be32toh(value);
}

uint64_t batch_read_64(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return be64toh(value);
}

uint32_t batch_elements(const struct batch *batch, enum column column)
{
    return batch_read_32(batch_parameters(batch).values[column] + 12);
}

struct element batch_element(const struct batch *batch, enum column column, uint32_t wanted)
{
    struct batch_parameters parameters = batch_parameters(batch);
    ck_assert_int_eq(parameters.formats[column], 1);
    const char *at = parameters.values[column];
    ck_assert_ptr_nonnull(at);
    const char *end = at + parameters.lengths[column];
    ck_assert_uint_eq(batch_read_32(at), 1); /* dimensions */
    uint32_t has_nulls = batch_read_32(at + 4);
    ck_assert_uint_eq(batch_read_32(at + 8), types[column]);
    uint32_t count = batch_read_32(at + 12);
    if (column <= KEY)
        ck_assert_uint_eq(count, batch_rows(batch));
    ck_assert_uint_eq(batch_read_32(at + 16), 1); /* lower bound */
    at += 20;
    struct element found = {NULL, -2};
    for (uint32_t i = 0; i < count; i++) {
        struct element element = {at + 4, (int32_t)batch_read_32(at)};
        if (element.bytes > end || element.length < (has_nulls ? -1 : 0))
            ck_abort_msg("column %d breaks off at row %u", (int)column, (unsigned)i);
        at = element.bytes + (element.length > 0 ? element.length : 0);
        if (i == wanted)
            found = element;
    }
    ck_assert_ptr_eq(at, end);
    ck_assert_int_ne(found.length, -2);
    return found;
}

void batch_assert_element(const struct batch *batch, enum column column, uint32_t row,
                          const void *bytes, int32_t length)
{
    struct element element = batch_element(batch, column, row);
    ck_assert_int_eq(element.length, length);
    if (length > 0)
        ck_assert_mem_eq(element.bytes, bytes, (size_t)length);
}

void batch_set_placement(struct event *event, const char *placement)
{
    event->placement_bytes = (uint8_t)strlen(placement);
    memcpy(event->placement, placement, event->placement_bytes);
}

uint64_t batch_read_first(const struct batch *batch)
{
    return batch_read_64(batch_element(batch, SEQUENCE, 0).bytes);
}
