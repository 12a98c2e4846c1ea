/* The listening socket. */
#include "server/http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "metrics/log.h"
#include "metrics/timer.h"
#include "protocol/memory.h"

enum {
    BACKLOG = 4096,
    PAUSE_MS = 100,
    LOOK_MS = 1000,
    RESERVE = 32,
    TURNED_AWAY_MAX = 64,
};

/*
 * `reserve` are descriptors kept from the clients: when those have taken all others it is given
 * up, for the journal and the database to go on with, and nobody is accepted until it can be had
 * again. `look_timer` is always pending: see find_listener().
 */
struct listener {
    struct evhttp *http;
    struct log *log;
    struct evhttp_bound_socket *bound; /* NULL = closed */
    struct evconnlistener *socket;     /* owned by `http` while bound */
    struct event *look_timer;
    int reserve[RESERVE]; /* -1 = given up */
    bool is_paused;
    bool is_short; /* warning logged; cleared after a full second without failures */
};

static void give_up_reserve(struct listener *listener)
{
    for (size_t i = 0; i < RESERVE; i++) {
        if (listener->reserve[i] >= 0)
            (void)close(listener->reserve[i]);
        listener->reserve[i] = -1;
    }
}

/* Whether the reserve is whole, and there is a descriptor more. */
static bool has_descriptors(struct listener *listener)
{
    for (size_t i = 0; i < RESERVE; i++) {
        if (listener->reserve[i] < 0)
            listener->reserve[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (listener->reserve[i] < 0)
            return false;
    }
    int another = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (another >= 0)
        (void)close(another);
    return another >= 0;
}

/* So that they learn at once. */
static void turn_away(const struct listener *listener)
{
    int fd = evconnlistener_get_fd(listener->socket);
    for (int i = 0; i < TURNED_AWAY_MAX; i++) {
        int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0)
            return;
        (void)close(client);
    }
}

static void pause_accepting(struct listener *listener, int error)
{
    if (!listener->is_short)
        log_write(listener->log, LOG_WARNING, "server", "can't accept connections: %s",
                  strerror(error));
    listener->is_short = listener->is_paused = true;
    (void)evconnlistener_disable(listener->socket);
    timer_arm(listener->look_timer, PAUSE_MS);
    if (error != EMFILE && error != ENFILE)
        return;
    give_up_reserve(listener);
    turn_away(listener);
}

/* Every second, and soon after a pause began. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct listener *listener = arg;
    timer_arm(listener->look_timer, LOOK_MS);
    if (listener->bound == NULL)
        return;
    if (!has_descriptors(listener)) {
        pause_accepting(listener, errno);
        return;
    }
    listener->is_short = listener->is_paused;
    if (listener->is_paused)
        (void)evconnlistener_enable(listener->socket);
    listener->is_paused = false;
}

/* One that is looked for, by its socket. */
struct wanted {
    const struct evconnlistener *socket;
    struct listener *listener;
};

static int match_listener(const struct event_base *base, const struct event *event, void *arg)
{
    (void)base;
    struct wanted *wanted = arg;
    if (event_get_callback(event) != on_look)
        return 0;
    struct listener *listener = event_get_callback_arg(event);
    if (listener->socket != wanted->socket)
        return 0;
    wanted->listener = listener;
    return 1;
}

/* Forced: evhttp 2.1 puts itself into the socket's argument, which the error callback gets, so the
 * way back to us is our timer, found among all events of the loop. */
static struct listener *find_listener(struct evconnlistener *socket)
{
    struct wanted wanted = {socket, NULL};
    (void)event_base_foreach_event(evconnlistener_get_base(socket), match_listener, &wanted);
    return wanted.listener;
}

static void on_accept_error(struct evconnlistener *socket, void *arg)
{
    (void)arg;
    int error = errno;
    pause_accepting(find_listener(socket), error);
}

static struct evconnlistener *bind_to(struct event_base *base,
                                      const struct listener_settings *settings,
                                      const struct sockaddr *address, socklen_t address_bytes)
{
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    if (settings->reuse_port)
        flags |= LEV_OPT_REUSEABLE_PORT;
    return evconnlistener_new_bind(base, NULL, NULL, flags, BACKLOG, address, (int)address_bytes);
}

static struct evconnlistener *bind_ipv4(struct event_base *base,
                                        const struct listener_settings *settings)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(settings->port)};
    if (settings->address != NULL && inet_pton(AF_INET, settings->address, &address.sin_addr) != 1)
        return NULL;
    return bind_to(base, settings, (const struct sockaddr *)&address, sizeof address);
}

/* The system may bind IPv6 sockets to IPv6 alone; the unspecified address is meant to take both. */
static struct evconnlistener *bind_ipv6(struct event_base *base,
                                        const struct listener_settings *settings)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(settings->port)};
    if (settings->address != NULL &&
        inet_pton(AF_INET6, settings->address, &address.sin6_addr) != 1)
        return NULL;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    int on = 1;
    int off = 0;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (settings->reuse_port)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    struct evconnlistener *socket = NULL;
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        socket = evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                    BACKLOG, fd);
    if (socket == NULL) {
        int error = errno;
        (void)close(fd);
        errno = error;
    }
    return socket;
}

/* It goes on listening when we have closed it: whoever passed it on has it too. */
static struct evconnlistener *take_passed(struct event_base *base, int fd)
{
    static const int as_it_is = 0; /* instead of a backlog */
    if (evutil_make_socket_nonblocking(fd) != 0)
        return NULL;
    return evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                              as_it_is, fd);
}

static struct evconnlistener *listen_anew(struct event_base *base,
                                          const struct listener_settings *settings)
{
    bool is_ipv4 = settings->address != NULL && strchr(settings->address, ':') == NULL;
    struct evconnlistener *socket = is_ipv4 ? bind_ipv4(base, settings) : bind_ipv6(base, settings);
    if (socket == NULL && settings->address == NULL && errno != EADDRINUSE && errno != EACCES)
        socket = bind_ipv4(base, settings);
    return socket;
}

struct listener *listener_new(struct event_base *base, struct evhttp *http,
                              const struct listener_settings *settings, struct log *log,
                              struct error *error)
{
    struct evconnlistener *socket = settings->passed_fd != 0
                                        ? take_passed(base, settings->passed_fd)
                                        : listen_anew(base, settings);
    if (socket == NULL) {
        (void)error_set(error, RESULT_FAILED, "can't listen on port %u of %s: %s", settings->port,
                        settings->address == NULL ? "all addresses" : settings->address,
                        strerror(errno));
        return NULL;
    }
    /* Accepted sockets take it from here: what doesn't leave in one write must not wait 40 ms for
     * the client to acknowledge the first. */
    int on = 1;
    (void)setsockopt(evconnlistener_get_fd(socket), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct listener *listener = memory_zeroed(sizeof *listener);
    listener->http = http;
    listener->log = log;
    listener->socket = socket;
    memset(listener->reserve, -1, sizeof listener->reserve);
    listener->look_timer = memory_required(event_new(base, -1, 0, on_look, listener));
    listener->bound = memory_required(evhttp_bind_listener(http, socket));
    evconnlistener_set_error_cb(socket, on_accept_error);
    on_look(-1, EV_TIMEOUT, listener);
    return listener;
}

void listener_close(struct listener *listener)
{
    if (listener->bound != NULL)
        evhttp_del_accept_socket(listener->http, listener->bound);
    listener->bound = NULL;
    listener->socket = NULL;
}

void listener_free(struct listener *listener)
{
    if (listener == NULL)
        return;
    listener_close(listener);
    event_free(listener->look_timer);
    give_up_reserve(listener);
    free(listener);
}
