/* The two events of a libpq connection's socket. */
#include "store/database/socket.h"

#include <string.h>

#include <event2/util.h>

#include "protocol/memory.h"

void db_socket_close(struct db_socket *socket)
{
    if (socket->read_event != NULL)
        event_free(socket->read_event);
    if (socket->write_event != NULL)
        event_free(socket->write_event);
    socket->read_event = socket->write_event = NULL;
}

bool db_socket_open(struct db_socket *socket, struct event_base *base, PGconn *pg,
                    event_callback_fn callback, void *arg)
{
    db_socket_close(socket);
    int fd = PQsocket(pg);
    if (fd < 0)
        return false;
    socket->read_event = memory_required(event_new(base, fd, EV_READ | EV_PERSIST, callback, arg));
    socket->write_event = memory_required(event_new(base, fd, EV_WRITE, callback, arg));
    return true;
}

bool db_socket_moved(struct db_socket *socket, const PGconn *pg)
{
    char address[sizeof socket->address];
    (void)evutil_snprintf(address, sizeof address, "%s %s %s", PQhostaddr(pg), PQport(pg),
                          PQhost(pg));
    bool has_moved = strcmp(address, socket->address) != 0;
    memcpy(socket->address, address, sizeof address);
    return has_moved;
}

bool db_socket_flush(struct db_socket *socket, PGconn *pg)
{
    int left = PQflush(pg);
    if (left > 0)
        (void)event_add(socket->write_event, NULL);
    return left >= 0;
}
