/* A one-dimensional array in PostgreSQL's binary form. */
#include "store/ingest/binary_array.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/memory.h"

enum { HEADER_BYTES = 20, ELEMENT_HEADER_BYTES = 4, ELEMENT_NULL = -1, FIRST_BYTES = 4096 };

void binary_array_free(struct binary_array *array)
{
    free(array->bytes);
    *array = (struct binary_array){0};
}

static uint8_t *extend(struct binary_array *array, size_t bytes)
{
    if (array->used + bytes > array->capacity) {
        if (array->capacity == 0)
            array->capacity = FIRST_BYTES;
        while (array->used + bytes > array->capacity)
            array->capacity *= 2;
        array->bytes = memory_resized(array->bytes, array->capacity);
    }
    uint8_t *at = array->bytes + array->used;
    array->used += bytes;
    return at;
}

void binary_array_clear(struct binary_array *array)
{
    array->used = array->count = array->nulls = 0;
    (void)extend(array, HEADER_BYTES);
}

static uint8_t *add(struct binary_array *array, uint32_t bytes)
{
    uint8_t *at = extend(array, ELEMENT_HEADER_BYTES + bytes);
    array->count++;
    bytes_put_be32(at, bytes);
    return at + ELEMENT_HEADER_BYTES;
}

void binary_array_add(struct binary_array *array, const void *value, uint32_t bytes)
{
    memcpy(add(array, bytes), value, bytes);
}

void binary_array_add_null(struct binary_array *array)
{
    bytes_put_be32(extend(array, ELEMENT_HEADER_BYTES), (uint32_t)ELEMENT_NULL);
    array->count++;
    array->nulls++;
}

void binary_array_add_16(struct binary_array *array, uint16_t value)
{
    bytes_put_be16(add(array, sizeof value), value);
}

void binary_array_add_32(struct binary_array *array, uint32_t value)
{
    bytes_put_be32(add(array, sizeof value), value);
}

void binary_array_add_64(struct binary_array *array, uint64_t value)
{
    bytes_put_be64(add(array, sizeof value), value);
}

/* Dimensions 1, whether there are nulls, element type, length, lower bound 1 (utils/array.h,
 * array_send). */
void binary_array_finish(struct binary_array *array, uint32_t element_type)
{
    bytes_put_be32(array->bytes, 1);
    bytes_put_be32(array->bytes + 4, array->nulls > 0);
    bytes_put_be32(array->bytes + 8, element_type);
    bytes_put_be32(array->bytes + 12, array->count);
    bytes_put_be32(array->bytes + 16, 1);
}
