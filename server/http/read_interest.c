/* Keeps the kernel's interest in reading from connections whose requests are in hand. */
#include "server/http/read_interest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "protocol/memory.h"

enum { VAIN_MAX = 3, CAPACITY_STEP = 256 };

/* One per connection that a request has come on. */
struct watch {
    struct read_interest *interest;
    struct event *event;
    evutil_socket_t fd;
    unsigned vain; /* times it was readable since the last request */
    bool is_kept;
};

struct read_interest {
    struct event_base *base;
    struct watch **watches; /* by descriptor; NULL = none */
    size_t capacity;
};

/* Readable again and again and no request from it: what comes has to wait, and is not asked for
 * until then. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct watch *watch = arg;
    if (++watch->vain < VAIN_MAX)
        return;
    (void)event_del(watch->event);
    watch->is_kept = false;
}

/* Before the descriptor is closed and used for another connection. */
static void on_close(struct evhttp_connection *connection, void *arg)
{
    struct watch *watch = arg;
    evhttp_connection_set_closecb(connection, NULL, NULL);
    watch->interest->watches[watch->fd] = NULL;
    event_free(watch->event);
    free(watch);
}

static struct watch *make_watch(struct read_interest *interest,
                                struct evhttp_connection *connection, evutil_socket_t fd)
{
    struct watch *watch = memory_zeroed(sizeof *watch);
    *watch = (struct watch){.interest = interest, .fd = fd};
    watch->event =
        memory_required(event_new(interest->base, fd, EV_READ | EV_PERSIST, on_readable, watch));
    evhttp_connection_set_closecb(connection, on_close, watch);
    return watch;
}

static struct watch **find_watch(struct read_interest *interest, size_t fd)
{
    if (fd >= interest->capacity) {
        size_t capacity = fd + CAPACITY_STEP;
        interest->watches = memory_resized(interest->watches, capacity * sizeof(struct watch *));
        memset(interest->watches + interest->capacity, 0,
               (capacity - interest->capacity) * sizeof(struct watch *));
        interest->capacity = capacity;
    }
    return &interest->watches[fd];
}

void read_interest_keep(struct read_interest *interest, struct evhttp_connection *connection)
{
    evutil_socket_t fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
    if (fd < 0)
        return;
    struct watch **watch = find_watch(interest, (size_t)fd);
    if (*watch == NULL)
        *watch = make_watch(interest, connection, fd);
    (*watch)->vain = 0;
    if (!(*watch)->is_kept)
        (*watch)->is_kept = event_add((*watch)->event, NULL) == 0;
}

struct read_interest *read_interest_new(struct event_base *base)
{
    struct read_interest *interest = memory_zeroed(sizeof *interest);
    interest->base = base;
    return interest;
}

void read_interest_free(struct read_interest *interest)
{
    if (interest == NULL)
        return;
    free(interest->watches);
    free(interest);
}
