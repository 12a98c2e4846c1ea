/*
 * What the server and its sync worker say to each other over a socket that keeps messages apart
 * (SOCK_SEQPACKET): a request, with the descriptor of the file, and its answer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sync_request {
    uint64_t number;
    uint32_t is_data; /* 1 = fdatasync() will do */
    uint32_t unused;
};

struct sync_answer {
    uint64_t number; /* of the request */
    uint64_t took_us;
    int32_t reason; /* 0 = done, else errno */
    uint32_t unused;
};

/* Makes the two ends: [0] the server's, which never waits, [1] the worker's, which does. Both are
 * closed on exec. Returns 0 or errno. */
int sync_link_open(int ends[static 2]);

/* Sends a request with the file's descriptor. Returns 0 or errno. */
int sync_link_ask(int end, const struct sync_request *request, int fd);

enum sync_link_heard { SYNC_LINK_ANSWER, SYNC_LINK_NOTHING, SYNC_LINK_BROKEN };

/* Takes the next answer. SYNC_LINK_BROKEN: the worker is gone, or talks nonsense. */
enum sync_link_heard sync_link_hear(int end, struct sync_answer *answer);

/* Waits for the next request. `*fd` is the caller's to close; -1 = it did not come over. Returns
 * false when there will be none. */
bool sync_link_take(int end, struct sync_request *request, int *fd);

/* Returns false when nobody listens any more. */
bool sync_link_answer(int end, const struct sync_answer *answer);
