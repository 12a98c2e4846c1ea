/* The listening socket. When descriptors run out it turns clients away instead of spinning. */
#pragma once

#include "protocol/result.h"

struct config;
struct event_base;
struct evconnlistener;
struct evhttp;
struct listener;
struct log;

/*
 * Listens as `config` says and gives the connections to `http`. Everything is borrowed. Returns
 * NULL with an error when the address can't be had.
 */
struct listener *listener_new(struct event_base *base, struct evhttp *http,
                              const struct config *config, struct log *log, struct error *error);

/* Accepts nothing more and closes the socket. Does nothing the second time. */
void listener_close(struct listener *listener);
void listener_free(struct listener *listener);
