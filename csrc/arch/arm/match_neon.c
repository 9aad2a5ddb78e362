/* The parsers of DEFLATE for NEON: tags compared 16 at a time. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "deflate/deflate_gather_common.h"

/* NEON has no movemask: each lane keeps its own bit, and each half is added up. */
static inline uint64_t rows_mask(const uint8_t *tags, uint32_t tag, unsigned ways)
{
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bit = vld1q_u8(bits), wanted = vdupq_n_u8((uint8_t)tag);
    uint64_t mask = 0;
    for (unsigned i = 0; i < ways; i += 16) {
        uint8x16_t equal = vandq_u8(vceqq_u8(vld1q_u8(tags + i), wanted), bit);
        uint32_t sixteen = vaddv_u8(vget_low_u8(equal)) | (uint32_t)vaddv_u8(vget_high_u8(equal)) << 8;
        mask |= (uint64_t)sixteen << i;
    }
    return mask;
}

uint32_t pc_deflate_collect_neon(struct pc_parse_job *job, struct pc_path_room *room, unsigned ways)
{
    return pc_gather_switch(job, room, ways, rows_mask);
}

#endif
