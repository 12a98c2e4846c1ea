/* Batches of events. */
#include "server/handlers/event_batch.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/event_body.h"
#include "protocol/memory.h"
#include "server/handlers/batch_answer.h"
#include "server/handlers/batch_metrics.h"
#include "server/handlers/context.h"
#include "server/handlers/event_origin.h"
#include "server/handlers/routes.h"
#include "server/http/admission.h"
#include "server/http/content.h"
#include "server/http/exchange.h"
#include "server/http/head.h"
#include "server/http/inflate.h"
#include "store/store.h"

enum {
    SLICE_US = 2000,         /* in a turn of the loop */
    LOOK_BYTES = 4096,       /* are decoded between two looks at the clock */
    WAIT_MAX_US = 5000000,   /* for its turn */
    TEXT_KEPT_BYTES = 65536, /* while nothing is to do */
};

static const char no_such_ad[] = "there is no ad with this ad_id";

_Static_assert((int)EVENT_BODY_ITEMS_MAX <= (int)STORE_SUBMIT_MAX_EVENTS,
               "a batch is one submission");

/* In the order in which they came. */
struct batch {
    struct exchange *exchange;
    struct event_origin origin;
    enum http_coding coding;
    size_t body_bytes; /* until it is read */
    STAILQ_ENTRY(batch) others;
};

enum stage { STAGE_WAITING, STAGE_READING, STAGE_DECODING };

/* All but `waiting` is about its first, unless the stage is STAGE_WAITING. */
struct event_batches {
    struct store *store;
    struct http_admission *admission;
    struct batch_metrics metrics;
    struct event *timer; /* the next slice */
    STAILQ_HEAD(batches, batch) waiting;
    struct http_reservation bodies; /* of all of them together */
    enum stage stage;
    struct http_inflate gzip;
    struct http_text text;
    struct event_body body;
    struct event *events; /* EVENT_BODY_ITEMS_MAX, and room for the next one */
    uint16_t *items;      /* of each event its index in the body */
    size_t count;
    struct batch_rejections rejections;
};

/* A batch that waits to be durable. */
struct submission {
    struct event_batches *batches;
    struct exchange *exchange;
    size_t accepted;
    size_t rejected;
    char *answer; /* owned */
};

/* The body of the first one is read, or will not be. */
static void release_body(struct event_batches *batches)
{
    struct batch *batch = STAILQ_FIRST(&batches->waiting);
    http_admission_release(&batches->bodies, batches->bodies.bytes - batch->body_bytes);
    batch->body_bytes = 0;
}

/* Lets go of the first one, which somebody else answers, or has. */
static struct exchange *remove_first(struct event_batches *batches)
{
    struct batch *batch = STAILQ_FIRST(&batches->waiting);
    struct exchange *exchange = batch->exchange;
    release_body(batches);
    STAILQ_REMOVE_HEAD(&batches->waiting, others);
    free(batch);
    batches->stage = STAGE_WAITING;
    batches->text.length = 0;
    if (STAILQ_EMPTY(&batches->waiting) && batches->text.room > TEXT_KEPT_BYTES)
        http_text_clear(&batches->text);
    return exchange;
}

static void fail_first(struct event_batches *batches, int status, const char *text)
{
    exchange_fail(remove_first(batches), status, text);
}

static void on_durable(void *arg, enum result result)
{
    struct submission *submission = arg;
    struct batch_metrics *metrics = &submission->batches->metrics;
    if (result == RESULT_OK) {
        batch_metrics_count_items(metrics, submission->accepted, submission->rejected);
        exchange_reply(submission->exchange, 202, "application/json", submission->answer,
                       strlen(submission->answer));
    } else {
        exchange_fail_result(submission->exchange, result,
                             "the events could not be kept, or not all of them");
    }
    free(submission->answer);
    free(submission);
}

/* Moves the events of ads that are gone since they were decoded to the rejected ones. */
static void reject_unknown(struct event_batches *batches)
{
    size_t kept = 0;
    for (size_t i = 0; i < batches->count; i++) {
        if (!store_has_ad(batches->store, batches->events[i].ad_id)) {
            batch_rejections_add(&batches->rejections, batches->items[i], no_such_ad);
            continue;
        }
        batches->events[kept] = batches->events[i];
        batches->items[kept++] = batches->items[i];
    }
    batches->count = kept;
}

static void answer_all_bad(struct event_batches *batches)
{
    char *answer = batch_answer_render(0, &batches->rejections);
    batch_metrics_count_items(&batches->metrics, 0, batches->rejections.total);
    exchange_reply(remove_first(batches), 422, "application/json", answer, strlen(answer));
    free(answer);
}

static void submit(struct event_batches *batches)
{
    if (batches->count == 0) {
        answer_all_bad(batches);
        return;
    }
    struct submission *submission = memory_zeroed(sizeof *submission);
    *submission =
        (struct submission){.batches = batches,
                            .accepted = batches->count,
                            .rejected = batches->rejections.total,
                            .answer = batch_answer_render(batches->count, &batches->rejections)};
    struct store_fault fault;
    enum result result = store_submit(batches->store, batches->events, batches->count, on_durable,
                                      submission, &fault);
    if (result == RESULT_OK) {
        submission->exchange = remove_first(batches);
        exchange_is_read(submission->exchange);
        return;
    }
    free(submission->answer);
    free(submission);
    if (result != RESULT_UNKNOWN) {
        exchange_fail_result(remove_first(batches), result, fault.reason);
        return;
    }
    reject_unknown(batches);
    submit(batches); /* of fewer events, or it would not have been unknown */
}

static void finish(struct event_batches *batches)
{
    if (batches->body.form == EVENT_BODY_EMPTY)
        fail_first(batches, 400, "the body is empty");
    else if (batches->count == 0 && batches->rejections.total == 0)
        fail_first(batches, 422, "the body has no items");
    else
        submit(batches);
}

static void take_event(struct event_batches *batches)
{
    struct event *event = &batches->events[batches->count];
    if (!store_has_ad(batches->store, event->ad_id)) {
        batch_rejections_add(&batches->rejections, batches->body.index, no_such_ad);
        return;
    }
    event_origin_apply(&STAILQ_FIRST(&batches->waiting)->origin, event);
    batches->items[batches->count++] = (uint16_t)batches->body.index;
}

/* Decodes some. */
static void decode(struct event_batches *batches)
{
    struct event_body *body = &batches->body;
    const char *look = body->at + LOOK_BYTES;
    struct error error;
    while (body->at < look) {
        switch (event_body_next(body, &batches->events[batches->count], &error)) {
        case EVENT_BODY_EVENT:
            take_event(batches);
            break;
        case EVENT_BODY_GOES_ON:
            break;
        case EVENT_BODY_FAULT:
            if (body->result == RESULT_FAILED) {
                fail_first(batches, 500, error.text);
                return;
            }
            batch_rejections_add(&batches->rejections, body->index, error.text);
            break;
        case EVENT_BODY_TOO_MANY:
            fail_first(batches, 413, "there are over 10000 items");
            return;
        case EVENT_BODY_END:
            finish(batches);
            return;
        }
    }
}

static void begin_decoding(struct event_batches *batches)
{
    struct http_text *text = &batches->text;
    release_body(batches);
    counter_add(batches->metrics.decoded_bytes, text->length);
    event_body_init(&batches->body, text->room > 0 ? text->bytes : "", text->length);
    batches->count = 0;
    batches->rejections.total = 0;
    batches->stage = STAGE_DECODING;
}

static void read_plain(struct event_batches *batches, struct evbuffer *input)
{
    struct http_text *text = &batches->text;
    size_t bytes = evbuffer_get_length(input);
    http_text_reserve(text, bytes);
    text->length = bytes;
    if (bytes > 0)
        (void)evbuffer_remove(input, text->bytes, bytes);
    begin_decoding(batches);
}

/* Reads some. */
static void read_body(struct event_batches *batches)
{
    const struct batch *batch = STAILQ_FIRST(&batches->waiting);
    struct evbuffer *input = evhttp_request_get_input_buffer(batch->exchange->request);
    if (batch->coding == HTTP_IDENTITY) {
        read_plain(batches, input);
        return;
    }
    enum http_inflate_step step = http_inflate_next(&batches->gzip, input, &batches->text);
    if (step == HTTP_INFLATE_DONE)
        begin_decoding(batches);
    else if (step != HTTP_INFLATE_GOES_ON)
        http_inflate_fail(remove_first(batches), step, HTTP_BODY_MAX_BYTES);
}

static void begin(struct event_batches *batches, int64_t now_us)
{
    const struct batch *batch = STAILQ_FIRST(&batches->waiting);
    if (now_us - batch->exchange->started_us > WAIT_MAX_US) {
        fail_first(batches, 503, "too many batches are waiting");
        return;
    }
    http_inflate_begin(&batches->gzip);
    batches->stage = STAGE_READING;
}

/* Does a little for the first one. */
static void advance(struct event_batches *batches, int64_t now_us)
{
    switch (batches->stage) {
    case STAGE_WAITING:
        begin(batches, now_us);
        break;
    case STAGE_READING:
        read_body(batches);
        break;
    case STAGE_DECODING:
        decode(batches);
        break;
    }
}

static void work(struct event_batches *batches)
{
    int64_t now_us = clock_monotonic_us();
    int64_t end_us = now_us + SLICE_US;
    while (!STAILQ_EMPTY(&batches->waiting) && now_us < end_us) {
        advance(batches, now_us);
        now_us = clock_monotonic_us();
    }
    if (!STAILQ_EMPTY(&batches->waiting))
        timer_arm(batches->timer, 0);
}

static void on_slice(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    work(arg);
}

static void handle_batch(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    struct event_batches *batches = context->batches;
    struct evbuffer *input = evhttp_request_get_input_buffer(exchange->request);
    size_t bytes = evbuffer_get_length(input);
    enum http_coding coding;
    batch_metrics_count_body(&batches->metrics, bytes);
    if (!http_content_accept(exchange, &coding))
        return;
    if (!http_admission_reserve(batches->admission, &batches->bodies, batches->bodies.bytes + bytes,
                                clock_monotonic_us() / 1000)) {
        exchange_fail(exchange, 503, "too many batches are waiting");
        return;
    }
    struct batch *batch = memory_zeroed(sizeof *batch);
    *batch = (struct batch){.exchange = exchange,
                            .origin = event_origin_of(exchange),
                            .coding = coding,
                            .body_bytes = bytes};
    bool is_first = STAILQ_EMPTY(&batches->waiting);
    STAILQ_INSERT_TAIL(&batches->waiting, batch, others);
    if (is_first)
        timer_arm(batches->timer, 0);
}

const struct route route_events = {
    .method = HTTP_POST, .path = "/ads/events", .handle = handle_batch};

struct event_batches *event_batches_new(struct event_base *base, struct store *store,
                                        struct http_admission *admission, struct metrics *metrics)
{
    struct event_batches *batches = memory_zeroed(sizeof *batches);
    batches->store = store;
    batches->admission = admission;
    batch_metrics_init(&batches->metrics, admission, metrics);
    batches->timer = memory_required(event_new(base, -1, 0, on_slice, batches));
    STAILQ_INIT(&batches->waiting);
    batches->bodies.until_ms = INT64_MAX;
    http_inflate_init(&batches->gzip);
    batches->text.limit = HTTP_BODY_MAX_BYTES;
    batches->events = memory_zeroed_array(EVENT_BODY_ITEMS_MAX + 1, sizeof batches->events[0]);
    batches->items = memory_zeroed_array(EVENT_BODY_ITEMS_MAX, sizeof batches->items[0]);
    return batches;
}

void event_batches_free(struct event_batches *batches)
{
    if (batches == NULL)
        return;
    while (!STAILQ_EMPTY(&batches->waiting))
        fail_first(batches, 503, "the server is shutting down");
    event_free(batches->timer);
    http_inflate_clear(&batches->gzip);
    http_text_clear(&batches->text);
    free(batches->events);
    free(batches->items);
    free(batches);
}
