/* From the hosts of a target to addresses, without blocking the loop. */
#include "store/database/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#include "protocol/memory.h"
#include "store/database/addresses.h"
#include "store/database/target.h"

enum { ADDRESSES_PER_HOST = 8 };

/* One host's look-up; filled from the front. */
struct lookup {
    struct round *round;
    char addresses[ADDRESSES_PER_HOST][INET6_ADDRSTRLEN];
    size_t count;
};

/*
 * The look-ups of one start. evdns answers a cancelled look-up too, later: so a round is never
 * cancelled but abandoned (`resolver` NULL), and freed with its last answer.
 */
struct round {
    struct db_resolver *resolver;
    size_t waiting; /* look-ups under way */
    struct lookup lookups[];
};

/* A round that is complete is handed over in `finish_event`, never from inside evdns. */
struct db_resolver {
    struct event_base *base;
    const struct db_target *source; /* may be another at each start */
    struct db_target target;        /* a copy, of the last start */
    db_resolved_fn resolved;
    void *arg;
    struct evdns_base *dns; /* made when a name first needs it */
    struct event *finish_event;
    struct round *round;          /* the one under way or complete; NULL = none */
    size_t first;                 /* index of the address that comes first, modulo their number */
    struct db_address *addresses; /* handed over last; owned */
    size_t count;
};

static size_t count_addresses(const struct db_resolver *resolver)
{
    size_t count = 0;
    for (size_t i = 0; i < resolver->target.host_count; i++)
        count += resolver->round->lookups[i].count;
    return count;
}

/* Takes over what the look-ups have found, in the order of the hosts, but for `first`. */
static void collect_addresses(struct db_resolver *resolver)
{
    size_t count = count_addresses(resolver);
    resolver->count = 0;
    if (count == 0)
        return;
    resolver->addresses =
        memory_resized(resolver->addresses, count * sizeof resolver->addresses[0]);
    for (size_t i = 0; i < resolver->target.host_count; i++) {
        const struct db_host *host = &resolver->target.hosts[i];
        const struct lookup *lookup = &resolver->round->lookups[i];
        for (size_t a = 0; a < lookup->count; a++) {
            struct db_address *address = &resolver->addresses[resolver->count++];
            address->host = host->name;
            memcpy(address->address, lookup->addresses[a], sizeof address->address);
            address->port = host->port == NULL ? "" : host->port;
        }
    }
    db_addresses_rotate(resolver->addresses, count, resolver->first % count);
}

static void abandon_round(struct db_resolver *resolver)
{
    struct round *round = resolver->round;
    resolver->round = NULL;
    if (round == NULL)
        return;
    round->resolver = NULL;
    if (round->waiting == 0)
        free(round);
}

static void on_finish(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct db_resolver *resolver = arg;
    collect_addresses(resolver);
    abandon_round(resolver);
    resolver->resolved(resolver->arg, resolver->addresses, resolver->count);
}

static void lookup_done(struct round *round)
{
    if (--round->waiting > 0)
        return;
    if (round->resolver == NULL)
        free(round);
    else
        event_active(round->resolver->finish_event, EV_TIMEOUT, 0);
}

static void on_addresses(int failure, struct evutil_addrinfo *found, void *arg)
{
    struct lookup *lookup = arg;
    for (struct evutil_addrinfo *at = failure == 0 ? found : NULL;
         at != NULL && lookup->count < ADDRESSES_PER_HOST; at = at->ai_next) {
        if (getnameinfo(at->ai_addr, (socklen_t)at->ai_addrlen, lookup->addresses[lookup->count],
                        INET6_ADDRSTRLEN, NULL, 0, NI_NUMERICHOST) == 0)
            lookup->count++;
    }
    if (found != NULL)
        evutil_freeaddrinfo(found);
    lookup_done(lookup->round);
}

/* What needs no name server: a socket's directory, a numeric address. */
static bool is_known(const struct db_host *host, struct lookup *lookup)
{
    struct in6_addr any;
    const char *address = host->address;
    assert(address != NULL || host->name != NULL);
    if (address == NULL &&
        (inet_pton(AF_INET, host->name, &any) == 1 || inet_pton(AF_INET6, host->name, &any) == 1))
        address = host->name;
    if (address == NULL && host->name[0] != '\0' && host->name[0] != '/' && host->name[0] != '@')
        return false;
    (void)snprintf(lookup->addresses[0], sizeof lookup->addresses[0], "%s",
                   address == NULL ? "" : address);
    lookup->count = 1;
    return true;
}

/* Reads the system's files each time: they may not have been there, or have changed since. */
static void refresh_dns(struct db_resolver *resolver)
{
    if (resolver->dns == NULL)
        resolver->dns = memory_required(evdns_base_new(resolver->base, 0));
    struct evdns_base *dns = resolver->dns;
    (void)evdns_base_clear_nameservers_and_suspend(dns);
    evdns_base_search_clear(dns);
    evdns_base_clear_host_addresses(dns);
    (void)evdns_base_resolv_conf_parse(dns, DNS_OPTIONS_ALL, "/etc/resolv.conf");
    (void)evdns_base_load_hosts(dns, "/etc/hosts");
    /* Some name servers drop queries in mixed case. */
    (void)evdns_base_set_option(dns, "randomize-case:", "0");
    (void)evdns_base_set_option(dns, "timeout:", "2");
    (void)evdns_base_resume(dns);
}

void db_resolver_skip_current(struct db_resolver *resolver, const PGconn *pg)
{
    if (pg == NULL)
        return;
    size_t current = db_addresses_find(resolver->addresses, resolver->count, PQhost(pg),
                                       PQhostaddr(pg), PQport(pg));
    resolver->first += current < resolver->count ? current + 1 : 1;
}

/* They borrow from the target of their start. */
static void forget_addresses(struct db_resolver *resolver)
{
    resolver->count = 0;
    db_target_clear(&resolver->target);
}

const struct db_target *db_resolver_target(const struct db_resolver *resolver)
{
    return &resolver->target;
}

void db_resolver_start(struct db_resolver *resolver)
{
    abandon_round(resolver);
    forget_addresses(resolver);
    db_target_copy(&resolver->target, resolver->source);
    size_t count = resolver->target.host_count;
    struct round *round = memory_zeroed(sizeof *round + count * sizeof round->lookups[0]);
    round->resolver = resolver;
    round->waiting = 1; /* this call's own, so that no answer completes the round before its end */
    resolver->round = round;
    const struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    bool is_fresh = false;
    for (size_t i = 0; i < count; i++) {
        struct lookup *lookup = &round->lookups[i];
        lookup->round = round;
        if (is_known(&resolver->target.hosts[i], lookup))
            continue;
        if (!is_fresh)
            refresh_dns(resolver);
        is_fresh = true;
        round->waiting++;
        (void)evdns_getaddrinfo(resolver->dns, resolver->target.hosts[i].name, NULL, &hints,
                                on_addresses, lookup);
    }
    lookup_done(round);
}

bool db_resolver_hurry(struct db_resolver *resolver)
{
    if (resolver->round == NULL || count_addresses(resolver) == 0)
        return false;
    event_active(resolver->finish_event, EV_TIMEOUT, 0);
    return true;
}

void db_resolver_cancel(struct db_resolver *resolver)
{
    event_del(resolver->finish_event);
    abandon_round(resolver);
}

struct db_resolver *db_resolver_new(struct event_base *base, const struct db_target *target,
                                    db_resolved_fn resolved, void *arg)
{
    struct db_resolver *resolver = memory_zeroed(sizeof *resolver);
    resolver->base = base;
    resolver->source = target;
    resolver->resolved = resolved;
    resolver->arg = arg;
    resolver->finish_event = memory_required(event_new(base, -1, 0, on_finish, resolver));
    return resolver;
}

void db_resolver_free(struct db_resolver *resolver)
{
    if (resolver == NULL)
        return;
    db_resolver_cancel(resolver);
    event_free(resolver->finish_event);
    if (resolver->dns != NULL)
        evdns_base_free(resolver->dns, 1);
    db_target_clear(&resolver->target);
    free(resolver->addresses);
    free(resolver);
}
