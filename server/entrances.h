/* Where clients come in: the listener of everybody, and that of operators where they have one of
 * their own, each with its evhttp. */
#pragma once

#include <stdbool.h>

#include "protocol/result.h"
#include "server/http/dispatch.h"

struct config;
struct event_base;
struct evhttp;
struct http_guard;
struct listener;
struct log;

enum { ENTRANCES_PUBLIC, ENTRANCES_OPERATORS, ENTRANCES };

/* All zero: there are none. */
struct entrances {
    struct http_entrance entrances[ENTRANCES]; /* stay where they are */
    struct evhttp *http[ENTRANCES];            /* of operators NULL: they have none of their own */
    struct listener *listeners[ENTRANCES];
};

/* Makes what takes requests; nobody listens yet. Everything is borrowed. */
void entrances_init(struct entrances *entrances, struct event_base *base,
                    struct exchanges *exchanges, struct http_guard *guard, bool is_parted);

/* Returns false with an error when an address can't be had. */
bool entrances_listen(struct entrances *entrances, struct event_base *base,
                      const struct config *config, struct log *log, struct error *error);

/* Tells the log where. */
void entrances_tell(const struct config *config, struct log *log);

/* Nobody new comes in. */
void entrances_close(struct entrances *entrances);

/* As above, for good; those who are in stay. */
void entrances_stop(struct entrances *entrances);

/* Everybody goes: no request may be in hand. */
void entrances_clear(struct entrances *entrances);
