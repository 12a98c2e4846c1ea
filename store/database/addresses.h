/* The addresses of the database, which are tried one after the other. */
#pragma once

#include <stddef.h>

#include <netinet/in.h>

/* What stands at one place of libpq's lists of hosts, addresses and ports. */
struct db_address {
    const char *host; /* as in DB_CONN: TLS checks it; "" = libpq's default; borrowed */
    char address[INET6_ADDRSTRLEN]; /* numeric; "" for a unix socket */
    const char *port;               /* "" = libpq's default; borrowed */
};

/* Moves the first `first` of `count` addresses, in their order, to the end; `first` <= `count`. */
void db_addresses_rotate(struct db_address *addresses, size_t count, size_t first);

/*
 * Finds the address of a connection for which PQhost(), PQhostaddr() and PQport() return `host`,
 * `address` and `port`. Returns its index, or `count` when there is none.
 */
size_t db_addresses_find(const struct db_address *addresses, size_t count, const char *host,
                         const char *address, const char *port);
