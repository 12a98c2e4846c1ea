/* IP addresses between text, sockets and values. */
#include "protocol/address.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "protocol/digits.h"

enum { IPV4_BYTES = 4, IPV6_BYTES = 16 };
enum { IPV4_KEPT_BYTES = 3, IPV6_KEPT_BYTES = 6, SIX_TO_FOUR_KEPT_BYTES = 2 + IPV4_KEPT_BYTES };

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

size_t address_bytes(const struct address *address)
{
    switch (address->family) {
    case ADDRESS_IPV4:
        return IPV4_BYTES;
    case ADDRESS_IPV6:
        return IPV6_BYTES;
    default:
        return 0;
    }
}

enum result address_parse(const char *text, size_t length, struct address *address)
{
    char terminated[ADDRESS_TEXT_SIZE];
    if (length == 0 || length >= sizeof terminated || memchr(text, '\0', length) != NULL)
        return RESULT_MALFORMED;
    memcpy(terminated, text, length);
    terminated[length] = '\0';

    bool is_ipv6 = memchr(text, ':', length) != NULL;
    struct address parsed = {.family = is_ipv6 ? ADDRESS_IPV6 : ADDRESS_IPV4};
    if (inet_pton(is_ipv6 ? AF_INET6 : AF_INET, terminated, parsed.bytes) != 1)
        return RESULT_MALFORMED;
    *address = parsed;
    return RESULT_OK;
}

void address_format(const struct address *address, char text[static ADDRESS_TEXT_SIZE])
{
    text[0] = '\0';
    if (address->family == ADDRESS_NONE)
        return;
    int family = address->family == ADDRESS_IPV4 ? AF_INET : AF_INET6;
    if (inet_ntop(family, address->bytes, text, ADDRESS_TEXT_SIZE) == NULL)
        text[0] = '\0';
}

struct address address_unmap(struct address address)
{
    if (address.family != ADDRESS_IPV6 ||
        memcmp(address.bytes, mapped_prefix, sizeof mapped_prefix) != 0)
        return address;
    struct address unmapped = {.family = ADDRESS_IPV4};
    memcpy(unmapped.bytes, address.bytes + sizeof mapped_prefix, IPV4_BYTES);
    return unmapped;
}

struct address address_truncate(struct address address)
{
    static const uint8_t six_to_four[2] = {0x20, 0x02};
    struct address whole = address_unmap(address);
    struct address truncated = {.family = whole.family};
    size_t kept_bytes = 0;
    if (whole.family == ADDRESS_IPV4)
        kept_bytes = IPV4_KEPT_BYTES;
    else if (whole.family == ADDRESS_IPV6)
        kept_bytes = memcmp(whole.bytes, six_to_four, sizeof six_to_four) == 0
                         ? SIX_TO_FOUR_KEPT_BYTES
                         : IPV6_KEPT_BYTES;
    memcpy(truncated.bytes, whole.bytes, kept_bytes);
    return truncated;
}

/* Reads 0 to `high` in decimal, without leading zeros: some read those as octal. */
static bool read_prefix(const char *text, size_t length, size_t high, size_t *prefix_bits)
{
    uint64_t number;
    if (!digits_read(text, length, 3, &number) || (text[0] == '0' && length > 1) || number > high)
        return false;
    *prefix_bits = (size_t)number;
    return true;
}

/* The bits of byte `index` that lie within the first `prefix_bits` of an address. */
static uint8_t prefix_mask(size_t index, size_t prefix_bits)
{
    if (prefix_bits >= (index + 1) * 8)
        return 0xff;
    if (prefix_bits <= index * 8)
        return 0;
    return (uint8_t)(0xff00U >> (prefix_bits - index * 8));
}

enum result address_block_parse(const char *text, size_t length, struct address_block *block)
{
    const char *slash = length > 0 ? memchr(text, '/', length) : NULL;
    size_t base_length = slash != NULL ? (size_t)(slash - text) : length;
    struct address base;
    if (address_parse(text, base_length, &base) != RESULT_OK)
        return RESULT_MALFORMED;
    size_t prefix_bits = address_bytes(&base) * 8;
    if (slash != NULL &&
        !read_prefix(slash + 1, length - base_length - 1, prefix_bits, &prefix_bits))
        return RESULT_MALFORMED;
    for (size_t i = 0; i < address_bytes(&base); i++) {
        if ((base.bytes[i] & ~prefix_mask(i, prefix_bits)) != 0)
            return RESULT_MALFORMED;
    }
    *block = (struct address_block){.base = base, .prefix_bits = (uint8_t)prefix_bits};
    return RESULT_OK;
}

bool address_block_contains(const struct address_block *block, const struct address *address)
{
    if (block->base.family == ADDRESS_NONE || block->base.family != address->family)
        return false;
    for (size_t i = 0; i < address_bytes(address); i++) {
        if (((block->base.bytes[i] ^ address->bytes[i]) & prefix_mask(i, block->prefix_bits)) != 0)
            return false;
    }
    return true;
}
