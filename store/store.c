/* Everything that lasts: wires queue, writer, catalogue and reader. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/analytics_reader.h"
#include "store/db_target.h"
#include "store/event_queue.h"
#include "store/writer.h"

/* Who waits for an event to become durable. */
struct waiter {
    store_done_fn done;
    void *arg;
    uint8_t kind;
};

/*
 * Events of one loop turn become durable together: the first one activates `commit_event`, which
 * runs after all the requests read in that turn and then answers every waiter.
 */
struct store {
    const struct store_settings *settings;
    struct log *log;
    struct db_target target;
    struct event_queue *queue;
    struct writer_settings writer_settings;
    struct writer *writer;
    struct catalogue *catalogue;
    struct analytics_reader *reader;
    char journal[UUID_TEXT_SIZE];
    char nonce[UUID_TEXT_SIZE];
    uint64_t next_sequence;
    struct event *commit_event;
    struct waiter *waiters;
    size_t waiter_count;
    size_t waiter_capacity;
    bool is_draining;
    struct event *drain_timer;
    store_drained_fn drained;
    void *drained_arg;
    struct counter *accepted[EVENT_KINDS];
    struct counter *refused_full;
};

/* A random UUID (RFC 9562, version 4). */
static void make_uuid(char text[static UUID_TEXT_SIZE])
{
    uint8_t b[16];
    evutil_secure_rng_get_bytes(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    (void)snprintf(text, UUID_TEXT_SIZE,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
}

static void add_waiter(struct store *store, const struct waiter *waiter)
{
    if (store->waiter_count == store->waiter_capacity) {
        store->waiter_capacity = store->waiter_capacity == 0 ? 256 : store->waiter_capacity * 2;
        store->waiters = realloc(store->waiters, store->waiter_capacity * sizeof *store->waiters);
        if (store->waiters == NULL)
            abort();
    }
    if (store->waiter_count == 0)
        event_active(store->commit_event, EV_TIMEOUT, 0);
    store->waiters[store->waiter_count++] = *waiter;
}

static void on_commit(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct store *store = arg;
    size_t count = store->waiter_count;
    store->waiter_count = 0;
    for (size_t i = 0; i < count; i++) {
        counter_add(store->accepted[store->waiters[i].kind], 1);
        store->waiters[i].done(store->waiters[i].arg, RESULT_OK);
    }
    writer_wake(store->writer);
}

const char *store_refusal(const struct store *store)
{
    if (store->is_draining)
        return "the server is shutting down";
    if (event_queue_count(store->queue) >= store->settings->queue_max_events)
        return "the queue is full";
    return NULL;
}

enum result store_submit(struct store *store, const struct event *event, store_done_fn done,
                         void *arg)
{
    if (store->is_draining)
        return RESULT_UNAVAILABLE;
    if (catalogue_find(store->catalogue, event->ad_id) == AD_UNKNOWN)
        return RESULT_UNKNOWN;
    if (event_queue_count(store->queue) >= store->settings->queue_max_events) {
        counter_add(store->refused_full, 1);
        return RESULT_BUSY;
    }
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    size_t packed_bytes = event_pack(event, packed);
    event_queue_push(store->queue, store->next_sequence++, packed, packed_bytes);
    const struct waiter waiter = {done, arg, event->kind};
    add_waiter(store, &waiter);
    return RESULT_OK;
}

uint64_t store_pending_events(const struct store *store)
{
    return event_queue_count(store->queue);
}

struct ad_listing *store_ads(struct store *store)
{
    return catalogue_listing(store->catalogue);
}

enum result store_analytics(struct store *store, const struct analytics_window *window,
                            store_analytics_fn done, void *arg)
{
    return analytics_reader_ask(store->reader, window, done, arg);
}

static void finish_drain(struct store *store)
{
    event_del(store->drain_timer);
    catalogue_stop(store->catalogue);
    analytics_reader_stop(store->reader);
    writer_stop(store->writer);
    store_drained_fn drained = store->drained;
    store->drained = NULL;
    drained(store->drained_arg, event_queue_count(store->queue));
}

/* Also the end of the grace time; always from the loop, never from inside the writer. */
static void on_drain_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct store *store = arg;
    if (store->drained != NULL)
        finish_drain(store);
}

static void on_stored(void *arg)
{
    struct store *store = arg;
    if (store->drained != NULL && event_queue_count(store->queue) == 0)
        event_active(store->drain_timer, EV_TIMEOUT, 0);
}

void store_drain(struct store *store, uint32_t grace_ms, store_drained_fn drained, void *arg)
{
    store->is_draining = true;
    store->drained = drained;
    store->drained_arg = arg;
    const struct timeval grace = {grace_ms / 1000, (grace_ms % 1000) * 1000};
    (void)event_add(store->drain_timer, &grace);
    writer_hurry(store->writer);
    on_stored(store);
}

static double read_queue(void *arg)
{
    return (double)store_pending_events(arg);
}

static double read_queue_max(void *arg)
{
    return (double)((const struct store *)arg)->settings->queue_max_events;
}

static double read_oldest(void *arg)
{
    const struct store *store = arg;
    struct queue_position head = event_queue_head(store->queue);
    size_t packed_bytes;
    uint64_t sequence;
    struct event event;
    const uint8_t *packed = event_queue_read(&head, &packed_bytes, &sequence);
    if (packed == NULL || event_unpack(packed, packed_bytes, &event) != RESULT_OK)
        return 0;
    return (double)event.occurred_at_us / 1e6;
}

static void add_metrics(struct store *store, struct metrics *metrics)
{
    char labels[64];
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        (void)metrics_label(labels, sizeof labels, "kind", event_kind_name((enum event_kind)kind));
        store->accepted[kind] = metrics_counter(metrics, "adtracker_events_accepted_total",
                                                "Events answered with 202, by kind.", labels);
    }
    store->refused_full =
        metrics_counter(metrics, "adtracker_events_refused_total",
                        "Events answered with 503, by reason.", "reason=\"queue_full\"");
    metrics_gauge(metrics, "adtracker_queue_events", "Events accepted and not yet stored.", "",
                  read_queue, store);
    metrics_gauge(metrics, "adtracker_queue_max_events",
                  "Events the queue may hold (QUEUE_MAX_EVENTS).", "", read_queue_max, store);
    metrics_gauge(metrics, "adtracker_queue_oldest_event_timestamp_seconds",
                  "Unix time of the oldest event not yet stored; 0 = none.", "", read_oldest,
                  store);
}

struct store *store_new(struct event_base *base, const struct store_settings *settings,
                        struct metrics *metrics, struct log *log, struct error *error)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        abort();
    struct error reason = {""};
    if (db_target_init(&store->target, settings->db_conn, &reason) != RESULT_OK) {
        (void)error_set(error, RESULT_INVALID, "DB_CONN: %s", reason.text);
        free(store);
        return NULL;
    }
    store->settings = settings;
    store->log = log;
    store->next_sequence = 1;
    make_uuid(store->journal);
    make_uuid(store->nonce);
    store->queue = event_queue_new();
    store->writer_settings = (struct writer_settings){.target = &store->target,
                                                      .sample_data = settings->sample_data,
                                                      .journal = store->journal,
                                                      .nonce = store->nonce};
    add_metrics(store, metrics);
    store->writer =
        writer_new(base, &store->writer_settings, store->queue, metrics, log, on_stored, store);
    store->catalogue = catalogue_new(base, &store->target, metrics, log);
    store->reader = analytics_reader_new(base, &store->target, metrics, log);
    store->commit_event = event_new(base, -1, 0, on_commit, store);
    store->drain_timer = event_new(base, -1, 0, on_drain_timer, store);
    if (store->commit_event == NULL || store->drain_timer == NULL)
        abort();
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    writer_free(store->writer);
    catalogue_free(store->catalogue);
    analytics_reader_free(store->reader);
    event_free(store->commit_event);
    event_free(store->drain_timer);
    event_queue_free(store->queue);
    db_target_clear(&store->target);
    free(store->waiters);
    free(store);
}

void store_start(struct store *store)
{
    writer_start(store->writer);
    catalogue_start(store->catalogue);
    analytics_reader_start(store->reader);
}
