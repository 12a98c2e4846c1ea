/* From the hosts of a target to addresses, without blocking the loop: libpq's own look-up would. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

struct event_base;
struct db_address;
struct db_resolver;
struct db_target;

/* The addresses are valid during the call; `count` 0 = no name could be resolved. */
typedef void (*db_resolved_fn)(void *arg, const struct db_address *addresses, size_t count);

/* `base` and `target` are borrowed; the target may be replaced in its place at any time. */
struct db_resolver *db_resolver_new(struct event_base *base, const struct db_target *target,
                                    db_resolved_fn resolved, void *arg);

/* The loop has to run once more (EVLOOP_NONBLOCK) for what was under way to be released. */
void db_resolver_free(struct db_resolver *resolver);

/* The target as it was at the last start, which the addresses are of. */
const struct db_target *db_resolver_target(const struct db_resolver *resolver);

/*
 * Looks every host up: /etc/hosts and the name servers of /etc/resolv.conf, read each time; a
 * missing file is no error. `resolved` runs once, later, from the loop; names that could not be
 * resolved are left out.
 */
void db_resolver_start(struct db_resolver *resolver);

/*
 * Moves the address in use to the end: the next attempt starts with the following one (round
 * robin). `pg` is a connection to the addresses handed over last; NULL does nothing.
 */
void db_resolver_skip_current(struct db_resolver *resolver, const PGconn *pg);

/* Waits no longer for the names that are still missing: `resolved` runs soon with the others.
 * Returns false, and goes on waiting, when there is not one address yet. */
bool db_resolver_hurry(struct db_resolver *resolver);

/* Ends a look-up under way: `resolved` does not run. */
void db_resolver_cancel(struct db_resolver *resolver);
