/* Adler-32 on NEON: 32 bytes a step, summed column by column in 16 bits and weighted once a piece. See
 * checksum/adler32.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/adler32_common.h"

#if PC_ARM64
#include <arm_neon.h>

enum { STEP = 32 };

/* A piece is 173 steps at most, so a column stays below 2^16. */
PC_STATIC_ASSERT(PC_ADLER32_PIECE / STEP * 255 < 65536, "columns fit 16 bits");

PC_INLINE uint32x4_t weigh(uint32x4_t sum, uint16x8_t column, const uint16_t *weights)
{
    uint16x8_t w = vld1q_u16(weights);
    return vmlal_high_u16(vmlal_u16(sum, vget_low_u16(column), vget_low_u16(w)), column, w);
}

uint32_t pc_adler32_neon(uint32_t adler, const uint8_t *src, size_t n)
{
    static const uint16_t weights[STEP] = {32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
                                           16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1};
    uint32_t a = adler & 0xffff, b = adler >> 16;
    while (n >= STEP) {
        size_t steps = PC_MIN(n, (size_t)PC_ADLER32_PIECE) / STEP;
        uint32x4_t sum = vdupq_n_u32(0), before = sum, weighted = sum;
        uint16x8_t columns[4];
        for (size_t j = 0; j < 4; j++) columns[j] = vdupq_n_u16(0);
        for (size_t i = 0; i < steps; i++, src += STEP) {
            uint8x16_t x = vld1q_u8(src), y = vld1q_u8(src + 16);
            before = vaddq_u32(before, sum);
            sum = vpadalq_u16(sum, vpadalq_u8(vpaddlq_u8(x), y));
            columns[0] = vaddw_u8(columns[0], vget_low_u8(x));
            columns[1] = vaddw_high_u8(columns[1], x);
            columns[2] = vaddw_u8(columns[2], vget_low_u8(y));
            columns[3] = vaddw_high_u8(columns[3], y);
        }
        for (size_t j = 0; j < 4; j++) weighted = weigh(weighted, columns[j], weights + 8 * j);
        b += (uint32_t)(STEP * steps) * a + STEP * vaddvq_u32(before) + vaddvq_u32(weighted);
        a = (a + vaddvq_u32(sum)) % PC_ADLER32_BASE;
        b %= PC_ADLER32_BASE;
        n -= STEP * steps;
    }
    return pc_adler32_scalar(b << 16 | a, src, n);
}

#endif
