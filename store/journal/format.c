/* The journal's bytes. */
#include "store/journal/format.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "store/base/crc32c.h"

static const char magic[8] = "VATJRNL";

/* Offsets in a segment's header. The magic and the format stay where they are in every version. */
enum {
    AT_FORMAT = 8,
    AT_SALT = 12,
    AT_JOURNAL = 16,
    AT_NONCE = 32,
    AT_NUMBER = 48,
    AT_FIRST_SEQUENCE = 56,
    AT_CREATED = 64,
    AT_RUN = 72,
    AT_ACCEPTED_THROUGH = 76,
    AT_CRC = SEGMENT_HEADER_BYTES - 4,
};

static void put_16(uint8_t *at, uint16_t value)
{
    value = htole16(value);
    memcpy(at, &value, sizeof value);
}

static void put_32(uint8_t *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static void put_64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof value);
}

static uint16_t get_16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return le16toh(value);
}

static uint32_t get_32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t get_64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

void segment_header_write(const struct segment_header *header,
                          uint8_t bytes[static SEGMENT_HEADER_BYTES])
{
    memset(bytes, 0, SEGMENT_HEADER_BYTES);
    memcpy(bytes, magic, sizeof magic);
    put_32(bytes + AT_FORMAT, JOURNAL_FORMAT);
    put_32(bytes + AT_SALT, header->salt);
    memcpy(bytes + AT_JOURNAL, header->journal, UUID_BYTES);
    memcpy(bytes + AT_NONCE, header->nonce, UUID_BYTES);
    put_64(bytes + AT_NUMBER, header->number);
    put_64(bytes + AT_FIRST_SEQUENCE, header->first_sequence);
    put_64(bytes + AT_CREATED, (uint64_t)header->created_us);
    put_32(bytes + AT_RUN, header->run);
    put_64(bytes + AT_ACCEPTED_THROUGH, header->accepted_through);
    put_32(bytes + AT_CRC, crc32c(bytes, AT_CRC));
}

enum header_state segment_header_read(const uint8_t bytes[static SEGMENT_HEADER_BYTES],
                                      struct segment_header *header)
{
    if (memcmp(bytes, magic, sizeof magic) != 0 || get_32(bytes + AT_CRC) != crc32c(bytes, AT_CRC))
        return HEADER_DAMAGED;
    if (get_32(bytes + AT_FORMAT) > JOURNAL_FORMAT)
        return HEADER_NEWER;
    *header = (struct segment_header){
        .number = get_64(bytes + AT_NUMBER),
        .first_sequence = get_64(bytes + AT_FIRST_SEQUENCE),
        .created_us = (int64_t)get_64(bytes + AT_CREATED),
        .run = get_32(bytes + AT_RUN),
        .accepted_through = get_64(bytes + AT_ACCEPTED_THROUGH),
        .salt = get_32(bytes + AT_SALT),
    };
    memcpy(header->journal, bytes + AT_JOURNAL, UUID_BYTES);
    memcpy(header->nonce, bytes + AT_NONCE, UUID_BYTES);
    return HEADER_SOUND;
}

size_t record_write(uint8_t *bytes, enum record_type type, uint64_t sequence,
                    const uint8_t *payload, size_t payload_bytes)
{
    assert(payload_bytes > 0 && payload_bytes <= RECORD_PAYLOAD_MAX_BYTES);
    put_16(bytes + 4, (uint16_t)payload_bytes);
    put_16(bytes + 6, (uint16_t)type);
    put_64(bytes + 12, sequence);
    memcpy(bytes + RECORD_HEADER_BYTES, payload, payload_bytes);
    return RECORD_HEADER_BYTES + payload_bytes;
}

size_t record_length(const uint8_t *bytes)
{
    return RECORD_HEADER_BYTES + (size_t)get_16(bytes + 4);
}

uint64_t record_sequence(const uint8_t *bytes)
{
    return get_64(bytes + 12);
}

size_t record_stamp(uint8_t *bytes, uint32_t salt)
{
    size_t length = record_length(bytes);
    put_32(bytes + 8, salt);
    put_32(bytes, crc32c(bytes + 4, length - 4));
    return length;
}

size_t record_read(const uint8_t *bytes, size_t available, uint32_t salt, struct record *record)
{
    if (available <= RECORD_HEADER_BYTES)
        return 0;
    uint32_t own_salt = get_32(bytes + 8);
    size_t payload_bytes = get_16(bytes + 4);
    uint16_t type = get_16(bytes + 6);
    size_t length = RECORD_HEADER_BYTES + payload_bytes;
    if (own_salt == 0 || (salt != 0 && own_salt != salt) || type > RECORD_END ||
        payload_bytes == 0 || payload_bytes > RECORD_PAYLOAD_MAX_BYTES || length > available ||
        get_32(bytes) != crc32c(bytes + 4, length - 4))
        return 0;
    *record = (struct record){
        .sequence = get_64(bytes + 12),
        .payload = bytes + RECORD_HEADER_BYTES,
        .payload_bytes = (uint32_t)payload_bytes,
        .salt = own_salt,
        .type = type,
    };
    return length;
}

void record_write_end(uint8_t bytes[static RECORD_END_BYTES], uint32_t salt, uint64_t sequence,
                      uint64_t records)
{
    uint8_t payload[8];
    put_64(payload, records);
    (void)record_write(bytes, RECORD_END, sequence, payload, sizeof payload);
    (void)record_stamp(bytes, salt);
}

uint64_t record_end_count(const struct record *end)
{
    return end->payload_bytes == 8 ? get_64(end->payload) : 0;
}
