/* Differences along a line whose elements are not side by side: one element at a time, as many passes as the
 * order says, each in the direction that allows in place what the streams allow. */
#include "transform/delta_common.h"

#define STRIDED(type)                                                                                        \
    static void pass_##type(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride,    \
                            size_t n, size_t distance, int inverse, pc_delta_op op, int map)                 \
    {                                                                                                        \
        const uint8_t *before = inverse ? dst : src;                                                         \
        ptrdiff_t before_stride = inverse ? dst_stride : src_stride;                                         \
        for (size_t i = 0; i < n; i++) {                                                                     \
            size_t at = inverse ? i : n - 1 - i;                                                             \
            type c, p = 0;                                                                                   \
            memcpy(&c, src + (ptrdiff_t)at * src_stride, sizeof c);                                          \
            if (at >= distance) {                                                                            \
                memcpy(&p, before + (ptrdiff_t)(at - distance) * before_stride, sizeof p);                   \
                c = pc_delta_##type(c, p, op);                                                               \
            } else if (map) {                                                                                \
                c = inverse ? pc_unzigzag_##type(c) : pc_zigzag_##type(c);                                   \
            }                                                                                                \
            memcpy(dst + (ptrdiff_t)at * dst_stride, &c, sizeof c);                                          \
        }                                                                                                    \
    }
STRIDED(uint8_t)
STRIDED(uint16_t)
STRIDED(uint32_t)
STRIDED(uint64_t)

static void pass(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, size_t n,
                 unsigned width, size_t distance, int inverse, pc_delta_op op, int map)
{
    switch (width) {
    case 1: pass_uint8_t(src, src_stride, dst, dst_stride, n, distance, inverse, op, map); break;
    case 2: pass_uint16_t(src, src_stride, dst, dst_stride, n, distance, inverse, op, map); break;
    case 4: pass_uint32_t(src, src_stride, dst, dst_stride, n, distance, inverse, op, map); break;
    default: pass_uint64_t(src, src_stride, dst, dst_stride, n, distance, inverse, op, map); break;
    }
}

pc_delta_op pc_delta_op_of(const pc_delta_job *job, unsigned number)
{
    if (job->xor_bits) return PC_DELTA_XOR;
    if (job->inverse) return job->zigzag && number == 1 ? PC_DELTA_UNZIGZAG_ADD : PC_DELTA_ADD;
    return job->zigzag && number == job->order ? PC_DELTA_SUB_ZIGZAG : PC_DELTA_SUB;
}

int pc_delta_maps(const pc_delta_job *job, unsigned number)
{
    return job->zigzag && number == (job->inverse ? 1 : job->order);
}

void pc_delta_strided(const pc_delta_job *job, const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst,
                      ptrdiff_t dst_stride, size_t n)
{
    for (unsigned number = 1; number <= job->order; number++) {
        pass(src, src_stride, dst, dst_stride, n, job->width, job->distance, job->inverse,
             pc_delta_op_of(job, number), pc_delta_maps(job, number));
        src = dst, src_stride = dst_stride;
    }
    /* Order 0: no element has one before it. */
    if (job->order == 0)
        pass(src, src_stride, dst, dst_stride, n, job->width, n, job->inverse, PC_DELTA_ADD, job->zigzag);
}
