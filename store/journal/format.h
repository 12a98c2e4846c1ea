/*
 * The journal's bytes. A segment is a header and records one after the other, then zeros. All
 * numbers are little-endian.
 *
 *   record:  crc32c 4 | payload length 2 | type 2 | salt 4 | sequence 8 | payload
 *
 * The CRC covers what follows it. The salt is the segment's own random number: bytes of another
 * life of the same disk blocks never pass for its records. The payload of an event is
 * its packed form; that of an end, which closes a finished segment, the number of records before it
 * (8).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/uuid.h"

/* A sequence: the run number, shifted by this, then the count within the run, from 1. */
enum { JOURNAL_RUN_SHIFT = 40 };

enum {
    JOURNAL_FORMAT = 2, /* 1: its events are packed in version 1 */
    SEGMENT_HEADER_BYTES = 128,
    RECORD_HEADER_BYTES = 20,
    RECORD_PAYLOAD_MAX_BYTES = 256,
    RECORD_MAX_BYTES = RECORD_HEADER_BYTES + RECORD_PAYLOAD_MAX_BYTES,
};

/* `accepted_through` is the last sequence answered with 202 when this segment was created; records
 * above it in earlier segments of the run are void. */
struct segment_header {
    uint8_t journal[UUID_BYTES]; /* the journal's id: the cursor's key */
    uint8_t nonce[UUID_BYTES];   /* of the run that made the segment */
    uint64_t number;
    uint64_t first_sequence; /* no record of it is below */
    uint64_t accepted_through;
    int64_t created_us;
    uint32_t run;
    uint32_t salt;   /* never 0 */
    uint32_t format; /* as it was read; what is written has JOURNAL_FORMAT */
};

enum header_state {
    HEADER_SOUND,
    HEADER_DAMAGED,
    HEADER_NEWER, /* written by a later version: not to be touched */
};

void segment_header_write(const struct segment_header *header,
                          uint8_t bytes[static SEGMENT_HEADER_BYTES]);
enum header_state segment_header_read(const uint8_t bytes[static SEGMENT_HEADER_BYTES],
                                      struct segment_header *header);

enum record_type { RECORD_EVENT = 0, RECORD_END = 1 };

struct record {
    uint64_t sequence;
    const uint8_t *payload; /* inside the bytes it was read from */
    uint32_t payload_bytes;
    uint32_t salt;
    uint16_t type; /* enum record_type */
};

/* Writes a record (at most RECORD_MAX_BYTES), still to be stamped, and returns its length. */
size_t record_write(uint8_t *bytes, enum record_type type, uint64_t sequence,
                    const uint8_t *payload, size_t payload_bytes);

/* Gives a written record the salt of the segment it goes to, and its CRC. Returns its length. */
size_t record_stamp(uint8_t *bytes, uint32_t salt);

/* The length and the sequence of a written record, stamped or not. */
size_t record_length(const uint8_t *bytes);
uint64_t record_sequence(const uint8_t *bytes);

/*
 * Reads the record at `bytes`, of which `available` are there. Returns its length, or 0 when there
 * is no sound record of `salt` (0 = of any).
 */
size_t record_read(const uint8_t *bytes, size_t available, uint32_t salt, struct record *record);

enum { RECORD_END_BYTES = RECORD_HEADER_BYTES + 8 };

/* The record that closes a segment: its last sequence, and how many records it has. */
void record_write_end(uint8_t bytes[static RECORD_END_BYTES], uint32_t salt, uint64_t sequence,
                      uint64_t records);

/* The number in an end record. */
uint64_t record_end_count(const struct record *end);
