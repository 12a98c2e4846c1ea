/* What this process uses, as the kernel reports it in /proc; for metrics/ and its tests only. */
#pragma once

struct metrics;

/* metrics_add_process() over another /proc. Series whose files are missing are left out. */
void process_add(struct metrics *metrics, const char *proc);
