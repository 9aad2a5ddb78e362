/* rANS decoding with NEON: 64 lanes in 16 vectors, four at a time. See rans_common.h for the
 * algorithm. Arm has no gather: entries are loaded straight into vector lanes. Encoding stays scalar
 * here: it is bound by the same lookups and has nothing like compress.
 * Reads at most PC_RANS_GROUP_BYTES from the input for each group, whatever the group consumes. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

#define NO 0xff /* out of range: the table lookup gives 0 */

/* For every set of lanes that take a word: which bytes of the input each lane's low half gets. */
static const uint8_t word_bytes[16][16] = {
#define WORD(i) 2 * (i), 2 * (i) + 1, NO, NO
#define NONE NO, NO, NO, NO
    {NONE, NONE, NONE, NONE},          {WORD(0), NONE, NONE, NONE},
    {NONE, WORD(0), NONE, NONE},       {WORD(0), WORD(1), NONE, NONE},
    {NONE, NONE, WORD(0), NONE},       {WORD(0), NONE, WORD(1), NONE},
    {NONE, WORD(0), WORD(1), NONE},    {WORD(0), WORD(1), WORD(2), NONE},
    {NONE, NONE, NONE, WORD(0)},       {WORD(0), NONE, NONE, WORD(1)},
    {NONE, WORD(0), NONE, WORD(1)},    {WORD(0), WORD(1), NONE, WORD(2)},
    {NONE, NONE, WORD(0), WORD(1)},    {WORD(0), NONE, WORD(1), WORD(2)},
    {NONE, WORD(0), WORD(1), WORD(2)}, {WORD(0), WORD(1), WORD(2), WORD(3)},
#undef WORD
#undef NONE
};

/* Twice the number of lanes in each set. */
static const uint8_t bytes_taken[16] = {0, 2, 2, 4, 2, 4, 4, 6, 2, 4, 4, 6, 4, 6, 6, 8};

PC_INLINE uint32x4_t lookup(const uint32_t *entries, uint32x4_t x)
{
    uint64x2_t slots = vreinterpretq_u64_u32(vandq_u32(x, vdupq_n_u32(PC_RANS_TOTAL - 1)));
    uint64_t a = vgetq_lane_u64(slots, 0), b = vgetq_lane_u64(slots, 1);
    uint32x4_t e = vdupq_n_u32(entries[(uint32_t)a]);
    e = vld1q_lane_u32(entries + (a >> 32), e, 1);
    e = vld1q_lane_u32(entries + (uint32_t)b, e, 2);
    return vld1q_lane_u32(entries + (b >> 32), e, 3);
}

/* pc_rans_pop of four lanes, and the words of those that fell below the range. */
PC_INLINE uint32x4_t pop(uint32x4_t x, uint32x4_t entry, const uint8_t **in)
{
    static const uint32_t lane_bits[4] = {1, 2, 4, 8};
    uint32x4_t offset = vandq_u32(vshrq_n_u32(entry, 8), vdupq_n_u32(PC_RANS_TOTAL - 1));
    x = vmlaq_u32(offset, vshrq_n_u32(x, PC_RANS_BITS), vshrq_n_u32(entry, 20));
    uint32x4_t low = vcltq_u32(x, vdupq_n_u32(PC_RANS_LOW));
    uint32_t lanes = vaddvq_u32(vandq_u32(low, vld1q_u32(lane_bits)));
    uint8x16_t input = vcombine_u8(vld1_u8(*in), vdup_n_u8(0));
    uint32x4_t words = vreinterpretq_u32_u8(vqtbl1q_u8(input, vld1q_u8(word_bytes[lanes])));
    *in += bytes_taken[lanes];
    return vbslq_u32(low, vorrq_u32(vshlq_n_u32(x, 16), words), x);
}

/* The low bytes of four vectors, in order. */
PC_INLINE uint8x16_t symbols(uint32x4_t a, uint32x4_t b, uint32x4_t c, uint32x4_t d)
{
    uint16x8_t ab = vcombine_u16(vmovn_u32(a), vmovn_u32(b)), cd = vcombine_u16(vmovn_u32(c), vmovn_u32(d));
    return vcombine_u8(vmovn_u16(ab), vmovn_u16(cd));
}

size_t pc_rans_decode_neon(uint32_t states[64], const uint32_t entries[4096], const uint8_t **src,
                           const uint8_t *src_end, uint8_t *dst, size_t groups)
{
    const uint8_t *in = *src;
    uint32x4_t x[16];
    size_t g = 0;
    for (unsigned v = 0; v < 16; v++) x[v] = vld1q_u32(states + 4 * v);
    for (; g < groups && src_end - in >= PC_RANS_GROUP_BYTES; g++, dst += PC_RANS_LANES) {
#define QUARTER(v)                                                                                           \
    do {                                                                                                     \
        uint32x4_t e0 = lookup(entries, x[v]), e1 = lookup(entries, x[(v) + 1]);                             \
        uint32x4_t e2 = lookup(entries, x[(v) + 2]), e3 = lookup(entries, x[(v) + 3]);                       \
        x[v] = pop(x[v], e0, &in);                                                                           \
        x[(v) + 1] = pop(x[(v) + 1], e1, &in);                                                               \
        x[(v) + 2] = pop(x[(v) + 2], e2, &in);                                                               \
        x[(v) + 3] = pop(x[(v) + 3], e3, &in);                                                               \
        vst1q_u8(dst + 4 * (v), symbols(e0, e1, e2, e3));                                                    \
    } while (0)
        QUARTER(0);
        QUARTER(4);
        QUARTER(8);
        QUARTER(12);
#undef QUARTER
    }
    for (unsigned v = 0; v < 16; v++) vst1q_u32(states + 4 * v, x[v]);
    *src = in;
    return g;
}

#endif
