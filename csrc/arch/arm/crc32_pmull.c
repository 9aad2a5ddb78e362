/* CRC-32 by PMULL: four registers fold 64 bytes at a time. See checksum/crc32_common.h. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/crc32_common.h"

#if PC_ARM64
#include <arm_neon.h>

#if defined(__clang__)
#define TARGET PC_TARGET("aes")
#else
#define TARGET PC_TARGET("+crypto")
#endif

enum { LANES = 4, STEP = 16 * LANES };

TARGET PC_INLINE uint8x16_t product(poly64_t a, poly64_t b) { return vreinterpretq_u8_p128(vmull_p64(a, b)); }

TARGET PC_INLINE poly64_t half(uint8x16_t v, int upper)
{
    uint64x2_t words = vreinterpretq_u64_u8(v);
    return (poly64_t)(upper ? vgetq_lane_u64(words, 1) : vgetq_lane_u64(words, 0));
}

TARGET PC_INLINE uint8x16_t fold(uint8x16_t v, uint64_t high_degrees, uint64_t low_degrees, uint8x16_t there)
{
    uint8x16_t h = product(half(v, 0), high_degrees), l = product(half(v, 1), low_degrees);
    return veorq_u8(veorq_u8(h, l), there);
}

/* The remainder of v x^32, step by step as crc32_reduce does on x86. */
TARGET PC_INLINE uint32_t reduce(uint8x16_t v)
{
    uint8x16_t zero = vdupq_n_u8(0);
    uint8x16_t low = vextq_u8(zero, vextq_u8(v, zero, 8), 12);
    uint8x16_t w = veorq_u8(product(half(v, 0), PC_CRC32_END_96), low);
    uint64_t y = half(veorq_u8(product(half(w, 0), PC_CRC32_END_64), w), 1);
    uint64_t q = half(product(y & 0xffffffffu, PC_CRC32_BARRETT), 0);
    return (uint32_t)((y ^ half(product(q & 0xffffffffu, PC_CRC32_POLY), 0)) >> 32);
}

TARGET static uint32_t finish(uint8x16_t v, const uint8_t *src, size_t n)
{
    for (; n >= 16; n -= 16, src += 16) v = fold(v, PC_CRC32_FOLD_128, vld1q_u8(src));
    if (n > 0) {
        uint8x16_t first = vqtbl1q_u8(v, vld1q_u8(PC_CRC32_SLIDE + n));
        uint8x16_t slide = vld1q_u8(PC_CRC32_SLIDE + 16 + n);
        uint8x16_t outside = vcgeq_u8(slide, vdupq_n_u8(0x80));
        uint8x16_t second = vbslq_u8(outside, vld1q_u8(src + n - 16), vqtbl1q_u8(v, slide));
        v = fold(first, PC_CRC32_FOLD_128, second);
    }
    return ~reduce(v);
}

TARGET uint32_t pc_crc32_pmull(uint32_t crc, const uint8_t *src, size_t n)
{
    if (n < 16) return pc_crc32_scalar(crc, src, n);
    uint8x16_t v[LANES];
    v[0] = veorq_u8(vld1q_u8(src), vreinterpretq_u8_u32(vsetq_lane_u32(~crc, vdupq_n_u32(0), 0)));
    if (n < STEP) return finish(v[0], src + 16, n - 16);
    for (size_t i = 1; i < LANES; i++) v[i] = vld1q_u8(src + 16 * i);
    for (src += STEP, n -= STEP; n >= STEP; src += STEP, n -= STEP)
        for (size_t i = 0; i < LANES; i++) v[i] = fold(v[i], PC_CRC32_FOLD_512, vld1q_u8(src + 16 * i));
    v[0] = fold(v[0], PC_CRC32_FOLD_256, v[2]);
    v[1] = fold(v[1], PC_CRC32_FOLD_256, v[3]);
    return finish(fold(v[0], PC_CRC32_FOLD_128, v[1]), src, n);
}

#endif
