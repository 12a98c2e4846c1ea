/* The two events of a libpq connection's socket. */
#include "store/db_socket.h"

#include <stdlib.h>

void db_socket_close(struct db_socket *socket)
{
    if (socket->read_event != NULL)
        event_free(socket->read_event);
    if (socket->write_event != NULL)
        event_free(socket->write_event);
    *socket = (struct db_socket){0};
}

bool db_socket_open(struct db_socket *socket, struct event_base *base, PGconn *pg,
                    event_callback_fn callback, void *arg)
{
    db_socket_close(socket);
    int fd = PQsocket(pg);
    if (fd < 0)
        return false;
    socket->read_event = event_new(base, fd, EV_READ | EV_PERSIST, callback, arg);
    socket->write_event = event_new(base, fd, EV_WRITE, callback, arg);
    if (socket->read_event == NULL || socket->write_event == NULL)
        abort();
    return true;
}

bool db_socket_flush(struct db_socket *socket, PGconn *pg)
{
    int left = PQflush(pg);
    if (left > 0)
        (void)event_add(socket->write_event, NULL);
    return left >= 0;
}
