/* What the wavelet drivers share: places beyond the ends, the geometry of a level, and one job's part.
 *
 * Everything rests on one kernel, a pair of filters over the same rows:
 *
 *     fir_pair(rows, c0, c1, taps, out0, out1, n):  out0[i] = c0[0] rows[0][i] + c0[1] rows[1][i] + ...,
 *                                                   out1[i] likewise by c1
 *
 * added in that order, each product rounded (no fused multiply-add), so that every tier gives the same bits.
 * Analysis down the columns takes rows of the image; along a row, the row is first split into even and odd
 * elements, of which shifted views are the rows. Synthesis takes rows of both bands and gives the even and
 * the odd rows of the signal; along a row they are wanted in turn, which
 *
 *     fir_join(rows, c0, c1, taps, dst, n)   dst[2 i] = what fir_pair calls out0[i], dst[2 i + 1] = out1[i]
 *
 * does at once. split(src, n, even, odd) takes n pairs apart. */
#ifndef PC_TRANSFORM_DWT_COMMON_H
#define PC_TRANSFORM_DWT_COMMON_H

#include "base/compiler.h"
#include "pycomp/dwt.h"

/* Compilers that may fuse a product and a sum within an expression are told not to. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif

/* A loaded vector that is used twice stays in its register: gcc would rather load it again for each use, and
 * loads that cross a cache line are what the filters wait for. */
#if defined(__GNUC__)
#define PC_KEEP(registers, x) __asm__("" : "+" registers(x))
#else
#define PC_KEEP(registers, x) (void)0
#endif

/* The value at a place beyond the ends, as a sum of at most three elements. */
typedef struct pc_dwt_terms {
    unsigned count;
    size_t at[3];
    double weight[3];
} pc_dwt_terms;

pc_dwt_terms pc_dwt_beyond(ptrdiff_t i, size_t n, pc_dwt_mode mode);

/* A filter pair over consecutive rows, taps that are 0 in both left out. The first row of output k is
 * first + step k: step 2 and one row a sample forward, step 1 and two bands of taps / 2 rows inverse. */
typedef struct pc_dwt_level {
    unsigned taps; /* rows that an output pair takes, of each band when inverse */
    ptrdiff_t first;
    size_t length, outputs; /* of the input; pairs of output rows, or of coefficients */
    int drop;               /* inverse: the first pair begins this many rows before the signal */
    pc_dwt_mode mode;
    double c0[PC_DWT_MAX_TAPS], c1[PC_DWT_MAX_TAPS];
} pc_dwt_level;

void pc_dwt_analysis(pc_dwt_level *level, const pc_dwt_bank *bank, size_t n, pc_dwt_mode mode);
void pc_dwt_synthesis(pc_dwt_level *level, const pc_dwt_bank *bank, size_t n, pc_dwt_mode mode);

/* A part of a job: outputs [row, row + rows) of the first axis and [col, col + cols) of the second (pairs of
 * output when inverse), at one place of the other axes. Of one axis, rows across it take the second axis'
 * place. */
typedef struct pc_dwt_part {
    const pc_kernels *kernels;
    const pc_dwt_level *level[2];
    const void *src[4];
    void *dst[4];
    ptrdiff_t src_stride[2], dst_stride[2];
    size_t row, rows, col, cols;
    int stream; /* the destination is large: around the cache, but for the approximation, which is read again
                 */
    void *room; /* PC_DWT_WORKSPACE bytes, aligned */
} pc_dwt_part;

/* Columns of a part, at most, so that the rows that the filters keep going back to stay in an L2 cache. In L1
 * they would be a few hundred columns, and the runs of memory read too short for prefetching: a third slower.
 */
enum {
    PC_DWT_ROOM = 262144,
    PC_DWT_KEEP = 131072,
    PC_DWT_COLS = 2048,
    PC_DWT_LEAST = 32,
    PC_DWT_WORKSPACE = 1 << 19
};
size_t pc_dwt_cols(unsigned taps, size_t item);

/* Two axes at once; one axis along itself (level[1]), and across, rows side by side (level[0]). */
void pc_dwt_forward2_f32(const pc_dwt_part *part);
void pc_dwt_forward2_f64(const pc_dwt_part *part);
void pc_dwt_inverse2_f32(const pc_dwt_part *part);
void pc_dwt_inverse2_f64(const pc_dwt_part *part);
void pc_dwt_forward_along_f32(const pc_dwt_part *part);
void pc_dwt_forward_along_f64(const pc_dwt_part *part);
void pc_dwt_inverse_along_f32(const pc_dwt_part *part);
void pc_dwt_inverse_along_f64(const pc_dwt_part *part);
void pc_dwt_forward_across_f32(const pc_dwt_part *part);
void pc_dwt_forward_across_f64(const pc_dwt_part *part);
void pc_dwt_inverse_across_f32(const pc_dwt_part *part);
void pc_dwt_inverse_across_f64(const pc_dwt_part *part);
void pc_swt_along_f32(const pc_dwt_part *part, size_t step);
void pc_swt_along_f64(const pc_dwt_part *part, size_t step);

#endif
