/*
 * Clients for tests of the guard: bufferevents of its making. What stays in their input is what
 * evhttp would read.
 */
#pragma once

#include <stddef.h>

#include "server/http/refusal.h"

struct bufferevent;
struct evbuffer;
struct event_base;

/* The fixture: a loop, which nobody runs, and a guard that closes connections idle for so long. */
enum { CLIENT_IDLE_S = 42 };
void clients_start(void);
void clients_stop(void);
struct event_base *clients_base(void);

/* How many blocks client_feed() made that are not freed yet. */
int clients_blocks(void);

/* A client without a socket; one with a socket, whose other end is `*peer`. */
struct bufferevent *client_connect(void);
struct bufferevent *client_connect_socket(int *peer);

/* As evhttp does it. The loop would free the bufferevent. */
void client_disconnect(struct bufferevent *bev, int peer);

/* As one read does. Returns the block in which the bytes lie. */
const void *client_feed(struct bufferevent *bev, const char *text, size_t bytes);
void client_feed_text(struct bufferevent *bev, const char *text);

void client_assert_holds(struct evbuffer *buffer, const char *text, size_t bytes);

/* What evhttp reads is the request that stands for a refused one, and nothing else. */
void client_assert_refused(struct bufferevent *bev, enum http_refusal refusal);
