/* CRC-32C (Castagnoli; RFC 3720 appendix B.4), with the processor's instruction where it has one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The CRC of `count` bytes. */
uint32_t crc32c(const void *bytes, size_t count);
