/* A connection as its own files see it; conn.h is for all others. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "store/base/backoff.h"
#include "store/database/conn_state.h"
#include "store/database/listener.h"
#include "store/database/outage.h"
#include "store/database/precedence.h"
#include "store/database/renewal.h"
#include "store/database/reply.h"
#include "store/database/session_proof.h"
#include "store/database/socket.h"

struct counter;
struct db_resolver;
struct event;
struct event_base;

enum { CONN_SETUP_TIMEOUT_MS = 5000 };

/*
 * `pg` is NULL in the first three states. Both events belong to the socket that `pg` has now, and
 * are deleted before anything that may close or change it. `pending.done` is set exactly while
 * busy, `answered.done` while checking.
 */
struct db_conn {
    struct event_base *base;
    struct db_listener listener;
    struct db_resolver *resolver;
    enum db_state state;
    struct db_place place;
    PGconn *pg;
    struct db_socket socket;
    struct event *timer;
    struct backoff backoff;
    struct backoff backoff_before; /* as it was when this connection came up */
    bool is_any_enough;            /* while resolving: the first address suffices */
    struct counter *connects;
    struct db_outage outage;
    struct renewal renewal;
    struct session_proof proof;
    struct db_pending_reply pending;  /* of the query in flight */
    struct db_pending_reply answered; /* while checking: the owner's, which waits */
};

/* Enters the state, if it may follow. */
void conn_set_state(struct db_conn *conn, enum db_state state);

/* A query was handed to libpq, or could not be: its results are awaited. */
void conn_await_results(struct db_conn *conn, bool is_sent, enum db_state state,
                        uint32_t timeout_ms);

/* The connection has ended, or is of no use: for the reason that the server gave, if it did. */
void conn_fail(struct db_conn *conn);

/* The database answers and keeps no session for us. */
void conn_refuse(struct db_conn *conn);
