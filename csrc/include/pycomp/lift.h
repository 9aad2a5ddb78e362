/* The reversible 5/3 wavelet of JPEG 2000 on integers, one level along two axes (LeGall and Tabatabai, 1988;
 * ITU-T T.800, annex F.4.8.1): detail[k] = x[2k+1] - floor((x[2k] + x[2k+2]) / 2), then
 * approx[k] = x[2k] + floor((detail[k-1] + detail[k] + 2) / 4), the signal reflected about its end elements.
 * Modulo 2^width throughout, so that it is exact for every integer of every width. */
#ifndef PYCOMP_LIFT_H
#define PYCOMP_LIFT_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bands in the order aa ad da dd; approximations are ceil(n / 2) long, details floor(n / 2). Details are
 * signed numbers of the same width. An axis of length 1 passes through, so that a line is an image of one
 * row. */
typedef struct pc_lift_job {
    unsigned width; /* bytes of an element: 1, 2, 4 or 8 */
    int is_signed, inverse;
    size_t rows, cols; /* of the image */
    const uint8_t *src[4];
    uint8_t *dst[4];                              /* nothing overlaps */
    ptrdiff_t image_stride[2], band_stride[4][2]; /* in bytes, as all strides here */
    size_t batch;                                 /* images */
    ptrdiff_t image_step, band_step[4];
} pc_lift_job;

pc_status pc_lift53(const pc_kernels *kernels, const pc_lift_job *job, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
