/* XXH3 stripes on NEON: two accumulators a register, four registers. See checksum/xxh3.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/xxh3_common.h"

#if PC_ARM64
#include <arm_neon.h>

PC_INLINE uint64x2_t load(const uint8_t *p) { return vreinterpretq_u64_u8(vld1q_u8(p)); }

PC_INLINE uint64x2_t scramble(uint64x2_t acc, const uint8_t *secret)
{
    uint32x2_t prime = vdup_n_u32(PC_XXH3_PRIME);
    uint64x2_t keyed = veorq_u64(veorq_u64(acc, vshrq_n_u64(acc, 47)), load(secret));
    uint64x2_t high = vshlq_n_u64(vmull_u32(vshrn_n_u64(keyed, 32), prime), 32);
    return vmlal_u32(high, vmovn_u64(keyed), prime);
}

size_t pc_xxh3_accumulate_neon(uint64_t acc[8], const uint8_t *src, size_t stripes, const uint8_t *secret,
                               size_t done)
{
    uint64x2_t sum[4];
    for (size_t j = 0; j < 4; j++) sum[j] = vld1q_u64(acc + 2 * j);
    for (size_t i = 0; i < stripes; i++) {
        for (size_t j = 0; j < 4; j++) {
            uint64x2_t data = load(src + PC_XXH3_STRIPE * i + 16 * j);
            uint64x2_t keyed = veorq_u64(data, load(secret + 8 * done + 16 * j));
            uint64x2_t neighbour = vextq_u64(data, data, 1);
            sum[j] = vmlal_u32(vaddq_u64(sum[j], neighbour), vmovn_u64(keyed), vshrn_n_u64(keyed, 32));
        }
        if (++done == PC_XXH3_BLOCK_STRIPES) {
            for (size_t j = 0; j < 4; j++) sum[j] = scramble(sum[j], secret + PC_XXH3_SCRAMBLE_AT + 16 * j);
            done = 0;
        }
    }
    for (size_t j = 0; j < 4; j++) vst1q_u64(acc + 2 * j, sum[j]);
    return done;
}

#endif
