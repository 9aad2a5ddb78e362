/* Integer DCT in vectors of 4 lanes of 32 bits, and what follows the transforms. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"

PC_INLINE void transpose(int32x4_t *v)
{
    int32x4x2_t a = vtrnq_s32(v[0], v[1]), b = vtrnq_s32(v[2], v[3]);
    v[0] = vcombine_s32(vget_low_s32(a.val[0]), vget_low_s32(b.val[0]));
    v[1] = vcombine_s32(vget_low_s32(a.val[1]), vget_low_s32(b.val[1]));
    v[2] = vcombine_s32(vget_high_s32(a.val[0]), vget_high_s32(b.val[0]));
    v[3] = vcombine_s32(vget_high_s32(a.val[1]), vget_high_s32(b.val[1]));
}

#define TARGET
#define V int32x4_t
#define W 4
#define FN(name) name##_neon
#define BELOW(name) name##_scalar /* never */
#define IADD vaddq_s32
#define ISUB vsubq_s32
#define IMUL(x, c) vmull_s16(vmovn_s32(x), vdup_n_s16(c))
#define ISHL(x, n) vshlq_s32(x, vdupq_n_s32((int32_t)(n)))
#define ISHR(x, n) vshlq_s32(x, vdupq_n_s32(-(int32_t)(n)))
#define ISET1 vdupq_n_s32
#define LOAD16(p, step) vmovl_s16(vld1_s16(p))
#define STORE16(p, step, v) vst1_s16(p, vmovn_s32(v))
#define TRANSPOSE(v) transpose(v)
#include "arch/dct_islow.h"

PC_INLINE int16x4_t round_4(const float *p)
{
    const float32x4_t low = vdupq_n_f32(-32768.0f), high = vdupq_n_f32(32767.0f);
    float32x4_t x = vld1q_f32(p);
    x = vbslq_f32(vcgtq_f32(x, low), x, low); /* unlike vmaxq this takes NaN to low */
    return vmovn_s32(vcvtnq_s32_f32(vminq_f32(x, high)));
}

PC_INLINE void reorder(const int16_t *src, size_t n, const uint16_t *order, int16_t *dst)
{
    for (size_t i = 0; i < n; i++) dst[i] = src[order[i]];
}

void pc_dct_round_neon(const float *src, size_t n, const uint16_t *order, size_t count, int16_t *dst)
{
    int16_t natural[64 * 64];
    for (; count != 0; count--, src += n, dst += n) {
        int16_t *to = order == NULL ? dst : natural;
        for (size_t i = 0; i < n; i += 4) vst1_s16(to + i, round_4(src + i));
        if (order != NULL) reorder(natural, n, order, dst);
    }
}

PC_INLINE int16x4_t quantise_4(const int16_t *p, const float *steps)
{
    int32x4_t c = vmovl_s16(vld1_s16(p)), sign = vshrq_n_s32(c, 31);
    float32x4_t sum = vaddq_f32(vcvtq_f32_s32(vabsq_s32(c)), vld1q_f32(steps));
    int32x4_t size = vcvtq_s32_f32(vmulq_f32(sum, vld1q_f32(steps + 64)));
    return vmovn_s32(vsubq_s32(veorq_s32(size, sign), sign));
}

void pc_dct_quantise_neon(const int16_t *src, const float *steps, const uint16_t *order, size_t count,
                          int16_t *dst)
{
    int16_t natural[64];
    for (; count != 0; count--, src += 64, dst += 64) {
        int16_t *to = order == NULL ? dst : natural;
        for (size_t i = 0; i < 64; i += 4) vst1_s16(to + i, quantise_4(src + i, steps + i));
        if (order != NULL) reorder(natural, 64, order, dst);
    }
}

#endif
