/* A service manager: what the server tells it arrives here. */
#pragma once

#include <event2/event.h>

/* Opens its socket and names it in NOTIFY_SOCKET: one without a file where `path` is NULL. */
void manager_open(const char *path);
void manager_close(void);

/* The next datagram; NULL = there is none now. Valid until the next call. */
const char *manager_hear(void);

/* Turns the loop until one has come, which must be within 10 s. */
const char *manager_wait(struct event_base *base);
