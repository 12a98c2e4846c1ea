/* What the owner of a connection hears. */
#pragma once

/* Always from the event loop. The connection must not be freed from inside these, nor stopped from
 * inside on_notify. */
struct db_listener {
    void (*on_ready)(void *arg);                       /* connected, set up, no query in flight */
    void (*on_lost)(void *arg);                        /* was ready or busy and is not any more */
    void (*on_notify)(void *arg, const char *channel); /* NULL = not interested */
    void *arg;
};
