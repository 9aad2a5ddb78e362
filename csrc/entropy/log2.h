/* log2 in 16.16 fixed point by integer arithmetic, so that encoders decide alike on every machine.
 *
 * The argument is scaled to [1, 2), the top 8 fraction bits pick a table entry and the next 16
 * interpolate linearly. log2 bends by at most 1 / ln 2 on [1, 2), so a chord over a step of 1/256 is
 * at most (1/256)^2 / 8 / ln 2 = 2.8e-6 below the curve: 0.18 units, less than the table's own
 * rounding of half a unit. The result never falls when x grows. */
#ifndef PC_ENTROPY_LOG2_H
#define PC_ENTROPY_LOG2_H

#include "base/mem.h"

extern const uint32_t pc_log2_table[257];

/* 65536 log2(x), within one unit; x >= 1. */
PC_INLINE uint32_t pc_log2_q16(uint32_t x)
{
    unsigned exponent = pc_log2_floor(x);
    uint32_t fraction = (uint32_t)(((uint64_t)x << (32 - exponent)) & 0xffffffffu);
    const uint32_t *entry = pc_log2_table + (fraction >> 24);
    uint32_t between = ((entry[1] - entry[0]) * ((fraction >> 8) & 0xffffu) + 0x8000u) >> 16;
    return (exponent << 16) + entry[0] + between;
}

/* The same without interpolation: less by 0.006 at most, and equal below 512. For estimates. */
PC_INLINE uint32_t pc_log2_coarse_q16(uint32_t x)
{
    const unsigned exponent = pc_log2_floor(x);
    return (exponent << 16) + pc_log2_table[(((uint64_t)x << (32 - exponent)) >> 24) & 255];
}

#endif
