/* Predictors of pictures: each sample less what its neighbours to the left and above say, modulo 2^width. */
#ifndef PYCOMP_PLANE_H
#define PYCOMP_PLANE_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pc_plane_job {
    const uint8_t *src;
    uint8_t *dst;                     /* elsewhere */
    ptrdiff_t src_stride, dst_stride; /* from row to row, in bytes */
    size_t rows, samples;             /* of a row, all channels */
    size_t channels;                  /* the distance to the left neighbour, in samples */
    unsigned width;                   /* bytes of a sample, 1 or 2 */
    pc_plane_method method;
} pc_plane_job;

/* One row; `above` is NULL for the first. */
void pc_plane_predict_row(const pc_kernels *kernels, const pc_plane_job *job, const uint8_t *cur,
                          const uint8_t *above, uint8_t *dst);
void pc_plane_restore_row(const pc_kernels *kernels, const pc_plane_job *job, const uint8_t *cur,
                          const uint8_t *above, uint8_t *dst);

/* Whole pictures. Rows are predicted from the source and so shared out to threads; back from residuals they
 * follow each other, unless the method is LEFT. */
pc_status pc_plane_predict(const pc_kernels *kernels, const pc_plane_job *job, unsigned threads);
pc_status pc_plane_restore(const pc_kernels *kernels, const pc_plane_job *job, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
