/* Answers that come late. */
#include "server/http/hold.h"

#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "server/http/exchange.h"

struct exchange_hold {
    struct exchange_holds *holds;
    struct exchange *exchange;
    struct event *timer;
    size_t place;     /* among all */
    int64_t since_us; /* monotonic */
    int status;
};

struct exchange_holds {
    struct event_base *base;
    bool is_over; /* all have been let go, and so is whatever comes */
    size_t count;
    size_t max;
    struct exchange_hold *all[]; /* one more than `max`: it is let go at once */
};

/* The last one takes its place. */
static void leave(const struct exchange_hold *hold)
{
    struct exchange_holds *holds = hold->holds;
    struct exchange_hold *last = holds->all[--holds->count];
    holds->all[hold->place] = last;
    last->place = hold->place;
}

/* The time that it was kept is none that the request took. */
static void let_go(struct exchange_hold *hold)
{
    struct exchange *exchange = hold->exchange;
    int status = hold->status;
    leave(hold);
    exchange->started_us += clock_monotonic_us() - hold->since_us;
    exchange->hold = NULL;
    event_free(hold->timer);
    free(hold);
    if (exchange->request != NULL)
        exchange_send_whole(exchange, status, NULL);
    exchange_release(exchange, status);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    let_go(arg);
}

static void on_closed(struct exchange *exchange)
{
    if (exchange->hold != NULL)
        let_go(exchange->hold);
}

static void keep(struct exchange *exchange, int status, const char *content_type)
{
    struct exchange_holds *holds = exchange->holds;
    struct exchange_hold *hold = memory_zeroed(sizeof *hold);
    *hold = (struct exchange_hold){
        .holds = holds, .exchange = exchange, .since_us = clock_monotonic_us(), .status = status};
    if (content_type != NULL)
        exchange_header(exchange, "Content-Type", content_type);
    hold->timer = memory_required(event_new(holds->base, -1, 0, on_time, hold));
    hold->place = holds->count;
    holds->all[holds->count++] = hold;
    exchange->hold = hold;
    exchange->on_closed = on_closed;
    exchange_is_read(exchange);
    if (exchange->is_abandoned || holds->is_over || holds->count > holds->max)
        let_go(hold);
    else
        timer_arm(hold->timer, exchange->hold_ms);
}

struct exchange_holds *exchange_holds_new(struct event_base *base, size_t max)
{
    struct exchange_holds *holds =
        memory_zeroed(sizeof *holds + (max + 1) * sizeof(struct exchange_hold *));
    holds->base = base;
    holds->max = max;
    return holds;
}

void exchange_holds_free(struct exchange_holds *holds)
{
    free(holds);
}

bool exchange_hold(struct exchange *exchange, struct exchange_holds *holds, int64_t wait_ms)
{
    if (holds->is_over || holds->count >= holds->max)
        return false;
    struct evbuffer *body = evhttp_request_get_input_buffer(exchange->request);
    (void)evbuffer_drain(body, evbuffer_get_length(body));
    exchange->holds = holds;
    exchange->hold_ms = wait_ms;
    exchange->keep = keep;
    return true;
}

size_t exchange_holds_count(const struct exchange_holds *holds)
{
    return holds->count;
}

void exchange_holds_let_go(struct exchange_holds *holds)
{
    holds->is_over = true;
    while (holds->count > 0)
        let_go(holds->all[holds->count - 1]);
}
