/* How far two places in one buffer agree: eight bytes a step, the first difference found by counting zeros.
 * Reads only below a + limit and b + limit. */
#ifndef PC_MATCH_EXTEND_H
#define PC_MATCH_EXTEND_H

#include "base/mem.h"

/* Trailing zero bits; x must not be 0. */
PC_INLINE unsigned pc_trailing_zeros(uint64_t x)
{
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_ctzll(x);
#else
    return pc_log2_floor(x & (0 - x));
#endif
}

/* Asks for a place that will be written. */
PC_INLINE void pc_prefetch(const void *p) { PC_PREFETCH(p, 1, 3); }

/* Length of the common prefix of a and b from `length`, known to agree, up to limit. */
PC_INLINE uint32_t pc_match_extend(const uint8_t *a, const uint8_t *b, uint32_t length, uint32_t limit)
{
    while (length + 8 <= limit) {
        uint64_t difference = pc_load64(a + length) ^ pc_load64(b + length);
        if (difference != 0) return length + (pc_trailing_zeros(difference) >> 3);
        length += 8;
    }
    while (length < limit && a[length] == b[length]) length++;
    return length;
}

#endif
