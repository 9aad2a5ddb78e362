/* Between coefficients and what is stored: rounding, quantising, the order of a block's numbers.
 *
 *   dct_round      count blocks of n floats: rounded to the nearest integer, ties to even, limited to int16
 *                  (NaN: the lowest), number order[i] (order NULL: i) to place i.
 *   dct_quantise   count blocks of 64 integers, forward of the integer transform: each divided by 8 * step,
 *                  rounded to the nearest, ties away from zero, as JPEG encoders do. `steps` holds what
 *                  pc_dct_steps made: 64 halves (4 * step), then 64 reciprocals. */
#ifndef PC_TRANSFORM_DCT_COMMON_H
#define PC_TRANSFORM_DCT_COMMON_H

#include "base/compiler.h"

/* |c| + half step is t < 2^19 + 2^15 < 2^20, and t / d, d = 8 step, falls short of the next integer by 1/d at
 * least when not exact. A reciprocal too large by a share in (2^-22, 2^-20] therefore gives the right floor:
 * the excess stays below 2^-20 t / d < 1 / d, and what rounding takes away is less than what was added. */
PC_INLINE void pc_dct_steps(const uint16_t natural[64], float steps[128])
{
    for (unsigned i = 0; i < 64; i++) {
        steps[i] = 4.0f * (float)natural[i];
        steps[64 + i] = (float)((1.0 + 0x1p-21) / (8.0 * natural[i]));
    }
}

#endif
