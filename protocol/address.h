/* IP addresses and blocks of them, as values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

enum address_family { ADDRESS_NONE = 0, ADDRESS_IPV4 = 4, ADDRESS_IPV6 = 6 };

/* The bytes are in network order; an IPv4 address uses the first four, the others are 0. */
struct address {
    uint8_t family; /* enum address_family */
    uint8_t bytes[16];
};

enum { ADDRESS_TEXT_SIZE = 46 };

/* A CIDR block (RFC 4632): the addresses whose first `prefix_bits` bits are those of `base`. */
struct address_block {
    struct address base;
    uint8_t prefix_bits;
};

/* Number of bytes in use: 4, 16, or 0 for ADDRESS_NONE. */
size_t address_bytes(const struct address *address);

/*
 * Reads a dotted-quad IPv4 or an IPv6 address (RFC 4291 section 2.2) of `length` bytes. A zone, a
 * prefix length, a port, brackets or blanks make it RESULT_MALFORMED.
 */
MUST_CHECK enum result address_parse(const char *text, size_t length, struct address *address);

/* Writes the RFC 5952 text of `address`; of ADDRESS_NONE the empty string. */
void address_format(const struct address *address, char text[static ADDRESS_TEXT_SIZE]);

/* The IPv4 address inside an IPv4-mapped IPv6 one (::ffff:192.0.2.1); any other as it is. */
struct address address_unmap(struct address address);

/*
 * What is left of an address that names no viewer: of IPv4 the first 24 bits, of IPv6 the first 48;
 * the IPv4 address inside a mapped one is taken for itself, and so is that which a 6to4 address
 * (RFC 3056) has among its first 48 bits: 24 of it stay. ADDRESS_NONE stays as it is.
 */
struct address address_truncate(struct address address);

/* Reads `address` or `address/prefix`. Bits beyond the prefix must be 0. Returns RESULT_MALFORMED
 * otherwise. */
MUST_CHECK enum result address_block_parse(const char *text, size_t length,
                                           struct address_block *block);

/* An IPv4-mapped address lies in no IPv4 block: address_unmap() it first. */
bool address_block_contains(const struct address_block *block, const struct address *address);
