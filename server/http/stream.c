/* Answers given in parts. */
#include "server/http/stream.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>

#include "metrics/timer.h"
#include "protocol/memory.h"
#include "server/http/exchange.h"

/* Of an exchange, as long as it is answered in parts. */
struct exchange_stream {
    struct exchange_streams *streams;
    struct exchange *exchange;
    struct exchange_stream_listener listener;
    TAILQ_ENTRY(exchange_stream) others;
    TAILQ_ENTRY(exchange_stream) others_due;
    int status;
    bool is_due;  /* its owner has to hear something */
    bool is_gone; /* that it is over; else that more is wanted */
};

TAILQ_HEAD(stream_list, exchange_stream);

/* One is told something in each turn of the loop, however many there are: what an owner does then
 * takes its time. */
struct exchange_streams {
    struct stream_list all;
    struct stream_list due;
    struct event *turn;    /* pending while one is due */
    struct evbuffer *part; /* what is about to be sent; empty between calls */
};

static void set_due(struct exchange_stream *stream)
{
    struct exchange_streams *streams = stream->streams;
    if (stream->is_due)
        return;
    if (TAILQ_EMPTY(&streams->due))
        timer_arm(streams->turn, 0);
    stream->is_due = true;
    TAILQ_INSERT_TAIL(&streams->due, stream, others_due);
}

static void unset_due(struct exchange_stream *stream)
{
    if (stream->is_due)
        TAILQ_REMOVE(&stream->streams->due, stream, others_due);
    stream->is_due = false;
}

static void release(struct exchange *exchange)
{
    struct exchange_stream *stream = exchange->stream;
    int status = stream->status;
    unset_due(stream);
    TAILQ_REMOVE(&stream->streams->all, stream, others);
    free(stream);
    exchange->stream = NULL;
    exchange_release(exchange, status);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct exchange_streams *streams = arg;
    struct exchange_stream *stream = TAILQ_FIRST(&streams->due);
    if (stream == NULL)
        return;
    const struct exchange_stream_listener listener = stream->listener;
    bool is_gone = stream->is_gone;
    unset_due(stream);
    if (!TAILQ_EMPTY(&streams->due))
        timer_arm(streams->turn, 0);
    if (is_gone)
        release(stream->exchange);
    (is_gone ? listener.gone : listener.wanted)(listener.arg);
}

/* The last part has left for the socket. */
static void on_written(struct evhttp_connection *connection, void *arg)
{
    (void)connection;
    set_due(arg);
}

static struct bufferevent *bufferevent_of(const struct exchange *exchange)
{
    return evhttp_connection_get_bufferevent(evhttp_request_get_connection(exchange->request));
}

/*
 * evhttp reads while it writes, to see whether the client leaves. Between two parts the timeout of
 * a connection where nothing happens would run for that: so it does not read, as while any other
 * request is in hand, and the connection watch looks for the client.
 */
static void stop_reading(const struct exchange *exchange)
{
    (void)bufferevent_disable(bufferevent_of(exchange), EV_READ);
}

static bool is_http_1_0(const struct exchange *exchange)
{
    return exchange->request->major == 1 && exchange->request->minor == 0;
}

/* Without chunks only the connection's end can end the answer, and evhttp would announce a length
 * of 0 where a client wants to keep it. */
static void close_behind(struct exchange *exchange)
{
    (void)evhttp_remove_header(evhttp_request_get_input_headers(exchange->request), "Connection");
    exchange_close_connection(exchange);
}

static void on_closed(struct exchange *exchange)
{
    exchange->stream->is_gone = true;
    set_due(exchange->stream);
}

void exchange_stream_begin(struct exchange *exchange, int status, const char *content_type,
                           struct exchange_stream_listener listener)
{
    struct exchange_streams *streams = exchange_streams(exchange);
    struct exchange_stream *stream = memory_zeroed(sizeof *stream);
    *stream = (struct exchange_stream){
        .streams = streams, .exchange = exchange, .listener = listener, .status = status};
    TAILQ_INSERT_TAIL(&streams->all, stream, others);
    exchange->stream = stream;
    exchange->on_closed = on_closed;
    stream->is_gone = exchange->is_abandoned || exchange->method == HTTP_HEAD;
    exchange_is_read(exchange);
    set_due(stream);
    if (exchange->is_abandoned)
        return;
    if (is_http_1_0(exchange))
        close_behind(exchange);
    if (exchange->method == HTTP_HEAD) {
        exchange_send_whole(exchange, status, content_type);
        return;
    }
    exchange_send_head(exchange, status, content_type);
    stop_reading(exchange);
}

void exchange_stream_write(struct exchange *exchange, const char *bytes, size_t count)
{
    struct exchange_stream *stream = exchange->stream;
    struct evbuffer *part = stream->streams->part;
    assert(count > 0);
    if (stream->is_gone)
        return;
    unset_due(stream); /* not before this has left, too */
    (void)evbuffer_add(part, bytes, count);
    evhttp_send_reply_chunk_with_cb(exchange->request, part, on_written, stream);
    stop_reading(exchange);
}

void exchange_stream_end(struct exchange *exchange)
{
    if (!exchange->stream->is_gone)
        exchange_send_end(exchange);
    release(exchange);
}

/* As if the client had left: evhttp closes the connection and lets go of the request. A client that
 * counts on the connection's end sees a reset instead of it. */
static void cut(struct exchange *exchange)
{
    static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    struct bufferevent *bev = bufferevent_of(exchange);
    if (is_http_1_0(exchange))
        (void)connect(bufferevent_getfd(bev), &nowhere, sizeof nowhere);
    exchange_unwatch(exchange);
    bufferevent_trigger_event(bev, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
}

void exchange_stream_break(struct exchange *exchange)
{
    if (!exchange->stream->is_gone)
        cut(exchange);
    release(exchange);
}

struct exchange_streams *exchange_streams_new(struct event_base *base)
{
    struct exchange_streams *streams = memory_zeroed(sizeof *streams);
    TAILQ_INIT(&streams->all);
    TAILQ_INIT(&streams->due);
    streams->turn = memory_required(event_new(base, -1, 0, on_turn, streams));
    streams->part = memory_required(evbuffer_new());
    return streams;
}

void exchange_streams_free(struct exchange_streams *streams)
{
    if (streams == NULL)
        return;
    assert(TAILQ_EMPTY(&streams->all));
    event_free(streams->turn);
    evbuffer_free(streams->part);
    free(streams);
}

void exchange_streams_break(struct exchange_streams *streams)
{
    struct exchange_stream *stream;
    while ((stream = TAILQ_FIRST(&streams->all)) != NULL) {
        const struct exchange_stream_listener listener = stream->listener;
        exchange_stream_break(stream->exchange);
        listener.gone(listener.arg);
    }
}
