/*
 * The sync worker: a process of its own that syncs the files which the server hands it, one after
 * the other, so that the server's loop does not wait for the disk. It knows nothing else, and ends
 * with the server.
 */
#pragma once

#include <sys/types.h>

/* The first argument of the program that makes it the worker; the second is the server's pid. */
#define SYNC_WORKER_ARGUMENT "--sync-worker"

/* The descriptor of its end of the socket. */
enum { SYNC_WORKER_SOCKET = 3 };

/* Works until the socket's other end is closed. `server` is the argument. Returns the exit status.
 */
int sync_worker_run(const char *server);
