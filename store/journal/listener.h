/* Who appends to a journal, what he hears of it, and what he is asked for after trouble with the
 * disk. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct journal_listener {
    /* This record is as durable as the sync mode asks. */
    void (*durable)(void *arg, uint64_t sequence, const uint8_t *packed, size_t packed_bytes);
    /* A commit is over: what of it the listener has not heard of is dropped, and must not be
     * acknowledged. */
    void (*committed)(void *arg);
    /* There may be something to commit, though nothing was appended. */
    void (*wake)(void *arg);
    /*
     * Runs within a commit: what is above `after` and still known is to be appended again, at once
     * and in order. It goes before whatever is new.
     */
    void (*rewrite)(void *arg, uint64_t after);
    void *arg;
};
