/* What this process uses, as the kernel reports it in /proc; for metrics/ and its tests only. */
#pragma once

#include <dirent.h>

struct metrics;

/*
 * Keeps its files open, so that the number of open descriptors can still be read when none is left,
 * which is when it matters. A value that cannot be read stays as it was.
 */
struct process {
    int stat_fd; /* self/stat; -1 when there is none */
    DIR *fds;    /* self/fd; NULL when there is none */
    double cpu_seconds;
    double resident_bytes;
    double virtual_bytes;
    double open_fds;
    double max_fds;
    double start_time_seconds;
};

/* metrics_add_process() over another /proc. Series whose files are missing are left out. */
void process_add(struct metrics *metrics, const char *proc);

/* Reads all values but the start time, once for a whole rendering. */
void process_read(struct process *process);

/* NULL is fine. */
void process_free(struct process *process);
