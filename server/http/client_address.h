/* Who the viewer is, behind proxies or not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/address.h"

struct evhttp_request;

enum { PEER_LIST_MAX = 256 };

/* Peers whose word counts, as addresses and blocks. */
struct peer_list {
    struct address_block blocks[PEER_LIST_MAX];
    size_t count;
};

/*
 * The peer's address; when that is one of `trusted`, the rightmost address of X-Forwarded-For
 * that is not. Entries may have a port and be quoted. What is no address ends the walk: nothing to
 * its left is believed; nothing at all between two commas is passed over.
 */
struct address client_address(struct evhttp_request *request, const struct peer_list *trusted);

/* Whether the peer itself is one of `trusted`. */
bool client_is_proxy(const struct evhttp_request *request, const struct peer_list *trusted);

/* Whether the address is one of `peers`; ADDRESS_NONE is not. */
bool client_is_among(const struct address *address, const struct peer_list *peers);
