/*
 * Writes a backlog into the directory of a journal whose tracker is not running: as many events as
 * are asked for, as sealed segments that continue its last run.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/event_pack.h"
#include "store/journal/format.h"
#include "store/journal/journal.h"

/* Small enough for a short backlog to have several segments. */
enum { SEGMENT_BYTES = 8 * 1024 * 1024, FIRST_ADDRESS = 20 << 24 };

/* How much earlier those happened that were sent late. */
#define LATE_MIN_US (INT64_C(3) * 3600 * 1000000)
#define LATE_MAX_US (INT64_C(12) * 3600 * 1000000)

/* What the events are like, beside their address. */
struct mix {
    unsigned kinds;
    unsigned ads;
    unsigned placements;
    bool has_ids;     /* UUIDs of version 7 */
    int64_t event_us; /* from one to the next, the last one now */
    unsigned late;    /* percent of them */
    unsigned invalid; /* percent as well */
};

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

static uint64_t scatter(uint64_t index)
{
    uint64_t mixed = (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
    return (mixed ^ mixed >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 20;
}

static int64_t late_us(const struct mix *mix, uint64_t random)
{
    if ((random >> 30) % 100 >= mix->late)
        return 0;
    return LATE_MIN_US + (int64_t)((random >> 4) % (uint64_t)(LATE_MAX_US - LATE_MIN_US));
}

static void set_id(struct event *event, uint64_t random)
{
    char text[40];
    uint64_t ms = (uint64_t)event->occurred_at_us / 1000;
    int length = snprintf(text, sizeof text, "%08" PRIx64 "-%04" PRIx64 "-7%03x-9%03x-%012" PRIx64,
                          ms >> 16, ms & 0xffff, (unsigned)(random >> 4 & 0xfff),
                          (unsigned)(random >> 16 & 0xfff), event->received_at_us & 0xffffffffffff);
    event->id_bytes = (uint8_t)length;
    memcpy(event->id, text, (size_t)length);
}

/* Event number `index`: all differ in their address, which counts up from 20.0.0.0. */
static struct event make_event(const struct mix *mix, uint64_t index, int64_t first_us)
{
    uint64_t random = scatter(index);
    int64_t at_us = first_us + (int64_t)index * mix->event_us;
    struct event event = {.received_at_us = at_us,
                          .occurred_at_us = at_us - late_us(mix, random),
                          .ad_id = 1 + (int32_t)(random % mix->ads),
                          .playback_ms = (int64_t)(index % 60) * 1000,
                          .quantity = 1,
                          .verdict = (random >> 24) % 100 < mix->invalid ? VERDICT_DECLARED_BOT
                                                                         : VERDICT_VALID,
                          .kind = (uint8_t)(index % mix->kinds)};
    uint32_t address = htonl(FIRST_ADDRESS + (uint32_t)index);
    event.address.family = ADDRESS_IPV4;
    memcpy(event.address.bytes, &address, sizeof address);
    if (event.kind == EVENT_ERROR)
        event.detail = 400 + (int32_t)(random >> 12 & 7);
    if (mix->placements > 0)
        event.placement_bytes =
            (uint8_t)snprintf(event.placement, sizeof event.placement, "placement-%u",
                              (unsigned)(random >> 8) % mix->placements);
    if (mix->has_ids)
        set_id(&event, random);
    return event;
}

static size_t write_event(uint8_t *record, uint64_t sequence, const struct event *event,
                          uint32_t salt)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    size_t packed_bytes = event_pack(event, packed);
    (void)record_write(record, RECORD_EVENT, sequence, packed, packed_bytes);
    return record_stamp(record, salt);
}

static void put(FILE *file, const void *bytes, size_t count)
{
    if (fwrite(bytes, count, 1, file) != 1)
        die("fwrite");
}

/* One segment with events from `index` on; returns the index behind its last one. */
static uint64_t write_segment(const char *directory, struct segment_header *header,
                              const struct mix *mix, uint64_t index, uint64_t count,
                              int64_t first_us)
{
    uint8_t bytes[RECORD_MAX_BYTES];
    FILE *file = open_segment(directory, header->number, "wbx");
    uint64_t first = index;
    size_t used = SEGMENT_HEADER_BYTES;
    segment_header_write(header, bytes);
    put(file, bytes, SEGMENT_HEADER_BYTES);
    for (; index < count && used + 2 * RECORD_MAX_BYTES < SEGMENT_BYTES; index++) {
        uint64_t sequence = header->first_sequence + (index - first);
        const struct event event = make_event(mix, index, first_us);
        size_t length = write_event(bytes, sequence, &event, header->salt);
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

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct mix mix = {.kinds = EVENT_KINDS, .ads = 3, .event_us = 100, .invalid = 6};
    if (argc != 3 && argc != 7 && argc != 10) {
        (void)fprintf(stderr,
                      "usage: backlog JOURNAL_DIR EVENTS "
                      "[KINDS ADS PLACEMENTS IDS [EVENT_US LATE_PERCENT INVALID_PERCENT]]\n");
        return 2;
    }
    if (argc >= 7) {
        mix.kinds = number(argv[3]);
        mix.ads = number(argv[4]);
        mix.placements = number(argv[5]);
        mix.has_ids = number(argv[6]) != 0;
    }
    if (argc == 10) {
        mix.event_us = number(argv[7]);
        mix.late = number(argv[8]);
        mix.invalid = number(argv[9]);
    }
    struct segment_header header = read_last(argv[1]);
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t count = strtoull(argv[2], NULL, 10);
    int64_t first_us = (int64_t)now.tv_sec * 1000000 - (int64_t)count * mix.event_us;
    header.first_sequence = ((uint64_t)header.run << JOURNAL_RUN_SHIFT) + 1;
    for (uint64_t index = 0; index < count;) {
        header.number++;
        header.salt++;
        header.accepted_through = header.first_sequence - 1; /* all of them were */
        index = write_segment(argv[1], &header, &mix, index, count, first_us);
    }
    return 0;
}
