/* The states of the writer, and which may follow which. */
#include "store/ingest/writer_state.h"

#define TO(state) (1u << WRITER_##state)

static const struct {
    const char *name;
    bool takes_events;
    unsigned next;
} states[WRITER_STATES] = {
    [WRITER_DOWN] = {"down", false, TO(OPENING)},
    [WRITER_OPENING] = {"opening", false, TO(DOWN) | TO(UNOPENED) | TO(IDLE) | TO(KEEPING)},
    [WRITER_UNOPENED] = {"unopened", false, TO(DOWN) | TO(OPENING)},
    [WRITER_IDLE] = {"idle", true,
                     TO(DOWN) | TO(CLAIMING) | TO(GATHERING) | TO(SENDING) | TO(KEEPING)},
    [WRITER_CLAIMING] = {"claiming", true,
                         TO(DOWN) | TO(CLAIMING) | TO(IDLE) | TO(KEEPING) | TO(RETRYING) |
                             TO(HELD)},
    [WRITER_GATHERING] = {"gathering", true, TO(DOWN) | TO(CLAIMING) | TO(SENDING)},
    [WRITER_SENDING] = {"sending", true,
                        TO(DOWN) | TO(SENDING) | TO(IDLE) | TO(KEEPING) | TO(RETRYING) | TO(HELD)},
    [WRITER_KEEPING] = {"keeping", true, TO(DOWN) | TO(KEEPING) | TO(IDLE)},
    [WRITER_RETRYING] = {"retrying", false, TO(DOWN) | TO(CLAIMING) | TO(SENDING)},
    [WRITER_HELD] = {"held", false, TO(DOWN) | TO(CLAIMING) | TO(SENDING)},
};

bool writer_state_may_follow(enum writer_state from, enum writer_state to)
{
    return (states[from].next & 1u << to) != 0;
}

bool writer_state_takes_events(enum writer_state state)
{
    return states[state].takes_events;
}

const char *writer_state_name(enum writer_state state)
{
    return states[state].name;
}
