/* Block matching in NEON: absolute differences of 16 samples at once, added up in pairs into lanes of 16
 * bits; for the other metrics differences of 8 samples in 16 bits, of four rows at a time. What compilers
 * make of the common loops serves the rest. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "predict/motion_common.h"

/* A column of 16 samples, at most 64 high: a lane stays below 64 x 510 < 2^16. */
PC_INLINE uint64_t sad_column16(const uint8_t *a, ptrdiff_t as, const uint8_t *b, ptrdiff_t bs, unsigned size)
{
    uint16x8_t sum = vdupq_n_u16(0);
    for (unsigned y = 0; y < size; y++, a += as, b += bs)
        sum = vpadalq_u8(sum, vabdq_u8(vld1q_u8(a), vld1q_u8(b)));
    return vaddlvq_u16(sum);
}

/* `width` samples, 8 or 4, those beyond 0. */
PC_INLINE uint8x8_t samples(const uint8_t *p, unsigned width)
{
    if (width >= 8) return vld1_u8(p);
    uint32_t w;
    memcpy(&w, p, 4);
    return vreinterpret_u8_u32(vset_lane_u32(w, vdup_n_u32(0), 0));
}

PC_INLINE uint64_t sad_column8(const uint8_t *a, ptrdiff_t as, const uint8_t *b, ptrdiff_t bs, unsigned size,
                               unsigned width)
{
    uint16x8_t sum = vdupq_n_u16(0);
    for (unsigned y = 0; y < size; y++, a += as, b += bs)
        sum = vabal_u8(sum, samples(a, width), samples(b, width));
    return vaddlvq_u16(sum);
}

static uint64_t sad(const pc_motion_match *m, const uint8_t *b)
{
    const uint8_t *a = m->block;
    const unsigned size = m->size;
    uint64_t sum = 0;
    unsigned x = 0;
    for (; x + 16 <= size; x += 16) sum += sad_column16(a + x, m->block_stride, b + x, m->stride, size);
    for (; x + 8 <= size; x += 8) sum += sad_column8(a + x, m->block_stride, b + x, m->stride, size, 8);
    for (; x < size; x += 4) sum += sad_column8(a + x, m->block_stride, b + x, m->stride, size, 4);
    return sum;
}

PC_INLINE uint32x4_t squares(const int16x8_t *d)
{
    int32x4_t sum = vdupq_n_s32(0);
    for (int r = 0; r < 4; r++) {
        sum = vmlal_s16(sum, vget_low_s16(d[r]), vget_low_s16(d[r]));
        sum = vmlal_high_s16(sum, d[r], d[r]);
    }
    return vreinterpretq_u32_s32(sum);
}

/* Half the absolute values of the transforms of two 4 x 4 blocks. Of the last butterfly
 * |s + u| + |s - u| = 2 max(|s|, |u|). */
PC_INLINE uint32x4_t hadamard(const int16x8_t *d)
{
    int16x8_t s = vaddq_s16(d[0], d[1]), t = vsubq_s16(d[0], d[1]);
    int16x8_t u = vaddq_s16(d[2], d[3]), e = vsubq_s16(d[2], d[3]);
    int16x8_t v[4] = {vaddq_s16(s, u), vsubq_s16(s, u), vaddq_s16(t, e), vsubq_s16(t, e)};
    uint32x4_t sum = vdupq_n_u32(0);
    for (int i = 0; i < 4; i += 2) {
        int16x8_t even = vuzp1q_s16(v[i], v[i + 1]), odd = vuzp2q_s16(v[i], v[i + 1]);
        uint16x8_t plus = vreinterpretq_u16_s16(vabsq_s16(vaddq_s16(even, odd)));
        uint16x8_t minus = vreinterpretq_u16_s16(vabsq_s16(vsubq_s16(even, odd)));
        sum = vpadalq_u16(sum, vpmaxq_u16(plus, minus));
    }
    return sum;
}

PC_INLINE uint64_t strips(const pc_motion_match *m, const uint8_t *b, unsigned width, int satd)
{
    uint32x4_t sum = vdupq_n_u32(0);
    for (unsigned x = 0; x < m->size; x += width)
        for (unsigned y = 0; y < m->size; y += 4) {
            int16x8_t d[4];
            for (unsigned r = 0; r < 4; r++)
                d[r] = vreinterpretq_s16_u16(
                    vsubl_u8(samples(m->block + x + (ptrdiff_t)(y + r) * m->block_stride, width),
                             samples(b + x + (ptrdiff_t)(y + r) * m->stride, width)));
            sum = vaddq_u32(sum, satd ? hadamard(d) : squares(d));
        }
    return vaddvq_u32(sum);
}

void pc_motion_costs_neon(const pc_motion_match *m, const ptrdiff_t *offsets, unsigned count, uint64_t *costs)
{
    if (m->bytes != 1) {
        pc_motion_costs_scalar(m, offsets, count, costs);
        return;
    }
    const unsigned width = m->size % 8 == 0 ? 8 : 4;
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *b = m->reference + offsets[i];
        if (m->metric == PC_MOTION_SAD)
            costs[i] = sad(m, b);
        else if (width == 8)
            costs[i] = strips(m, b, 8, m->metric == PC_MOTION_SATD);
        else
            costs[i] = strips(m, b, 4, m->metric == PC_MOTION_SATD);
    }
}

unsigned pc_motion_near_neon(const pc_motion_quarters *q, const int32_t *upper, const int32_t *lower,
                             unsigned n, int32_t limit, uint8_t *places)
{
    const int32x4_t a = vdupq_n_s32(q->of_block[0]), b = vdupq_n_s32(q->of_block[1]);
    const int32x4_t c = vdupq_n_s32(q->of_block[2]), d = vdupq_n_s32(q->of_block[3]);
    const int32x4_t most = vdupq_n_s32(limit);
    unsigned found = 0;
    for (unsigned i = 0; i < n; i += 4) {
        int32x4_t sum =
            vaddq_s32(vabdq_s32(vld1q_s32(upper + i), a), vabdq_s32(vld1q_s32(upper + i + q->half), b));
        sum = vaddq_s32(sum, vabdq_s32(vld1q_s32(lower + i), c));
        sum = vaddq_s32(sum, vabdq_s32(vld1q_s32(lower + i + q->half), d));
        uint32x4_t close = vcleq_s32(sum, most);
        if (vmaxvq_u32(close) == 0) continue; /* nearly always */
        uint32_t lanes[4];
        vst1q_u32(lanes, close);
        for (unsigned k = 0; k < 4 && i + k < n; k++) {
            places[found] = (uint8_t)(i + k);
            found += lanes[k] & 1;
        }
    }
    return found;
}

#endif
