/* The process that the sync worker is, from outside. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* None while `pid` is 0. */
struct sync_process {
    pid_t pid;
    int socket; /* our end */
};

/* Starts the worker: this program once more. Returns 0 or errno. */
int sync_process_start(struct sync_process *process);

/* Whether it is stopped, by a signal or a debugger, and will not answer until somebody wants it to.
 */
bool sync_process_is_stopped(const struct sync_process *process);

/* Kills it, whatever it does, and returns its pid, which is to be waited for. */
pid_t sync_process_end(struct sync_process *process);
