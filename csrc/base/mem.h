/* Unaligned little-endian loads and stores, and the bit tricks every layer shares. All compile to
 * one instruction on little-endian machines. */
#ifndef PC_BASE_MEM_H
#define PC_BASE_MEM_H

#include <string.h>

#include "base/compiler.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PC_LE16(x) __builtin_bswap16(x)
#define PC_LE32(x) __builtin_bswap32(x)
#define PC_LE64(x) __builtin_bswap64(x)
#else
#define PC_LE16(x) (x)
#define PC_LE32(x) (x)
#define PC_LE64(x) (x)
#endif

PC_INLINE uint16_t pc_load16(const void *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return PC_LE16(v);
}

PC_INLINE uint32_t pc_load32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return PC_LE32(v);
}

PC_INLINE uint64_t pc_load64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return PC_LE64(v);
}

PC_INLINE void pc_store16(void *p, uint16_t v)
{
    v = PC_LE16(v);
    memcpy(p, &v, sizeof v);
}

PC_INLINE void pc_store32(void *p, uint32_t v)
{
    v = PC_LE32(v);
    memcpy(p, &v, sizeof v);
}

PC_INLINE void pc_store64(void *p, uint64_t v)
{
    v = PC_LE64(v);
    memcpy(p, &v, sizeof v);
}

/* Number of one bits. The GNU builtin becomes popcnt inside functions that target it. */
PC_INLINE unsigned pc_popcount64(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_popcountll(x);
#else
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    return (unsigned)((((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u) >> 56);
#endif
}

/* The same for a byte, without the library call that baseline x86-64 would make of the builtin. */
PC_INLINE unsigned pc_popcount8(unsigned x)
{
    x -= (x >> 1) & 0x55u;
    x = (x & 0x33u) + ((x >> 2) & 0x33u);
    return (x + (x >> 4)) & 15u;
}

/* floor(log2(x)); x must not be 0. */
PC_INLINE unsigned pc_log2_floor(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return 63u - (unsigned)__builtin_clzll(x);
#else
    unsigned n = 0;
    while (x >>= 1) n++;
    return n;
#endif
}

/* ceil(log2(x)) for x >= 1: the bits that number x values. */
PC_INLINE unsigned pc_log2_ceil(uint64_t x) { return x <= 1 ? 0 : pc_log2_floor(x - 1) + 1; }

#endif
