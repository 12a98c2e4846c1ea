/* The listening socket. When descriptors run out it turns clients away instead of spinning. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"

struct event_base;
struct evconnlistener;
struct evhttp;
struct listener;
struct log;

struct listener_settings {
    uint16_t port;
    const char *address; /* in digits; NULL = every address, IPv6 and IPv4 */
    bool reuse_port;     /* other processes may listen there too */
    int passed_fd;       /* a socket that listens already, instead of these; 0 = there is none */
};

/*
 * Listens as `settings` say and gives the connections to `http`. Everything is borrowed, `settings`
 * for this call alone, but for `passed_fd`, which it takes ownership of. Returns NULL with an error
 * when the address can't be had.
 */
struct listener *listener_new(struct event_base *base, struct evhttp *http,
                              const struct listener_settings *settings, struct log *log,
                              struct error *error);

/* Accepts nothing more and closes the socket. Does nothing the second time. */
void listener_close(struct listener *listener);
void listener_free(struct listener *listener);
