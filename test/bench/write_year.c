/*
 * Stores events of days that are over as the server does: packed, queued, in its own batches, by
 * ingest_batch(). Reads the numbers of days, a line each, and tells each as soon as it is stored.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "protocol/event_pack.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/journal/format.h"

enum { BINARY = 1, OWN_PARAMETERS = 2, PARAMETERS = OWN_PARAMETERS + BATCH_COLUMNS };
enum { FIRST_ADDRESS = 20 << 24, INVALID_PERCENT = 3, TEST_PERCENT = 1, LATE_PERCENT = 1 };
enum { ERROR_CODES = 8, NOFILL_REASONS = 4 };

#define DAY_US (INT64_C(86400) * 1000000)

/* How much earlier those happened that were sent late. */
#define LATE_MIN_US (INT64_C(3) * 3600 * 1000000)
#define LATE_MAX_US (INT64_C(12) * 3600 * 1000000)

static const enum event_kind kinds[] = {
    EVENT_REQUEST,  EVENT_FILL,           EVENT_NOFILL,         EVENT_LOADED,   EVENT_IMPRESSION,
    EVENT_START,    EVENT_CLICK,          EVENT_FIRST_QUARTILE, EVENT_MIDPOINT, EVENT_SKIP,
    EVENT_PROGRESS, EVENT_THIRD_QUARTILE, EVENT_COMPLETE,       EVENT_MUTE,     EVENT_UNMUTE,
    EVENT_PAUSE,    EVENT_RESUME,         EVENT_VIEWABLE,       EVENT_ERROR,    EVENT_NOT_VIEWABLE,
};

struct year {
    PGconn *conn;
    const char *journal_id; /* as the statement's parameter */
    const char *nonce;
    int64_t first_us; /* when its first day begins */
    uint64_t days;
    uint64_t events; /* in all of them */
    uint32_t ads;
    uint32_t placements;
    uint64_t sequence; /* of the last event */
    struct event_queue *queue;
    struct batch *batch;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "write_year: %s\n", what);
    exit(1);
}

static uint64_t scatter(uint64_t index)
{
    uint64_t mixed = (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return mixed ^ mixed >> 32;
}

/* Every ad and placement has as many events as any other, at all times: what is grouped by them has
 * as many rows as it can have. */
static struct event make_event(const struct year *year, uint64_t index)
{
    uint64_t random = scatter(index);
    uint64_t percent = (random >> 10) % 100;
    double event_us = (double)year->days * (double)DAY_US / (double)year->events;
    int64_t at_us = year->first_us + (int64_t)((double)index * event_us);
    struct event event = {.received_at_us = at_us,
                          .occurred_at_us = at_us,
                          .ad_id = 1 + (int32_t)((random >> 24) % year->ads),
                          .playback_ms = (int64_t)(index % 60) * 1000,
                          .quantity = 1,
                          .kind = (uint8_t)kinds[index % (sizeof kinds / sizeof kinds[0])]};
    if (percent < INVALID_PERCENT)
        event.verdict = VERDICT_DECLARED_BOT;
    else if (percent < INVALID_PERCENT + TEST_PERCENT)
        event.verdict = VERDICT_TEST;
    else if (percent < INVALID_PERCENT + TEST_PERCENT + LATE_PERCENT &&
             at_us >= year->first_us + DAY_US)
        event.occurred_at_us -= LATE_MIN_US + (int64_t)(random >> 8) % (LATE_MAX_US - LATE_MIN_US);
    uint32_t address = htonl(FIRST_ADDRESS + (uint32_t)index);
    event.address.family = ADDRESS_IPV4;
    memcpy(event.address.bytes, &address, sizeof address);
    if (event.kind == EVENT_REQUEST || event.kind == EVENT_NOFILL)
        event.ad_id = 0;
    if (event.kind == EVENT_ERROR)
        event.detail = 400 + (int32_t)(random >> 40) % ERROR_CODES;
    if (event.kind == EVENT_NOFILL)
        event.detail = 1 + (int32_t)(random >> 40) % NOFILL_REASONS;
    event.placement_bytes =
        (uint8_t)snprintf(event.placement, sizeof event.placement, "placement-%u",
                          (unsigned)(random >> 34) % year->placements);
    return event;
}

static void store_batch(struct year *year)
{
    batch_fill(year->batch, year->queue, BATCH_ROWS_MAX);
    const struct batch_parameters columns = batch_parameters(year->batch);
    const char *values[PARAMETERS] = {year->journal_id, year->nonce};
    int lengths[PARAMETERS] = {0};
    int formats[PARAMETERS] = {0};
    for (int i = 0; i < BATCH_COLUMNS; i++) {
        values[OWN_PARAMETERS + i] = columns.values[i];
        lengths[OWN_PARAMETERS + i] = columns.lengths[i];
        formats[OWN_PARAMETERS + i] = columns.formats[i];
    }
    PGresult *result =
        PQexecPrepared(year->conn, "ingest", PARAMETERS, values, lengths, formats, BINARY);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        die(PQerrorMessage(year->conn));
    PQclear(result);
    event_queue_drop(year->queue, batch_last_sequence(year->batch));
}

static void store_day(struct year *year, uint64_t day)
{
    uint64_t past = (uint64_t)((double)year->events * (double)(day + 1) / (double)year->days);
    for (uint64_t index = (uint64_t)((double)year->events * (double)day / (double)year->days);
         index < past; index++) {
        uint8_t packed[EVENT_PACKED_MAX_BYTES];
        const struct event event = make_event(year, index);
        event_queue_push(year->queue, ++year->sequence, packed, event_pack(&event, packed));
        if (event_queue_count(year->queue) >= BATCH_ROWS_MAX)
            store_batch(year);
    }
    while (event_queue_count(year->queue) > 0)
        store_batch(year);
}

static void connect_to(struct year *year, const char *conninfo)
{
    char columns[1024];
    char sql[2048];
    year->conn = PQconnectdb(conninfo);
    if (PQstatus(year->conn) != CONNECTION_OK)
        die(PQerrorMessage(year->conn));
    (void)batch_placeholders(columns, sizeof columns, OWN_PARAMETERS + 1, false);
    (void)snprintf(sql, sizeof sql,
                   "SELECT FROM ingest_batch(0::smallint, $1::integer, $2::uuid, NULL::uuid, "
                   "1::smallint, NULL::bigint, NULL::int8multirange, %s, NULL::text)",
                   columns);
    PGresult *result = PQprepare(year->conn, "ingest", sql, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        die(PQerrorMessage(year->conn));
    PQclear(result);
}

int main(int argc, char **argv)
{
    char line[32];
    if (argc != 9) {
        (void)fprintf(stderr,
                      "usage: write_year CONNINFO JOURNAL_ID NONCE FIRST_DAY_US DAYS EVENTS "
                      "ADS PLACEMENTS\n");
        return 2;
    }
    struct year year = {.journal_id = argv[2],
                        .nonce = argv[3],
                        .first_us = strtoll(argv[4], NULL, 10),
                        .days = strtoull(argv[5], NULL, 10),
                        .events = strtoull(argv[6], NULL, 10),
                        .ads = (uint32_t)strtoul(argv[7], NULL, 10),
                        .placements = (uint32_t)strtoul(argv[8], NULL, 10),
                        .sequence = UINT64_C(1) << JOURNAL_RUN_SHIFT,
                        .queue = event_queue_new(),
                        .batch = batch_new(BATCH_ROWS_MAX)};
    connect_to(&year, argv[1]);
    while (fgets(line, sizeof line, stdin) != NULL) {
        uint64_t day = strtoull(line, NULL, 10);
        store_day(&year, day);
        (void)printf("%" PRIu64 "\n", day);
        (void)fflush(stdout);
    }
    PQfinish(year.conn);
    batch_free(year.batch);
    event_queue_free(year.queue);
    return 0;
}
