/* A one-dimensional array in the binary form that PostgreSQL takes as a parameter, built element by
 * element in memory that is used again. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* All zero: an array without memory. */
struct binary_array {
    uint8_t *bytes; /* owned: the header, then the elements */
    size_t used;
    size_t capacity;
    uint32_t count;
    uint32_t nulls; /* of the count */
};

void binary_array_free(struct binary_array *array);

/* Empties it; what it has of memory stays. To be called before the first element, too. */
void binary_array_clear(struct binary_array *array);

void binary_array_add(struct binary_array *array, const void *value, uint32_t bytes);
void binary_array_add_null(struct binary_array *array);
void binary_array_add_16(struct binary_array *array, uint16_t value);
void binary_array_add_32(struct binary_array *array, uint32_t value);
void binary_array_add_64(struct binary_array *array, uint64_t value);

/* Writes the header, once all elements are added: of the type with the OID `element_type`. */
void binary_array_finish(struct binary_array *array, uint32_t element_type);
