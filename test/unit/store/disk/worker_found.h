/* The sync worker of this process, as the system sees it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The child that is not a zombie; 0 = there is none. */
pid_t worker_find(void);

/* The letter of its state in /proc; '\0' = it is gone. */
char worker_state(pid_t pid);

/* How many descriptors it has open. */
size_t worker_descriptors(pid_t pid);
