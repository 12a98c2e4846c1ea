/*
 * Watches connections whose requests are in hand.
 *
 * It keeps the kernel's interest in reading from them: evhttp takes that away with each request and
 * puts it back with each answer, two system calls that cost a tenth of a click. A second event for
 * the same makes them unnecessary.
 *
 * And it sees clients that gave up: their connection is broken, or they have closed their side of
 * it and are not answered for a second more. (One that has merely no more to send gets its answer
 * until then.) Their connection is closed, so that a disk or a database that hangs does not hold
 * the descriptors of those who are gone.
 */
#pragma once

struct connection_watch;
struct event_base;
struct evhttp_connection;
struct exchange;

/* The connection of an exchange in hand is closed; its request has no connection any more. */
typedef void (*connection_closed_fn)(struct exchange *exchange);

/* `base` is borrowed. */
struct connection_watch *connection_watch_new(struct event_base *base, connection_closed_fn closed);

/* After the last of the connections is gone. */
void connection_watch_free(struct connection_watch *watch);

/* For each request that came on `connection`, whose close callback is ours from then on. */
void connection_watch_begin(struct connection_watch *watch, struct evhttp_connection *connection,
                            struct exchange *exchange);

/* It is about to be answered. */
void connection_watch_end(struct connection_watch *watch, struct evhttp_connection *connection);
