/* Byte planes by the structure loads and stores, which take elements of up to four parts apart; elements of
 * eight bytes are four pairs of bytes first. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "transform/shuffle_common.h"

void pc_byte_split_neon(const uint8_t *src, size_t n, size_t width, uint8_t *dst, size_t stride)
{
    size_t i = 0;
    for (; n - i >= 16 && width == 2; i += 16) {
        uint8x16x2_t v = vld2q_u8(src + 2 * i);
        vst1q_u8(dst + i, v.val[0]);
        vst1q_u8(dst + stride + i, v.val[1]);
    }
    for (; n - i >= 16 && width == 4; i += 16) {
        uint8x16x4_t v = vld4q_u8(src + 4 * i);
        for (unsigned b = 0; b < 4; b++) vst1q_u8(dst + b * stride + i, v.val[b]);
    }
    for (; n - i >= 16 && width == 8; i += 16) {
        uint16x8x4_t low = vld4q_u16((const uint16_t *)(const void *)(src + 8 * i));
        uint16x8x4_t high = vld4q_u16((const uint16_t *)(const void *)(src + 8 * i + 64));
        for (unsigned b = 0; b < 4; b++) {
            uint8x16_t l = vreinterpretq_u8_u16(low.val[b]), h = vreinterpretq_u8_u16(high.val[b]);
            vst1q_u8(dst + 2 * b * stride + i, vuzp1q_u8(l, h));
            vst1q_u8(dst + (2 * b + 1) * stride + i, vuzp2q_u8(l, h));
        }
    }
    pc_byte_split_scalar(src + i * width, n - i, width, dst + i, stride);
}

void pc_byte_merge_neon(const uint8_t *src, size_t stride, size_t n, size_t width, uint8_t *dst)
{
    size_t i = 0;
    for (; n - i >= 16 && width == 2; i += 16) {
        uint8x16x2_t v = {{vld1q_u8(src + i), vld1q_u8(src + stride + i)}};
        vst2q_u8(dst + 2 * i, v);
    }
    for (; n - i >= 16 && width == 4; i += 16) {
        uint8x16x4_t v;
        for (unsigned b = 0; b < 4; b++) v.val[b] = vld1q_u8(src + b * stride + i);
        vst4q_u8(dst + 4 * i, v);
    }
    for (; n - i >= 16 && width == 8; i += 16) {
        uint16x8x4_t low, high;
        for (unsigned b = 0; b < 4; b++) {
            uint8x16_t even = vld1q_u8(src + 2 * b * stride + i);
            uint8x16_t odd = vld1q_u8(src + (2 * b + 1) * stride + i);
            low.val[b] = vreinterpretq_u16_u8(vzip1q_u8(even, odd));
            high.val[b] = vreinterpretq_u16_u8(vzip2q_u8(even, odd));
        }
        vst4q_u16((uint16_t *)(void *)(dst + 8 * i), low);
        vst4q_u16((uint16_t *)(void *)(dst + 8 * i + 64), high);
    }
    pc_byte_merge_scalar(src + i, stride, n - i, width, dst + i * width);
}

#endif
