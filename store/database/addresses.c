/* The addresses of the database. */
#include "store/database/addresses.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static void reverse(struct db_address *addresses, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct db_address swapped = addresses[i];
        addresses[i] = addresses[count - 1 - i];
        addresses[count - 1 - i] = swapped;
    }
}

void db_addresses_rotate(struct db_address *addresses, size_t count, size_t first)
{
    assert(first <= count);
    reverse(addresses, first);
    reverse(addresses + first, count - first);
    reverse(addresses, count);
}

static bool is_at(const struct db_address *candidate, const char *host, const char *address,
                  const char *port)
{
    /* PQhost() returns the address where DB_CONN names no host for it. */
    const char *expected = candidate->host[0] == '\0' ? candidate->address : candidate->host;
    return strcmp(expected, host) == 0 && strcmp(candidate->address, address) == 0 &&
           (candidate->port[0] == '\0' || strcmp(candidate->port, port) == 0);
}

size_t db_addresses_find(const struct db_address *addresses, size_t count, const char *host,
                         const char *address, const char *port)
{
    size_t index = 0;
    while (index < count && !is_at(&addresses[index], host, address, port))
        index++;
    return index;
}
