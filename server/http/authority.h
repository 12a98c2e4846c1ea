/* The authority of a URI: whom a client means to talk to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether `text` is a host with a port or without (RFC 9110 section 7.2), in the spellings that are
 * in use: a name in the bytes of a URI's host, an IPv4 address, an IPv6 address in brackets; behind
 * it ":" and 1 to 5 digits, up to 65535. The grammar's other hosts are refused: percent-encoded
 * ones (nobody sends them), and names with any of `(),;=`, which look like a list to some. So is an
 * empty host, user information and a path.
 */
bool http_is_authority(const char *text, size_t bytes);

/* Its parts; borrowed. */
struct http_authority {
    const char *host; /* of an IPv6 address with its brackets */
    size_t host_bytes;
    uint16_t port;
    bool has_port;
};

/* Takes it apart; returns what http_is_authority() does, and `*authority` is undefined where that
 * is false. */
bool http_authority_split(const char *text, size_t bytes, struct http_authority *authority);

/* Whether two hosts are the same, in either case and with or without a dot at their end. */
bool http_host_is_same(const char *host, size_t host_bytes, const char *other, size_t other_bytes);
