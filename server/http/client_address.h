/* Who the viewer is, behind proxies or not. */
#pragma once

#include "protocol/address.h"

struct config;
struct evhttp_request;

/*
 * The peer's address; when that is one of TRUSTED_PROXIES, the rightmost address of X-Forwarded-For
 * that is not. What is no address ends the walk: nothing to its left is believed.
 */
struct address client_address(struct evhttp_request *request, const struct config *config);
