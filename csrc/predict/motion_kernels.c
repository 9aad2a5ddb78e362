/* Scalar twins of the motion kernels; contracts in motion_common.h. */
#include "base/compiler.h"

/* An x86 machine of the last ten years runs the AVX2 build of these loops: here they had better be small. */
#if PC_X86 && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2")
#endif

#include "arch/variants.h"
#include "predict/motion_common.h"

PC_MOTION_COSTS(, scalar)
PC_MOTION_REST(, scalar)

void pc_motion_costs_scalar(const pc_motion_match *match, const ptrdiff_t *offsets, unsigned count,
                            uint64_t *costs)
{
    any_costs_scalar(match, offsets, count, costs);
}

void pc_motion_blend_scalar(const uint8_t *src, ptrdiff_t stride, unsigned size, unsigned bytes, int down,
                            int right, uint8_t *dst)
{
    any_blend_scalar(src, stride, size, bytes, down, right, dst);
}

unsigned pc_motion_near_scalar(const pc_motion_quarters *q, const int32_t *upper, const int32_t *lower,
                               unsigned n, int32_t limit, uint8_t *places)
{
    unsigned found = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t d =
            pc_motion_abs(upper[i] - q->of_block[0]) + pc_motion_abs(upper[i + q->half] - q->of_block[1]) +
            pc_motion_abs(lower[i] - q->of_block[2]) + pc_motion_abs(lower[i + q->half] - q->of_block[3]);
        places[found] = (uint8_t)i;
        found += d <= (uint32_t)limit;
    }
    return found;
}
