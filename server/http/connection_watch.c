/* Watches connections whose requests are in hand. */
#include "server/http/connection_watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "metrics/timer.h"
#include "protocol/memory.h"

enum { VAIN_MAX = 3, CAPACITY_STEP = 256, PATIENCE_MS = 1000 };

/* One per connection that a request has come on. */
struct watched {
    struct connection_watch *watch;
    struct bufferevent *bev;   /* evhttp's */
    struct exchange *exchange; /* in hand; NULL = none */
    struct event *event;
    struct event *patience; /* NULL = was never needed */
    evutil_socket_t fd;
    unsigned vain; /* times it was readable since the last request */
    bool is_kept;
};

struct connection_watch {
    struct event_base *base;
    connection_closed_fn closed;
    struct watched **watched; /* by descriptor; NULL = none */
    size_t capacity;
};

/* As if evhttp had read the end itself: it lets go of the request, and closes the connection. */
static void give_up(struct watched *watched)
{
    bufferevent_trigger_event(watched->bev, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
}

static void on_patience(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct watched *watched = arg;
    if (watched->exchange != NULL)
        give_up(watched);
}

/* Whether the client has closed its side, or all of the connection. */
static void look_for_end(struct watched *watched)
{
    char byte;
    ssize_t bytes = recv(watched->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    if (bytes < 0 && errno != EAGAIN && errno != EINTR) {
        give_up(watched);
    } else if (bytes == 0) {
        if (watched->patience == NULL)
            watched->patience =
                memory_required(event_new(watched->watch->base, -1, 0, on_patience, watched));
        timer_arm(watched->patience, PATIENCE_MS);
    }
}

/* Readable again and again and no request from it: what comes has to wait, and is not asked for
 * until then. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct watched *watched = arg;
    if (++watched->vain < VAIN_MAX)
        return;
    (void)event_del(watched->event);
    watched->is_kept = false;
    if (watched->exchange != NULL)
        look_for_end(watched);
}

/* Before the descriptor is closed and used for another connection. */
static void on_close(struct evhttp_connection *connection, void *arg)
{
    struct watched *watched = arg;
    struct exchange *exchange = watched->exchange;
    connection_closed_fn closed = watched->watch->closed;
    evhttp_connection_set_closecb(connection, NULL, NULL);
    watched->watch->watched[watched->fd] = NULL;
    event_free(watched->event);
    if (watched->patience != NULL)
        event_free(watched->patience);
    free(watched);
    if (exchange != NULL)
        closed(exchange);
}

static struct watched *make_watched(struct connection_watch *watch,
                                    struct evhttp_connection *connection, evutil_socket_t fd)
{
    struct watched *watched = memory_zeroed(sizeof *watched);
    *watched = (struct watched){
        .watch = watch, .bev = evhttp_connection_get_bufferevent(connection), .fd = fd};
    watched->event =
        memory_required(event_new(watch->base, fd, EV_READ | EV_PERSIST, on_readable, watched));
    evhttp_connection_set_closecb(connection, on_close, watched);
    return watched;
}

/* Its place; NULL when it has no descriptor any more. */
static struct watched **find(struct connection_watch *watch, struct evhttp_connection *connection)
{
    evutil_socket_t fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
    if (fd < 0)
        return NULL;
    if ((size_t)fd >= watch->capacity) {
        size_t capacity = (size_t)fd + CAPACITY_STEP;
        watch->watched = memory_resized(watch->watched, capacity * sizeof(struct watched *));
        memset(watch->watched + watch->capacity, 0,
               (capacity - watch->capacity) * sizeof(struct watched *));
        watch->capacity = capacity;
    }
    return &watch->watched[fd];
}

void connection_watch_begin(struct connection_watch *watch, struct evhttp_connection *connection,
                            struct exchange *exchange)
{
    struct watched **watched = find(watch, connection);
    if (watched == NULL)
        return;
    if (*watched == NULL)
        *watched = make_watched(watch, connection,
                                bufferevent_getfd(evhttp_connection_get_bufferevent(connection)));
    (*watched)->exchange = exchange;
    (*watched)->vain = 0;
    if (!(*watched)->is_kept)
        (*watched)->is_kept = event_add((*watched)->event, NULL) == 0;
}

void connection_watch_end(struct connection_watch *watch, struct evhttp_connection *connection)
{
    struct watched **watched = find(watch, connection);
    if (watched != NULL && *watched != NULL)
        (*watched)->exchange = NULL;
}

struct connection_watch *connection_watch_new(struct event_base *base, connection_closed_fn closed)
{
    struct connection_watch *watch = memory_zeroed(sizeof *watch);
    watch->base = base;
    watch->closed = closed;
    return watch;
}

void connection_watch_free(struct connection_watch *watch)
{
    if (watch == NULL)
        return;
    free(watch->watched);
    free(watch);
}
