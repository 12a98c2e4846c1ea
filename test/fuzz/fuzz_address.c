/* Addresses and blocks from any bytes: what is read, written and read again must be the same. */
#include <stdlib.h>
#include <string.h>

#include "protocol/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(const char *data, size_t size)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address address;
    struct address again;
    if (address_parse(data, size, &address) != RESULT_OK)
        return;
    address_format(&address, text);
    if (address_parse(text, strlen(text), &again) != RESULT_OK)
        abort();
    if (memcmp(&address, &again, sizeof(address)) != 0)
        abort();
    again = address_unmap(address);
    address_format(&again, text);
    if (address_parse(text, strlen(text), &address) != RESULT_OK)
        abort();
    if (memcmp(&address, &again, sizeof(address)) != 0)
        abort();
}

static void check_block(const char *data, size_t size)
{
    struct address_block block;
    if (address_block_parse(data, size, &block) != RESULT_OK)
        return;
    if (block.prefix_bits > address_bytes(&block.base) * 8)
        abort();
    if (!address_block_contains(&block, &block.base))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_address((const char *)data, size);
    check_block((const char *)data, size);
    return 0;
}
