/* The two events of a libpq connection's socket. libpq may change or close the socket: they go
 * first. */
#pragma once

#include <stdbool.h>

#include <event2/event.h>
#include <libpq-fe.h>

/* All zero to begin with. Both events exist while the socket is open, and are NULL otherwise. */
struct db_socket {
    struct event *read_event;
    struct event *write_event; /* one shot */
    char address[192];         /* that db_socket_moved() saw last */
};

/*
 * Makes the events for the socket that `pg` has now, after deleting the old ones. Neither is added.
 * Returns false when there is no socket.
 */
bool db_socket_open(struct db_socket *socket, struct event_base *base, PGconn *pg,
                    event_callback_fn callback, void *arg);

/* Deletes the events; before anything by which libpq may close or change the socket. */
void db_socket_close(struct db_socket *socket);

/* Whether `pg` is at another address than when this was asked last. */
bool db_socket_moved(struct db_socket *socket, const PGconn *pg);

/* Writes what libpq has left to write, now or when the socket takes it. Returns false on a failure.
 */
bool db_socket_flush(struct db_socket *socket, PGconn *pg);
