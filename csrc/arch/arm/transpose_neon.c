/* Strips of 16 rows turned into columns and back by four rounds of byte interleaving, 16 columns a step;
 * sums of bytes. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"

/* Interleaves row i with row i + 8, four times over: a row index bit moves into the column index each
 * round, so after four rounds v[c] holds column c. Its own inverse. */
PC_INLINE void transpose(uint8x16_t v[16])
{
    for (unsigned round = 0; round < 4; round++) {
        uint8x16_t t[16];
        for (unsigned i = 0; i < 8; i++) {
            t[2 * i] = vzip1q_u8(v[i], v[i + 8]);
            t[2 * i + 1] = vzip2q_u8(v[i], v[i + 8]);
        }
        for (unsigned i = 0; i < 16; i++) v[i] = t[i];
    }
}

void pc_gather_columns_neon(const uint8_t *const rows[16], size_t cols, const uint32_t *offsets, uint8_t *dst)
{
    size_t c = 0;
    for (; cols - c >= 16; c += 16) {
        uint8x16_t v[16];
        for (unsigned r = 0; r < 16; r++) v[r] = vld1q_u8(rows[r] + c);
        transpose(v);
        for (unsigned i = 0; i < 16; i++) vst1q_u8(dst + offsets[c + i], v[i]);
    }
    const uint8_t *rest[16];
    for (unsigned r = 0; r < 16; r++) rest[r] = rows[r] + c;
    pc_gather_columns_scalar(rest, cols - c, offsets + c, dst);
}

void pc_scatter_columns_neon(const uint8_t *src, const uint32_t *offsets, size_t cols,
                             uint8_t *const rows[16])
{
    size_t c = 0;
    for (; cols - c >= 16; c += 16) {
        uint8x16_t v[16];
        for (unsigned i = 0; i < 16; i++) v[i] = vld1q_u8(src + offsets[c + i]);
        transpose(v);
        for (unsigned r = 0; r < 16; r++) vst1q_u8(rows[r] + c, v[r]);
    }
    uint8_t *rest[16];
    for (unsigned r = 0; r < 16; r++) rest[r] = rows[r] + c;
    pc_scatter_columns_scalar(src, offsets + c, cols - c, rest);
}

uint64_t pc_sum_u8_neon(const uint8_t *src, size_t n)
{
    uint64x2_t sums = vdupq_n_u64(0);
    size_t i = 0;
    for (; n - i >= 16; i += 16) sums = vpadalq_u32(sums, vpaddlq_u16(vpaddlq_u8(vld1q_u8(src + i))));
    return vaddvq_u64(sums) + pc_sum_u8_scalar(src + i, n - i);
}

void pc_accumulate_u8_neon(const uint8_t *src, size_t n, uint32_t *sums)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint16x8_t values = vmovl_u8(vld1_u8(src + i));
        vst1q_u32(sums + i, vaddw_u16(vld1q_u32(sums + i), vget_low_u16(values)));
        vst1q_u32(sums + i + 4, vaddw_u16(vld1q_u32(sums + i + 4), vget_high_u16(values)));
    }
    pc_accumulate_u8_scalar(src + i, n - i, sums + i);
}

void pc_widen_u8_neon(const uint8_t *src, size_t n, uint8_t *low, uint8_t *high)
{
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        uint8x16_t values = vld1q_u8(src + i), below = vsubq_u8(values, vdupq_n_u8(1));
        vst1q_u8(low + i, vminq_u8(vld1q_u8(low + i), below));
        vst1q_u8(high + i, vmaxq_u8(vld1q_u8(high + i), values));
    }
    pc_widen_u8_scalar(src + i, n - i, low + i, high + i);
}

#endif
