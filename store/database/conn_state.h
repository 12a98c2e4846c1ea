/* The states of a connection to PostgreSQL, and which may follow which. */
#pragma once

#include <stdbool.h>

enum db_state {
    DB_STOPPED,    /* nothing is wanted */
    DB_WAITING,    /* the timer ends the backoff */
    DB_RESOLVING,  /* the resolver is at work; the timer bounds it */
    DB_CONNECTING, /* PQconnectPoll() has the socket; the timer bounds each address */
    DB_SETTING_UP, /* our own query is in flight; the timer is its deadline */
    DB_PROVING,    /* behind a pooler: the session is told to end; the timer is the deadline */
    DB_ENDING,     /* its end is awaited; the timer bounds that */
    DB_DOUBTING,   /* it has not come: whether anybody answers; the timer is the deadline */
    DB_READY,      /* idle: only notifications and the end of the connection can come */
    DB_BUSY,       /* the owner's query is in flight; the timer is its deadline */
    DB_CHECKING,   /* likewise a query of our own behind it, before it is answered */
};

/* Whether a connection in `state` may move to `next`; no state follows itself. */
bool db_state_may_become(enum db_state state, enum db_state next);
