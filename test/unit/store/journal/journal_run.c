/* A journal at work, for the tests. */
#include "test/unit/store/journal/journal_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/metrics.h"
#include "store/journal/flight.h"
#include "store/journal/reader.h"
#include "store/journal/recovery.h"
#include "store/journal/state.h"
#include "test/unit/store/journal/disk_faults.h"

enum { PAYLOAD_MAX_BYTES = 64 };

size_t journal_run_record_bytes(uint32_t number)
{
    return RECORD_HEADER_BYTES + 20 + number % 40;
}

static size_t make_payload(uint32_t number, uint8_t payload[static PAYLOAD_MAX_BYTES])
{
    size_t bytes = journal_run_record_bytes(number) - RECORD_HEADER_BYTES;
    memcpy(payload, &number, sizeof number);
    for (size_t i = sizeof number; i < bytes; i++)
        payload[i] = (uint8_t)(number * 3 + i);
    return bytes;
}

static uint32_t read_payload(const uint8_t *packed, size_t packed_bytes)
{
    uint8_t expected[PAYLOAD_MAX_BYTES];
    uint32_t number;
    memcpy(&number, packed, sizeof number);
    if (make_payload(number, expected) != packed_bytes ||
        memcmp(packed, expected, packed_bytes) != 0)
        ck_abort_msg("another payload than what was appended");
    return number;
}

static void on_wake(void *arg)
{
    struct journal_run *run = arg;
    run->woken++;
}

/* All that was accepted counts as still queued. */
static void on_rewrite(void *arg, uint64_t after)
{
    struct journal_run *run = arg;
    run->rewritten++;
    run->rewritten_after = after;
    for (size_t i = 0; i < run->accepted_count; i++) {
        const struct accepted *event = &run->accepted[i];
        uint8_t payload[PAYLOAD_MAX_BYTES];
        size_t bytes = make_payload(event->number, payload);
        if (event->sequence > after)
            journal_append_again(run->journal, event->sequence, payload, bytes);
    }
}

static void on_durable(void *arg, uint64_t sequence, const uint8_t *packed, size_t packed_bytes)
{
    struct journal_run *run = arg;
    uint32_t number = read_payload(packed, packed_bytes);
    void (*durable)(struct journal_run *) = run->durable;
    run->durable = NULL;
    if (durable != NULL)
        durable(run);
    if (run->accepted_count > 0 && sequence <= run->accepted[run->accepted_count - 1].sequence)
        return; /* written again */
    if (run->accepted_count == RUN_EVENTS_MAX)
        ck_abort_msg("too many events");
    run->accepted[run->accepted_count++] = (struct accepted){sequence, number};
}

static void on_committed(void *arg)
{
    struct journal_run *run = arg;
    run->commits++;
}

static bool runs_apart;

void journal_runs_apart(void)
{
    runs_apart = true;
}

void journal_runs_inline(void)
{
    runs_apart = false;
}

static void on_done(void *arg, int reason)
{
    (void)arg;
    (void)reason;
}

/* One slow sync is enough. */
static void part(struct journal_run *run)
{
    enum { SLOW_US = 1500 };
    struct sync_job job = {
        .fd = run->journal->directory.fd, .is_data = true, .is_urgent = true, .done = on_done};
    syncer_start(run->syncer);
    disk_faults.sync_takes_us = SLOW_US;
    ck_assert_int_ne(syncer_sync(run->syncer, &job), SYNC_ASKED);
    disk_faults.sync_takes_us = 0;
    disk_faults.syncs--;
    ck_assert_int_eq(syncer_sync(run->syncer, &job), SYNC_ASKED);
    while (job.is_asked)
        (void)event_base_loop(run->base, EVLOOP_ONCE);
    disk_faults.syncs--;
}

static void begin(struct journal_run *run)
{
    struct error error = {""};
    run->metrics = metrics_new();
    run->syncer = syncer_new(run->base, run->metrics, run->files.log);
    run->journal =
        journal_open(run->base, &run->settings, run->syncer, run->metrics, run->files.log, &error);
    ck_assert_msg(run->journal != NULL, "%s", error.text);
    const struct journal_listener listener = {.durable = on_durable,
                                              .committed = on_committed,
                                              .wake = on_wake,
                                              .rewrite = on_rewrite,
                                              .arg = run};
    journal_set_listener(run->journal, listener);
    if (runs_apart)
        part(run);
}

void journal_run_open(struct journal_run *run, enum journal_sync sync, uint64_t max_bytes)
{
    memset(run, 0, sizeof *run);
    journal_files_open(&run->files);
    directory_close(&run->files.directory);
    run->settings = (struct journal_settings){
        .directory = run->files.path, .sync = sync, .max_bytes = max_bytes, .keep_s = 600};
    run->base = event_base_new();
    begin(run);
}

void journal_run_close(struct journal_run *run)
{
    journal_close(run->journal);
    syncer_free(run->syncer);
    metrics_free(run->metrics);
    event_base_free(run->base);
    journal_files_close(&run->files);
}

void journal_run_kill(struct journal_run *run)
{
    char command[400];
    const char *path = run->files.path;
    (void)snprintf(command, sizeof command, "cp -a %s %s.killed && rm -r %s && mv %s.killed %s",
                   path, path, path, path, path);
    ck_assert_int_eq(system(command), 0);
    journal_close(run->journal); /* what it does now goes to files that are gone */
    syncer_free(run->syncer);
    metrics_free(run->metrics);
    begin(run);
}

void journal_run_settle(struct journal_run *run)
{
    while (!journal_can_commit(run->journal))
        (void)event_base_loop(run->base, EVLOOP_ONCE);
}

void journal_run_begin(struct journal_run *run, size_t events)
{
    for (size_t i = 0; i < events && journal_refusal(run->journal) == REFUSAL_NONE; i++) {
        uint8_t payload[PAYLOAD_MAX_BYTES];
        size_t bytes = make_payload(run->appended_count++, payload);
        (void)journal_append(run->journal, payload, bytes);
    }
    if (journal_can_commit(run->journal))
        journal_commit(run->journal);
}

size_t journal_run_commit(struct journal_run *run, size_t events)
{
    size_t before = run->accepted_count;
    journal_run_settle(run);
    journal_run_begin(run, events);
    journal_run_settle(run);
    return run->accepted_count - before;
}

struct segments *journal_run_segments(const struct journal_run *run)
{
    return &run->journal->segments;
}

struct segment_header journal_run_header(const struct journal_run *run, uint64_t number)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header;
    int fd = open(journal_files_segment_path(&run->files, number), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    (void)close(fd);
    ck_assert_int_eq(segment_header_read(bytes, &header), HEADER_SOUND);
    return header;
}

void journal_run_end(struct journal_run *run)
{
    journal_close(run->journal);
    run->journal = NULL;
}

bool journal_run_has_spare(const struct journal_run *run)
{
    const struct journal_file *spare = &run->journal->spare;
    return spare->fd >= 0 && spare->filled == spare->size && !flight_is_on(run->journal);
}

uint64_t journal_run_disk_bytes(const struct journal_run *run)
{
    size_t text_bytes;
    static const char name[] = "\nadtracker_journal_disk_bytes ";
    char *text = metrics_render(run->metrics, &text_bytes);
    const char *line = strstr(text, name);
    ck_assert_ptr_nonnull(line);
    uint64_t bytes = strtoull(line + sizeof name - 1, NULL, 10);
    free(text);
    return bytes;
}

bool journal_run_is_ticking(const struct journal_run *run)
{
    return event_pending(journal_run_ticker(run), EV_TIMEOUT, NULL) != 0;
}

struct event *journal_run_ticker(const struct journal_run *run)
{
    return run->journal->tick;
}

void journal_run_tick(struct journal_run *run)
{
    event_active(journal_run_ticker(run), EV_TIMEOUT, 0);
    (void)event_base_loop(run->base, EVLOOP_NONBLOCK);
    journal_run_settle(run);
}

size_t journal_run_read_back(struct journal_run *run)
{
    struct journal_reader reader;
    struct record record;
    struct error error = {""};
    struct segments segments = run->files.segments;
    struct directory directory;
    struct journal_identity identity;
    size_t found = 0;
    size_t count = 0;
    ck_assert_int_eq(journal_files_peek(run->files.path, &directory, &identity, &error), RESULT_OK);
    segments.directory = &directory;
    segments.journal = identity.journal;
    enum result result = recovery_load(&segments, &error);
    ck_assert_msg(result == RESULT_OK, "%s", error.text);
    journal_reader_init(&reader, &segments);
    while (journal_reader_next(&reader, &record) == READ_RECORD) {
        uint32_t number = read_payload(record.payload, record.payload_bytes);
        const struct accepted *next = &run->accepted[found];
        if (found < run->accepted_count && record.sequence > next->sequence)
            ck_abort_msg("event %u was accepted and is not there", next->number);
        if (found < run->accepted_count && record.sequence == next->sequence) {
            ck_assert_uint_eq(number, next->number);
            found++;
        }
        count++;
    }
    ck_assert_uint_eq(found, run->accepted_count);
    journal_reader_clear(&reader);
    segments_clear(&segments);
    directory_close(&directory);
    return count;
}
