/*
 * An answer given in parts, its length not known before: as chunks, or to the end of the connection
 * for HTTP/1.0. The owner writes a slice, then waits until it is asked for the next one, which is
 * when the client has taken what there was: so a client that takes its time costs no memory.
 *
 * A client that has taken nothing for HTTP_WRITE_TIMEOUT_S, or has closed its side, has given up.
 */
#pragma once

#include <stddef.h>

struct event_base;
struct exchange;
struct exchange_streams;

/*
 * What the owner hears, always from the event loop, of all streams together one in each of its
 * turns; never once it has called one of the last two functions below.
 *
 * wanted: after the beginning, and whenever what was written has left for the socket. The owner
 * writes now or later, or ends the answer.
 * gone: the client has given up, or nothing more may be sent to it. The exchange is over.
 */
struct exchange_stream_listener {
    void (*wanted)(void *arg);
    void (*gone)(void *arg);
    void *arg;
};

/* Begins the answer, with the headers that were added before. One to HEAD is whole with these: its
 * owner hears gone() next. */
void exchange_stream_begin(struct exchange *exchange, int status, const char *content_type,
                           struct exchange_stream_listener listener);

/* The next `count` > 0 bytes (copied). They are dropped where the client has given up and the owner
 * has not heard of it yet. */
void exchange_stream_write(struct exchange *exchange, const char *bytes, size_t count);

/* The answer is complete; the exchange is over. */
void exchange_stream_end(struct exchange *exchange);

/* The rest can't be had: the connection is cut, so that the client sees that something is missing.
 * The exchange is over. */
void exchange_stream_break(struct exchange *exchange);

/* All of a pool, which borrows it. `base` is borrowed; none is left when it is freed. */
struct exchange_streams *exchange_streams_new(struct event_base *base);
void exchange_streams_free(struct exchange_streams *streams);

/* Breaks all there are, before evhttp is freed; their owners hear gone(), from inside the call. */
void exchange_streams_break(struct exchange_streams *streams);
