/* The discrete wavelet transform, one level, over arrays of any layout: along one axis, or along two at once.
 *
 * A level turns n values into two bands of about n / 2: band[k] = sum over j of filter[j] x[2 k + s - j],
 * where x goes on past its ends as the mode says. The layout is PyWavelets': periodization takes s = taps / 2
 * and gives ceil(n / 2) coefficients, all other modes s = 1 and floor((n + taps - 1) / 2). */
#ifndef PYCOMP_DWT_H
#define PYCOMP_DWT_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What stands beyond the ends of ... a b c d ... */
typedef enum pc_dwt_mode {
    PC_DWT_ZERO,          /* 0 0 | a b c d | 0 0 */
    PC_DWT_CONSTANT,      /* a a | a b c d | d d */
    PC_DWT_SYMMETRIC,     /* b a | a b c d | d c */
    PC_DWT_REFLECT,       /* c b | a b c d | c b */
    PC_DWT_PERIODIC,      /* c d | a b c d | a b */
    PC_DWT_SMOOTH,        /* straight on from the last two */
    PC_DWT_ANTISYMMETRIC, /* -b -a | a b c d | -d -c */
    PC_DWT_ANTIREFLECT,   /* 2a - c, 2a - b | a b c d | 2d - c, 2d - b */
    PC_DWT_PERIODIZATION  /* periodic, an odd length made even by a second d; the fewest coefficients */
} pc_dwt_mode;

enum { PC_DWT_MAX_TAPS = 128, PC_DWT_MAX_DIMS = 64 };

/* Low-pass and high-pass filters, of decomposition or of reconstruction; taps even, 2 to PC_DWT_MAX_TAPS. */
typedef struct pc_dwt_bank {
    unsigned taps;
    double lo[PC_DWT_MAX_TAPS], hi[PC_DWT_MAX_TAPS];
} pc_dwt_bank;

/* One or two axes of an array and every place along the others. The bands of two axes are, in order, aa ad da
 * dd: approximation or detail along the first axis, then along the second. All bands share their strides. */
typedef struct pc_dwt_job {
    int is_double, inverse;
    unsigned axes; /* 1 or 2; of 1, the entries [1] below are meant */
    const pc_dwt_bank *bank[2];
    pc_dwt_mode mode[2];
    size_t length[2];   /* of the signal, or of the coefficients when inverse */
    const void *src[4]; /* forward: [0] the signal; inverse: the bands */
    void *dst[4];       /* forward: the bands; inverse: [0] the signal. Nothing overlaps */
    ptrdiff_t src_stride[2], dst_stride[2]; /* in elements, as all strides here */
    unsigned dims;                          /* the other axes */
    const size_t *shape;
    const ptrdiff_t *src_strides, *dst_strides;
} pc_dwt_job;

/* Coefficients in a band of n values; values restored from n coefficients (0 if taps are too many for them).
 */
size_t pc_dwt_band(size_t n, unsigned taps, pc_dwt_mode mode);
size_t pc_dwt_signal(size_t n, unsigned taps, pc_dwt_mode mode);

pc_status pc_dwt(const pc_kernels *kernels, const pc_dwt_job *job, unsigned threads);

/* Undecimated: band[k] = sum over j of filter[j] x[k + (taps / 2 - j) step], x periodic; both bands as long
 * as the signal. The job is a forward one of one axis, its mode of no concern. */
pc_status pc_swt(const pc_kernels *kernels, const pc_dwt_job *job, size_t step, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
