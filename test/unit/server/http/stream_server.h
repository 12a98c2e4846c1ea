/* A server that answers in parts, for the tests of that, and its clients. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/dispatch.h"

struct event_base;
struct evhttp;
struct exchange_streams;
struct http_guard;
struct http_metrics;
struct router;

#define GET "GET /s HTTP/1.1\r\nHost: x\r\n\r\n"

enum { SLICE_BYTES = 64 * 1024, OWNERS_MAX = 64 };

/* Of an answer: writes `slices` slices, each of one letter, then ends or breaks. */
struct owner {
    struct exchange *exchange;
    int slices;
    int written;
    bool breaks;
    bool waits; /* until owner_go_on() */
    bool wants;
    int wanted; /* so often it was told */
    int gone;
};

/* What the fixture sets up; the guard lets a connection be idle for a second. */
struct stream_server {
    struct event_base *base;
    struct router *router;
    struct http_metrics *http_metrics;
    struct http_guard *guard;
    struct exchange_streams *streams;
    struct exchanges *exchanges;
    struct http_entrance entrance;
    struct evhttp *http;
    uint16_t port;
    struct owner owners[OWNERS_MAX];
    int count;
    struct owner pattern; /* of the next */
    int told_in_turn;
};

struct stream_server *stream_server(void);
void stream_server_start(void);
void stream_server_stop(void);

/* Turns the loop once: one owner at most is told something. */
void stream_server_turn(void);
void stream_server_turn_until(bool (*is_true)(void));

void owner_go_on(struct owner *owner);

/* A client with a small buffer, so that it has to take what is sent. */
int stream_client(const char *request);

struct received {
    char *text; /* terminated; the caller frees it */
    size_t bytes;
    int error; /* that ended it; 0 = none */
    bool is_ended;
};

/* Turns the loop and takes all that comes until the end, or until so many answers are whole. */
struct received stream_client_receive(int fd, int answers);
