/*
 * Under which names operators reach their listener. Any website can have its own name resolve to
 * 127.0.0.1 (DNS rebinding), and its pages are then of the same origin as a server there: but they
 * say that name in Host, which nobody can put an address or localhost into.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/result.h"

enum { HOST_LIST_MAX = 32, HOST_NAME_MAX_BYTES = 253 };

/* Borrowed. */
struct host_list {
    const char *names[HOST_LIST_MAX]; /* not terminated */
    size_t bytes[HOST_LIST_MAX];
    size_t count;
};

/* Reads names by commas, without ports, for the variable `variable`; `value` stays where it is. */
MUST_CHECK enum result host_list_parse(const char *variable, const char *value,
                                       struct host_list *hosts, struct error *error);

/* Whether `authority`, a Host with a port or without, is an IP address, localhost or one of these
 * names, in either case and with or without a dot at its end. */
bool host_list_admits(const struct host_list *hosts, const char *authority);
