/* CRC-32C (Castagnoli; RFC 3720 appendix B.4), with the processor's instruction on an x86-64 that
 * has SSE 4.2. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The CRC of `count` bytes. */
uint32_t crc32c(const void *bytes, size_t count);
