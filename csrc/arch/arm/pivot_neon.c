/* Level-ordered Huffman on NEON: 64 symbols a step in eight groups, each moved by one table lookup whose
 * control comes from a 2 KiB table indexed by the group's eight mask bits. Where each group reads and
 * writes follows from the mask alone, so the groups do not wait for each other. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/pivot_shuffles.h"
#include "arch/variants.h"
#include "base/mem.h"

/* For each byte of the mask, the ones in the bytes below it: byte-wise counts, then a multiplication that
 * adds them up (the sum of a byte's own and all lower ones lands in the byte above). */
PC_INLINE uint64_t ones_before(uint64_t mask, unsigned *total)
{
    uint64_t counts = vget_lane_u64(vreinterpret_u64_u8(vcnt_u8(vcreate_u8(mask))), 0) * 0x0101010101010101u;
    *total = (unsigned)(counts >> 56);
    return counts << 8;
}

/* One bit for each of 64 bytes that are 0 or 0xff: every byte keeps the bit of its place, and three
 * rounds of pairwise addition bring eight together. */
PC_INLINE uint64_t mask_of(const uint8x16_t above[4])
{
    const uint8x16_t places = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
    uint8x16_t low = vpaddq_u8(vandq_u8(above[0], places), vandq_u8(above[1], places));
    uint8x16_t high = vpaddq_u8(vandq_u8(above[2], places), vandq_u8(above[3], places));
    uint8x16_t bits = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(bits, bits)), 0);
}

PC_INLINE uint8x8_t control(const uint64_t table[256], uint64_t mask)
{
    return vcreate_u8(table[mask & 0xff]);
}

size_t pc_pivot_partition_neon(uint8_t *list, size_t n, unsigned threshold, uint8_t *mask, uint8_t *upper)
{
    const uint8x16_t pivot = vdupq_n_u8((uint8_t)threshold);
    uint8_t *kept = list;
    for (size_t i = 0; i < n; i += 64) {
        uint8x16_t ranks[4], above[4];
        for (unsigned q = 0; q < 4; q++) {
            ranks[q] = vld1q_u8(list + i + 16 * q);
            above[q] = vcgeq_u8(ranks[q], pivot);
        }
        size_t count = PC_MIN(n - i, (size_t)64);
        uint64_t up = mask_of(above);
        if (count < 64) up &= ((uint64_t)1 << count) - 1;
        pc_store64(mask + i / 8, up);
        unsigned total;
        uint64_t before = ones_before(up, &total);
        for (unsigned g = 0; g < 8; g++, up >>= 8, before >>= 8) {
            size_t ones = before & 0xff;
            uint8x8_t eight = g & 1 ? vget_high_u8(ranks[g / 2]) : vget_low_u8(ranks[g / 2]);
            vst1_u8(kept + 8 * g - ones, vtbl1_u8(eight, control(pc_pivot_keep_shuffle, up)));
            vst1_u8(upper + ones, vtbl1_u8(eight, control(pc_pivot_keep_shuffle, ~up)));
        }
        upper += total;
        kept += count - total;
    }
    return (size_t)(kept - list);
}

void pc_pivot_merge_neon(const uint8_t *mask, size_t n, const uint8_t *lower, const uint8_t *upper,
                         uint8_t *dst)
{
    for (size_t i = 0; i < n; i += 64) {
        uint64_t up = pc_load64(mask + i / 8);
        unsigned total;
        uint64_t before = ones_before(up, &total);
        for (unsigned g = 0; g < 8; g++, up >>= 8, before >>= 8) {
            size_t ones = before & 0xff;
            uint8x16_t both = vcombine_u8(vld1_u8(lower + 8 * g - ones), vld1_u8(upper + ones));
            vst1_u8(dst + i + 8 * g, vqtbl1_u8(both, control(pc_pivot_merge_shuffle, up)));
        }
        upper += total;
        lower += 64 - total;
    }
}

size_t pc_pivot_ones_neon(const uint8_t *mask, size_t n)
{
    uint32x4_t sums = vdupq_n_u32(0);
    size_t i = 0;
    for (; n - i >= 128; i += 128) sums = vpadalq_u16(sums, vpaddlq_u8(vcntq_u8(vld1q_u8(mask + i / 8))));
    return (size_t)vaddlvq_u32(sums) + pc_pivot_ones_scalar(mask + i / 8, n - i);
}

/* dst[i] = lut[src[i]] by four lookups of 64 entries; each leaves alone what is not in its quarter. */
void pc_map_u8_neon(const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst)
{
    uint8x16x4_t quarter[4];
    for (unsigned q = 0; q < 4; q++)
        for (unsigned r = 0; r < 4; r++) quarter[q].val[r] = vld1q_u8(lut + 64 * q + 16 * r);
    for (size_t i = 0; i < n; i += 16) {
        uint8x16_t index = vld1q_u8(src + i), out = vqtbl4q_u8(quarter[0], index);
        for (unsigned q = 1; q < 4; q++)
            out = vqtbx4q_u8(out, quarter[q], vsubq_u8(index, vdupq_n_u8((uint8_t)(64 * q))));
        vst1q_u8(dst + i, out);
    }
}

#endif
