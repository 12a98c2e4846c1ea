/* CRC-32C. */
#include "store/base/crc32c.h"

#include <string.h>

/* One bit at a time over a nibble: small, and only where there is no instruction. */
static uint32_t update_portable(uint32_t crc, const uint8_t *bytes, size_t count)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
        0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
        0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };
    for (size_t i = 0; i < count; i++) {
        crc = (crc >> 4) ^ table[(crc ^ bytes[i]) & 15];
        crc = (crc >> 4) ^ table[(crc ^ (uint32_t)(bytes[i] >> 4)) & 15];
    }
    return crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t update_sse42(uint32_t crc, const uint8_t *bytes,
                                                               size_t count)
{
    uint64_t wide = crc;
    for (; count >= 8; count -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    for (; count > 0; count--, bytes++)
        crc = _mm_crc32_u8(crc, *bytes);
    return crc;
}

uint32_t crc32c(const void *bytes, size_t count)
{
    if (__builtin_cpu_supports("sse4.2"))
        return ~update_sse42(~0U, bytes, count);
    return ~update_portable(~0U, bytes, count);
}
#else
uint32_t crc32c(const void *bytes, size_t count)
{
    return ~update_portable(~0U, bytes, count);
}
#endif
