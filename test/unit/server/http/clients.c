/* Clients for tests of the guard. */
#include "test/unit/server/http/clients.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "server/http/guard.h"

static struct event_base *base;
static struct http_guard *guard;
static int blocks;

void clients_start(void)
{
    struct event_config *config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER); /* the coarse clock may lag */
    base = event_base_new_with_config(config);
    event_config_free(config);
    guard = http_guard_new(CLIENT_IDLE_S);
    ck_assert_ptr_nonnull(base);
}

void clients_stop(void)
{
    http_guard_free(guard);
    event_base_free(base);
}

struct bufferevent *client_connect(void)
{
    struct bufferevent *bev = http_guard_bufferevent(base, guard);
    ck_assert_ptr_nonnull(bev);
    return bev;
}

static void free_block(const void *block, size_t bytes, void *arg)
{
    (void)bytes;
    (void)arg;
    blocks--;
    free((void *)(uintptr_t)block);
}

const void *client_feed(struct bufferevent *bev, const char *text, size_t bytes)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    char *block = malloc(bytes);
    ck_assert_ptr_nonnull(block);
    blocks++;
    memcpy(block, text, bytes);
    (void)evbuffer_unfreeze(input, 0);
    ck_assert_int_eq(evbuffer_add_reference(input, block, bytes, free_block, NULL), 0);
    (void)evbuffer_freeze(input, 0);
    return block;
}

void client_feed_text(struct bufferevent *bev, const char *text)
{
    (void)client_feed(bev, text, strlen(text));
}

void client_assert_holds(struct evbuffer *buffer, const char *text, size_t bytes)
{
    ck_assert_uint_eq(evbuffer_get_length(buffer), bytes);
    if (bytes > 0)
        ck_assert_mem_eq(evbuffer_pullup(buffer, -1), text, bytes);
}

void client_assert_refused(struct bufferevent *bev, enum http_refusal refusal)
{
    struct evbuffer *instead = evbuffer_new();
    ck_assert_ptr_nonnull(instead);
    http_refusal_write(refusal, instead);
    client_assert_holds(bufferevent_get_input(bev), (const char *)evbuffer_pullup(instead, -1),
                        evbuffer_get_length(instead));
    evbuffer_free(instead);
}

struct bufferevent *client_connect_socket(int *peer)
{
    int sockets[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
    struct bufferevent *bev = client_connect();
    ck_assert_int_eq(bufferevent_setfd(bev, sockets[0]), 0);
    ck_assert_int_eq(bufferevent_enable(bev, EV_READ), 0);
    *peer = sockets[1];
    return bev;
}

struct event_base *clients_base(void)
{
    return base;
}

int clients_blocks(void)
{
    return blocks;
}

void client_disconnect(struct bufferevent *bev, int peer)
{
    int fd = bufferevent_getfd(bev);
    bufferevent_free(bev);
    (void)close(fd);
    (void)close(peer);
}
