/* Block matching: what the search asks of its kernels, and their loops, which each tier compiles for itself.
 *
 * Metrics, of a block's differences d: SAD, the sum of |d|; SSD, of d^2; SATD, half the sum of the absolute
 * values of the 4 x 4 Walsh-Hadamard transforms of d, which tells better than SAD what a transform coder will
 * have to write. All are integers, so every tier gives the same numbers. */
#ifndef PC_PREDICT_MOTION_COMMON_H
#define PC_PREDICT_MOTION_COMMON_H

#include <string.h>

#include "base/compiler.h"
#include "pycomp/motion.h"

/* A block and what it is compared with: sample (0, 0) of each; strides in bytes. */
typedef struct pc_motion_match {
    const uint8_t *block, *reference;
    ptrdiff_t block_stride, stride;
    unsigned size, bytes;
    pc_motion_metric metric;
} pc_motion_match;

/* Four rows of differences at a time are taken into `t`; what the metrics do with them is the same for
 * samples of either width. */
#define PC_MOTION_STRIPS(target, suffix)                                                                     \
    target static void sad_##suffix(int32_t (*PC_RESTRICT t)[PC_MOTION_MAX_BLOCK], unsigned whole,           \
                                    uint64_t *sum)                                                           \
    {                                                                                                        \
        uint32_t strip = 0; /* 64 x 4 differences of 16 bits: below 2^24 */                                  \
        for (unsigned r = 0; r < 4; r++)                                                                     \
            for (unsigned x = 0; x < (whole & ~15u); x++) strip += pc_motion_abs(t[r][x]);                   \
        *sum += strip;                                                                                       \
    }                                                                                                        \
    target static void ssd_##suffix(int32_t (*PC_RESTRICT t)[PC_MOTION_MAX_BLOCK], unsigned whole,           \
                                    uint64_t *sum)                                                           \
    {                                                                                                        \
        uint64_t strip = 0;                                                                                  \
        for (unsigned r = 0; r < 4; r++)                                                                     \
            for (unsigned x = 0; x < (whole & ~15u); x++)                                                    \
                strip += (uint32_t)t[r][x] * (uint32_t)t[r][x]; /* fits */                                   \
        *sum += strip;                                                                                       \
    }                                                                                                        \
    target static void satd_##suffix(int32_t (*PC_RESTRICT t)[PC_MOTION_MAX_BLOCK], unsigned whole,          \
                                     uint64_t *sum)                                                          \
    {                                                                                                        \
        uint32_t strip = 0; /* 64 x 4 coefficients of 16 x 65535 at most: below 2^28 */                      \
        for (unsigned x = 0; x < (whole & ~15u); x++) {                                                      \
            int32_t s = t[0][x] + t[1][x], d = t[0][x] - t[1][x];                                            \
            int32_t u = t[2][x] + t[3][x], e = t[2][x] - t[3][x];                                            \
            t[0][x] = s + u, t[1][x] = s - u, t[2][x] = d + e, t[3][x] = d - e;                              \
        }                                                                                                    \
        for (unsigned r = 0; r < 4; r++)                                                                     \
            for (unsigned x = 0; x < (whole & ~15u); x += 4) {                                               \
                int32_t s = t[r][x] + t[r][x + 1], d = t[r][x] - t[r][x + 1];                                \
                int32_t u = t[r][x + 2] + t[r][x + 3], e = t[r][x + 2] - t[r][x + 3];                        \
                strip += pc_motion_abs(s + u) + pc_motion_abs(s - u) + pc_motion_abs(d + e) +                \
                         pc_motion_abs(d - e);                                                               \
            }                                                                                                \
        *sum += strip;                                                                                       \
    }

/* motion_costs: the metric at `count` places, offsets in bytes from match->reference; exactly the samples of
 * the block are read there. */
#define PC_MOTION_COSTS(target, suffix)                                                                      \
    PC_MOTION_STRIPS(target, suffix)                                                                         \
    target static void any_costs_##suffix(const pc_motion_match *m, const ptrdiff_t *offsets,                \
                                          unsigned count, uint64_t *costs)                                   \
    {                                                                                                        \
        int32_t t[4][PC_MOTION_MAX_BLOCK] = {{0}};                                                           \
        unsigned size = m->size & ~3u, whole = (size + 15) & ~15u;                                           \
        for (unsigned i = 0; i < count; i++) {                                                               \
            const uint8_t *a = m->block, *b = m->reference + offsets[i];                                     \
            costs[i] = 0;                                                                                    \
            for (unsigned y = 0; y < size; y += 4) {                                                         \
                for (unsigned r = 0; r < 4; r++, a += m->block_stride, b += m->stride) {                     \
                    const uint16_t *p = (const uint16_t *)(const void *)a;                                   \
                    const uint16_t *q = (const uint16_t *)(const void *)b;                                   \
                    if (m->bytes == 1)                                                                       \
                        for (unsigned x = 0; x < size; x++) t[r][x] = a[x] - b[x];                           \
                    else                                                                                     \
                        for (unsigned x = 0; x < size; x++) t[r][x] = p[x] - q[x];                           \
                }                                                                                            \
                if (m->metric == PC_MOTION_SAD)                                                              \
                    sad_##suffix(t, whole, &costs[i]);                                                       \
                else if (m->metric == PC_MOTION_SSD)                                                         \
                    ssd_##suffix(t, whole, &costs[i]);                                                       \
                else                                                                                         \
                    satd_##suffix(t, whole, &costs[i]);                                                      \
            }                                                                                                \
            if (m->metric == PC_MOTION_SATD) costs[i] /= 2;                                                  \
        }                                                                                                    \
    }

#define PC_MOTION_BLEND(target, type)                                                                        \
    target static void blend_##type(const uint8_t *src, ptrdiff_t stride, unsigned size, int down,           \
                                    int right, uint8_t *dst)                                                 \
    {                                                                                                        \
        uint32_t a = (uint32_t)((4 - down) * (4 - right)), b = (uint32_t)((4 - down) * right);               \
        uint32_t c = (uint32_t)(down * (4 - right)), d = (uint32_t)(down * right);                           \
        for (unsigned y = 0; y < size; y++, src += stride, dst += size * sizeof(type)) {                     \
            const type *PC_RESTRICT p = (const type *)(const void *)src;                                     \
            const type *PC_RESTRICT q = (const type *)(const void *)(src + stride);                          \
            type *PC_RESTRICT to = (type *)(void *)dst;                                                      \
            for (unsigned x = 0; x < size; x++)                                                              \
                to[x] = (type)((a * p[x] + b * p[x + 1] + c * q[x] + d * q[x + 1] + 8) >> 4);                \
        }                                                                                                    \
    }

PC_INLINE uint32_t pc_motion_abs(int32_t v) { return (uint32_t)(v < 0 ? -v : v); }

/* motion_blend: size x size samples between those of src, down and right in quarters (0 to 3), rounded
 * bilinear; size + 1 rows and columns are read. dst is contiguous.
 *
 * motion_sums: sums of height x height samples for `cols` places side by side, from sums down the columns,
 * which it moves on by a row first: `row` comes in, `old` (or NULL) goes out. columns has
 * cols + height - 1 elements. */
#define PC_MOTION_REST(target, suffix)                                                                       \
    PC_MOTION_BLEND(target, uint8_t)                                                                         \
    PC_MOTION_BLEND(target, uint16_t)                                                                        \
    target static void any_blend_##suffix(const uint8_t *src, ptrdiff_t stride, unsigned size,               \
                                          unsigned bytes, int down, int right, uint8_t *dst)                 \
    {                                                                                                        \
        if (bytes == 1)                                                                                      \
            blend_uint8_t(src, stride, size, down, right, dst);                                              \
        else                                                                                                 \
            blend_uint16_t(src, stride, size, down, right, dst);                                             \
    }                                                                                                        \
    target void pc_motion_sums_##suffix(const uint8_t *row, const uint8_t *old, unsigned bytes,              \
                                        unsigned height, int32_t *PC_RESTRICT columns,                       \
                                        int32_t *PC_RESTRICT sums, size_t cols)                              \
    {                                                                                                        \
        size_t n = cols + height - 1;                                                                        \
        const uint16_t *row16 = (const uint16_t *)(const void *)row;                                         \
        const uint16_t *old16 = (const uint16_t *)(const void *)old;                                         \
        if (bytes == 1)                                                                                      \
            for (size_t i = 0; i < n; i++) columns[i] += row[i] - (old != NULL ? old[i] : 0);                \
        else                                                                                                 \
            for (size_t i = 0; i < n; i++) columns[i] += row16[i] - (old16 != NULL ? old16[i] : 0);          \
        for (size_t i = 0; i < cols; i++) sums[i] = columns[i] + columns[i + 1];                             \
        for (unsigned k = 2; k < height; k += 2)                                                             \
            for (size_t i = 0; i < cols; i++) sums[i] += columns[i + k] + columns[i + k + 1];                \
    }

/* motion_near: which of n <= PC_MOTION_CHUNK places side by side have quarter sums whose distances from those
 * of the block, added up, are at most limit. upper and lower are the sums at the first place, of its two
 * upper and two lower quarters, `half` places apart. Writes their numbers, ascending, and returns how many.
 * May read up to PC_SLACK bytes on. */
enum { PC_MOTION_CHUNK = 64 };
typedef struct pc_motion_quarters {
    int32_t of_block[4];
    size_t half;
} pc_motion_quarters;

#endif
