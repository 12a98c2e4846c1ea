/*
 * Keeps the kernel's interest in reading from connections whose requests are in hand. evhttp takes
 * it away with each request and puts it back with each answer: two system calls that cost a tenth
 * of a click. A second event for the same makes them unnecessary.
 */
#pragma once

struct event_base;
struct evhttp_connection;
struct read_interest;

/* `base` is borrowed. */
struct read_interest *read_interest_new(struct event_base *base);

/* After the last of the connections is gone. */
void read_interest_free(struct read_interest *interest);

/* For each request that came on `connection`, whose close callback is ours from then on. */
void read_interest_keep(struct read_interest *interest, struct evhttp_connection *connection);
