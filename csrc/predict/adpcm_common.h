/* IMA ADPCM, one sample at a time: a difference from the last sample in a sign and three bits, which count a
 * whole, a half and a quarter of a step; the step grows after large codes and shrinks after small ones.
 * Source: Interactive Multimedia Association, "Recommended Practices for Enhancing Digital Audio
 * Compatibility in Multimedia Systems", 3.0, 1992. */
#ifndef PC_PREDICT_ADPCM_COMMON_H
#define PC_PREDICT_ADPCM_COMMON_H

#include "base/compiler.h"
#include "pycomp/adpcm.h"

/* The steps as bytes, padded to two whole tables of 64, so that vectors look them up by byte permutations. */
typedef struct pc_ima_tables {
    uint16_t steps[PC_IMA_LAST_STEP + 1];
    uint8_t low[128], high[128];
    int8_t adjust[16]; /* what a code adds to the index */
} pc_ima_tables;
extern const pc_ima_tables pc_ima;

/* Where a code leads from the last sample, for each step: [16 * index + code]. A sample waits for the one
 * before it, but not for its own distance: with that looked up, two short chains are left, an addition and a
 * clamp each. Codes are noise, on which branches would fail. */
extern const int32_t pc_ima_distances[16 * (PC_IMA_LAST_STEP + 1)];

PC_INLINE int32_t pc_ima_decode_sample(struct pc_ima_lane *lane, unsigned code)
{
    int32_t sample = lane->predictor + pc_ima_distances[16 * lane->index + code];
    int32_t index = (int32_t)lane->index + pc_ima.adjust[code];
    sample = PC_MAX(sample, -32768);
    index = PC_MAX(index, 0);
    lane->predictor = PC_MIN(sample, 32767);
    lane->index = (uint32_t)PC_MIN(index, PC_IMA_LAST_STEP);
    return lane->predictor;
}

PC_INLINE unsigned pc_ima_encode_sample(struct pc_ima_lane *lane, int32_t sample)
{
    int32_t step = pc_ima.steps[lane->index], left = sample - lane->predictor, sign = -(left < 0);
    unsigned code = (unsigned)sign & 8;
    left = (left ^ sign) - sign;
    for (unsigned bit = 4; bit != 0; bit >>= 1, step >>= 1) {
        int32_t taken = -(left >= step);
        code |= (unsigned)taken & bit;
        left -= step & taken;
    }
    pc_ima_decode_sample(lane, code);
    return code;
}

#endif
