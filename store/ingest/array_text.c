/* An array in PostgreSQL's binary form as text. */
#include "store/ingest/array_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/address.h"
#include "protocol/bytes.h"
#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "protocol/uuid.h"
#include "store/database/query.h"
#include "store/ingest/binary_array.h"

enum { HEADER_BYTES = 20, LENGTH_BYTES = 4, INET_HEADER_BYTES = 4, ELEMENT_TEXT_MAX = 64 };

_Static_assert((int)ELEMENT_TEXT_MAX >= (int)ADDRESS_TEXT_SIZE, "the longest but for a text");

/* In quotes, whatever it holds; two bytes for each at most. Returns how many. */
static size_t write_quoted(char *at, const uint8_t *value, uint32_t bytes)
{
    char *end = at;
    *end++ = '"';
    for (uint32_t i = 0; i < bytes; i++) {
        if (value[i] == '"' || value[i] == '\\')
            *end++ = '\\';
        *end++ = (char)value[i];
    }
    *end++ = '"';
    return (size_t)(end - at);
}

static size_t write_number(char *at, int64_t number)
{
    return (size_t)snprintf(at, ELEMENT_TEXT_MAX, "%" PRId64, number);
}

static size_t write_address(char *at, const uint8_t *value, uint32_t bytes)
{
    struct address address = {.family =
                                  bytes == INET_HEADER_BYTES + 4 ? ADDRESS_IPV4 : ADDRESS_IPV6};
    memcpy(address.bytes, value + INET_HEADER_BYTES, address_bytes(&address));
    address_format(&address, at);
    return strlen(at);
}

static size_t write_element(char *at, uint32_t type, const uint8_t *value, uint32_t bytes)
{
    switch (type) {
    case OID_INT2:
        return write_number(at, (int16_t)bytes_get_be16(value));
    case OID_INT4:
        return write_number(at, (int32_t)bytes_get_be32(value));
    case OID_INT8:
        return write_number(at, (int64_t)bytes_get_be64(value));
    case OID_TIMESTAMPTZ:
        timestamp_format((int64_t)bytes_get_be64(value) + POSTGRES_EPOCH_US, at);
        return strlen(at);
    case OID_INET:
        return write_address(at, value, bytes);
    case OID_UUID:
        uuid_format(value, at);
        return strlen(at);
    default:
        return write_quoted(at, value, bytes);
    }
}

char *array_text(const struct binary_array *array, uint32_t element_type)
{
    char *text = memory_resized(NULL, (size_t)array->count * (ELEMENT_TEXT_MAX + 1) +
                                          2 * array->used + sizeof "{}");
    char *at = text;
    const uint8_t *from = array->bytes + HEADER_BYTES;
    *at++ = '{';
    for (uint32_t i = 0; i < array->count; i++) {
        uint32_t bytes = bytes_get_be32(from);
        from += LENGTH_BYTES;
        if (i > 0)
            *at++ = ',';
        if (bytes == UINT32_MAX) {
            memcpy(at, "NULL", sizeof "NULL");
            at += sizeof "NULL" - 1;
            continue;
        }
        at += write_element(at, element_type, from, bytes);
        from += bytes;
    }
    memcpy(at, "}", 2);
    return text;
}
