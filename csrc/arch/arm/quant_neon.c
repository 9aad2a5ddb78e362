/* Quantisation's common case, floats to the nearest integers, in one pass of 8 numbers a step; the scalar
 * twin, which compilers make into vectors, does the rest. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "quant/quant_common.h"

/* Four codes; *greatest gathers magnitudes. Of two numbers one of which is NaN, FMAX gives NaN: a choice by
 * comparison gives the least code, as the twin does. */
PC_INLINE int32x4_t nearest(const pc_quant_chunk *c, unsigned i, int32x4_t *greatest)
{
    float32x4_t x = vld1q_f32((const float *)c->numbers + i);
    int32x4_t zero = vld1q_s32(c->zeros + i);
    float32x4_t least = vcvtq_f32_s32(vsubq_s32(vdupq_n_s32(c->how->low), zero));
    float32x4_t most = vcvtq_f32_s32(vsubq_s32(vdupq_n_s32(c->how->high), zero));
    float32x4_t v = vdivq_f32(x, vld1q_f32((const float *)c->scales + i));
    int32x4_t magnitude = vandq_s32(vreinterpretq_s32_f32(x), vdupq_n_s32(PC_QUANT_MAGNITUDE));
    *greatest = vmaxq_s32(*greatest, magnitude);
    v = vbslq_f32(vcgtq_f32(v, least), v, least);
    return vaddq_s32(vcvtnq_s32_f32(vminq_f32(v, most)), zero);
}

int pc_quant_encode_neon(const pc_quant_chunk *c)
{
    if (!pc_quant_is_plain(c)) return pc_quant_encode_scalar(c);
    int32x4_t greatest = vdupq_n_s32(0);
    unsigned n = PC_QUANT_WHOLE(c->n);
    for (unsigned i = 0; i < n; i += 8) {
        int32x4_t a = nearest(c, i, &greatest), b = nearest(c, i + 4, &greatest);
        int16x8_t codes = vcombine_s16(vmovn_s32(a), vmovn_s32(b));
        if (c->how->code_bytes == 1)
            vst1_u8(c->codes + i, vreinterpret_u8_s8(vmovn_s16(codes)));
        else
            vst1q_u8(c->codes + 2 * i, vreinterpretq_u8_s16(codes));
    }
    return vmaxvq_s32(greatest) <= PC_QUANT_GREATEST;
}

void pc_quant_decode_neon(const pc_quant_chunk *c)
{
    if (!pc_quant_is_plain(c)) {
        pc_quant_decode_scalar(c);
        return;
    }
    const int16x8_t sign = vdupq_n_s16((int16_t)(uint16_t)pc_quant_sign(c->how));
    float *x = c->numbers;
    const float *scale = c->scales;
    unsigned n = PC_QUANT_WHOLE(c->n);
    for (unsigned i = 0; i < n; i += 8) {
        int16x8_t v = c->how->code_bytes == 1 ? vreinterpretq_s16_u16(vmovl_u8(vld1_u8(c->codes + i)))
                                              : vreinterpretq_s16_u8(vld1q_u8(c->codes + 2 * i));
        v = veorq_s16(v, sign);
        int32x4_t half[2] = {vreinterpretq_s32_u32(vmovl_u16(vreinterpret_u16_s16(vget_low_s16(v)))),
                             vreinterpretq_s32_u32(vmovl_u16(vreinterpret_u16_s16(vget_high_s16(v))))};
        for (unsigned k = 0; k < 2; k++) {
            int32x4_t less = vaddq_s32(vld1q_s32(c->zeros + i + 4 * k), vdupq_n_s32(pc_quant_sign(c->how)));
            float32x4_t number = vcvtq_f32_s32(vsubq_s32(half[k], less));
            vst1q_f32(x + i + 4 * k, vmulq_f32(number, vld1q_f32(scale + i + 4 * k)));
        }
    }
}

void pc_quant_range_neon(const void *src, int is_double, size_t n, void *low, void *high)
{
    if (is_double || n < 8) {
        pc_quant_range_scalar(src, is_double, n, low, high);
        return;
    }
    const float *x = src;
    const int32x4_t magnitude = vdupq_n_s32(PC_QUANT_MAGNITUDE);
    float32x4_t least[2], most[2];
    int32x4_t greatest[2];
    for (unsigned k = 0; k < 2; k++) least[k] = most[k] = vld1q_f32(x + 4 * k), greatest[k] = vdupq_n_s32(0);
    for (size_t i = 0; i < n; i += 8) {
        const float *p = x + PC_MIN(i, n - 8);
        for (unsigned k = 0; k < 2; k++) {
            float32x4_t v = vld1q_f32(p + 4 * k);
            least[k] = vminq_f32(v, least[k]);
            most[k] = vmaxq_f32(v, most[k]);
            greatest[k] = vmaxq_s32(greatest[k], vandq_s32(vreinterpretq_s32_f32(v), magnitude));
        }
    }
    float ends[2] = {vminvq_f32(vminq_f32(least[0], least[1])), vmaxvq_f32(vmaxq_f32(most[0], most[1]))};
    pc_quant_set_range(vmaxvq_s32(vmaxq_s32(greatest[0], greatest[1])), ends, low, high);
}

#endif
