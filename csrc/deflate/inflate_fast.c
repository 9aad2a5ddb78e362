/* The fast loop of the inflater for any machine, and the specification of its variants. */
#include "arch/variants.h"
#include "base/mem.h"

typedef struct chunk {
    uint64_t words[2];
} chunk;

PC_INLINE void copy_16(uint8_t *dst, const uint8_t *src)
{
    chunk c;
    memcpy(&c, src, sizeof c);
    memcpy(dst, &c, sizeof c);
}

PC_INLINE void copy_match(uint8_t *dst, size_t dist, size_t length)
{
    const uint8_t *src = dst - dist;
    uint8_t *end = dst + length;
    if (PC_LIKELY(dist - 1 >= 15)) { /* also an empty match, whose distance is 0 */
        do {
            copy_16(dst, src);
            copy_16(dst + 16, src + 16);
            dst += 32;
            src += 32;
        } while (dst < end);
        return;
    }
    if (dist >= 8) {
        do {
            pc_store64(dst, pc_load64(src));
            dst += 8;
            src += 8;
        } while (dst < end);
        return;
    }
    /* The pattern fills a word; whole periods of it are written at each step. */
    uint64_t pattern = pc_load64(src) & (~(uint64_t)0 >> (64 - 8 * dist));
    for (size_t period = dist; period < 8; period *= 2) pattern |= pattern << 8 * period;
    size_t step = 8 - 8 % dist;
    do {
        pc_store64(dst, pattern);
        dst += step;
    } while (dst < end);
}

#define INFLATE_FAST pc_inflate_fast_scalar
#define INFLATE_TARGET
#define INFLATE_LOW_BITS(value, n) ((value) & (((uint64_t)1 << ((n) & 63)) - 1))
#define INFLATE_COPY copy_match
#include "deflate/inflate_fast_common.h"
