/*
 * Writes a backlog into the directory of a journal whose tracker is not running: as many events as
 * are asked for, as sealed segments that continue its last run.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/event_pack.h"
#include "store/journal/format.h"
#include "store/journal/journal.h"

/* Small enough for a short backlog to have several segments. */
enum { SEGMENT_BYTES = 8 * 1024 * 1024, ADS = 3, FIRST_ADDRESS = 20 << 24 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static FILE *open_segment(const char *directory, uint64_t number, const char *mode)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%016" PRIx64 ".journal", directory, number);
    FILE *file = fopen(path, mode);
    if (file == NULL)
        die(path);
    return file;
}

/* The header of the newest segment there is. */
static struct segment_header read_last(const char *directory)
{
    uint64_t last = 0;
    DIR *entries = opendir(directory);
    if (entries == NULL)
        die(directory);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        uint64_t number = strtoull(entry->d_name, NULL, 16);
        if (strstr(entry->d_name, ".journal") != NULL && number > last)
            last = number;
    }
    (void)closedir(entries);
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header;
    FILE *file = open_segment(directory, last, "rb");
    if (fread(bytes, sizeof bytes, 1, file) != 1 ||
        segment_header_read(bytes, &header) != HEADER_SOUND)
        die("the last segment's header");
    (void)fclose(file);
    return header;
}

/* Event number `index`: all differ in their address, which counts up from 20.0.0.0. */
static size_t write_event(uint8_t *record, uint64_t sequence, uint64_t index, int64_t now_us,
                          uint32_t salt)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event event = {.occurred_at_us = now_us + (int64_t)index,
                          .ad_id = 1 + (int32_t)(index % ADS),
                          .playback_seconds = (int32_t)(index % 60),
                          .kind = (uint8_t)(index % EVENT_KINDS)};
    uint32_t address = htonl(FIRST_ADDRESS + (uint32_t)index);
    event.address.family = ADDRESS_IPV4;
    memcpy(event.address.bytes, &address, sizeof address);
    size_t packed_bytes = event_pack(&event, packed);
    (void)record_write(record, RECORD_EVENT, sequence, packed, packed_bytes);
    return record_stamp(record, salt);
}

static void put(FILE *file, const void *bytes, size_t count)
{
    if (fwrite(bytes, count, 1, file) != 1)
        die("fwrite");
}

/* One segment with events from `index` on; returns the index behind its last one. */
static uint64_t write_segment(const char *directory, struct segment_header *header, uint64_t index,
                              uint64_t count, int64_t now_us)
{
    uint8_t bytes[RECORD_MAX_BYTES];
    FILE *file = open_segment(directory, header->number, "wbx");
    uint64_t first = index;
    size_t used = SEGMENT_HEADER_BYTES;
    segment_header_write(header, bytes);
    put(file, bytes, SEGMENT_HEADER_BYTES);
    for (; index < count && used + 2 * RECORD_MAX_BYTES < SEGMENT_BYTES; index++) {
        uint64_t sequence = header->first_sequence + (index - first);
        size_t length = write_event(bytes, sequence, index, now_us, header->salt);
        put(file, bytes, length);
        used += length;
    }
    header->first_sequence += index - first;
    record_write_end(bytes, header->salt, header->first_sequence - 1, index - first);
    put(file, bytes, RECORD_END_BYTES);
    if (fclose(file) != 0)
        die("fclose");
    return index;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: backlog JOURNAL_DIR EVENTS\n");
        return 2;
    }
    struct segment_header header = read_last(argv[1]);
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t count = strtoull(argv[2], NULL, 10);
    header.first_sequence = ((uint64_t)header.run << JOURNAL_RUN_SHIFT) + 1;
    for (uint64_t index = 0; index < count;) {
        header.number++;
        header.salt++;
        header.accepted_through = header.first_sequence - 1; /* all of them were */
        index = write_segment(argv[1], &header, index, count, (int64_t)now.tv_sec * 1000000);
    }
    return 0;
}
