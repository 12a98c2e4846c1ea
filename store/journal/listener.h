/* Who appends to a journal, and what it is asked for after trouble with the disk. */
#pragma once

#include <stdint.h>

struct journal_listener {
    /* There is something to commit, though nothing was appended. */
    void (*wake)(void *arg);
    /*
     * Runs inside journal_commit(): what is above `after` and still known is to be appended again,
     * at once and in order. It goes before whatever is new.
     */
    void (*rewrite)(void *arg, uint64_t after);
    void *arg;
};
