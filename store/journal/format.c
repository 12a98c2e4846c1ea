/* The journal's bytes. */
#include "store/journal/format.h"

#include <assert.h>
#include <string.h>

#include "protocol/bytes.h"
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

/* Offsets in a record. The CRC comes first, and covers the rest. */
enum {
    RECORD_AT_LENGTH = 4,
    RECORD_AT_TYPE = 6,
    RECORD_AT_SALT = 8,
    RECORD_AT_SEQUENCE = 12,
};

void segment_header_write(const struct segment_header *header,
                          uint8_t bytes[static SEGMENT_HEADER_BYTES])
{
    memset(bytes, 0, SEGMENT_HEADER_BYTES);
    memcpy(bytes, magic, sizeof magic);
    bytes_put_le32(bytes + AT_FORMAT, JOURNAL_FORMAT);
    bytes_put_le32(bytes + AT_SALT, header->salt);
    memcpy(bytes + AT_JOURNAL, header->journal, UUID_BYTES);
    memcpy(bytes + AT_NONCE, header->nonce, UUID_BYTES);
    bytes_put_le64(bytes + AT_NUMBER, header->number);
    bytes_put_le64(bytes + AT_FIRST_SEQUENCE, header->first_sequence);
    bytes_put_le64(bytes + AT_CREATED, (uint64_t)header->created_us);
    bytes_put_le32(bytes + AT_RUN, header->run);
    bytes_put_le64(bytes + AT_ACCEPTED_THROUGH, header->accepted_through);
    bytes_put_le32(bytes + AT_CRC, crc32c(bytes, AT_CRC));
}

enum header_state segment_header_read(const uint8_t bytes[static SEGMENT_HEADER_BYTES],
                                      struct segment_header *header)
{
    if (memcmp(bytes, magic, sizeof magic) != 0 ||
        bytes_get_le32(bytes + AT_CRC) != crc32c(bytes, AT_CRC))
        return HEADER_DAMAGED;
    if (bytes_get_le32(bytes + AT_FORMAT) > JOURNAL_FORMAT)
        return HEADER_NEWER;
    *header = (struct segment_header){
        .number = bytes_get_le64(bytes + AT_NUMBER),
        .first_sequence = bytes_get_le64(bytes + AT_FIRST_SEQUENCE),
        .created_us = (int64_t)bytes_get_le64(bytes + AT_CREATED),
        .run = bytes_get_le32(bytes + AT_RUN),
        .accepted_through = bytes_get_le64(bytes + AT_ACCEPTED_THROUGH),
        .salt = bytes_get_le32(bytes + AT_SALT),
        .format = bytes_get_le32(bytes + AT_FORMAT),
    };
    memcpy(header->journal, bytes + AT_JOURNAL, UUID_BYTES);
    memcpy(header->nonce, bytes + AT_NONCE, UUID_BYTES);
    return HEADER_SOUND;
}

static uint32_t record_crc(const uint8_t *bytes, size_t length)
{
    return crc32c(bytes + RECORD_AT_LENGTH, length - RECORD_AT_LENGTH);
}

size_t record_write(uint8_t *bytes, enum record_type type, uint64_t sequence,
                    const uint8_t *payload, size_t payload_bytes)
{
    assert(payload_bytes > 0 && payload_bytes <= RECORD_PAYLOAD_MAX_BYTES);
    bytes_put_le16(bytes + RECORD_AT_LENGTH, (uint16_t)payload_bytes);
    bytes_put_le16(bytes + RECORD_AT_TYPE, (uint16_t)type);
    bytes_put_le64(bytes + RECORD_AT_SEQUENCE, sequence);
    memcpy(bytes + RECORD_HEADER_BYTES, payload, payload_bytes);
    return RECORD_HEADER_BYTES + payload_bytes;
}

size_t record_length(const uint8_t *bytes)
{
    return RECORD_HEADER_BYTES + (size_t)bytes_get_le16(bytes + RECORD_AT_LENGTH);
}

uint64_t record_sequence(const uint8_t *bytes)
{
    return bytes_get_le64(bytes + RECORD_AT_SEQUENCE);
}

size_t record_stamp(uint8_t *bytes, uint32_t salt)
{
    size_t length = record_length(bytes);
    bytes_put_le32(bytes + RECORD_AT_SALT, salt);
    bytes_put_le32(bytes, record_crc(bytes, length));
    return length;
}

size_t record_read(const uint8_t *bytes, size_t available, uint32_t salt, struct record *record)
{
    if (available <= RECORD_HEADER_BYTES)
        return 0;
    uint32_t own_salt = bytes_get_le32(bytes + RECORD_AT_SALT);
    size_t payload_bytes = bytes_get_le16(bytes + RECORD_AT_LENGTH);
    uint16_t type = bytes_get_le16(bytes + RECORD_AT_TYPE);
    size_t length = RECORD_HEADER_BYTES + payload_bytes;
    if (own_salt == 0 || (salt != 0 && own_salt != salt) || type > RECORD_END ||
        payload_bytes == 0 || payload_bytes > RECORD_PAYLOAD_MAX_BYTES || length > available ||
        bytes_get_le32(bytes) != record_crc(bytes, length))
        return 0;
    *record = (struct record){
        .sequence = bytes_get_le64(bytes + RECORD_AT_SEQUENCE),
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
    bytes_put_le64(payload, records);
    (void)record_write(bytes, RECORD_END, sequence, payload, sizeof payload);
    (void)record_stamp(bytes, salt);
}

uint64_t record_end_count(const struct record *end)
{
    return end->payload_bytes == 8 ? bytes_get_le64(end->payload) : 0;
}
