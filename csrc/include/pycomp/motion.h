/* Motion between pictures: block matching, and the prediction that its vectors make.
 *
 * A picture is cut into square blocks from its top left corner; for each the place in a reference picture is
 * sought that differs least. Samples beyond a picture's edges are those of the nearest row and column, for
 * the reference and for blocks that the right and bottom edges cut alike. */
#ifndef PYCOMP_MOTION_H
#define PYCOMP_MOTION_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_MOTION_MAX_BLOCK = 64,    /* sums of half a block's 16-bit samples stay below 2^31 */
    PC_MOTION_MAX_RADIUS = 1024, /* the room of a worker grows with its square */
    PC_MOTION_QUARTERS = 4       /* steps of a sample with subpel */
};

typedef enum pc_motion_metric { PC_MOTION_SAD, PC_MOTION_SSD, PC_MOTION_SATD } pc_motion_metric;
typedef enum pc_motion_method {
    PC_MOTION_FULL,
    PC_MOTION_DIAMOND,
    PC_MOTION_HEX,
    PC_MOTION_PYRAMID
} pc_motion_method;

/* Pictures of unsigned samples, read through any strides (in bytes: picture, row, sample). */
typedef struct pc_motion_pictures {
    const uint8_t *at;
    ptrdiff_t strides[3];
} pc_motion_pictures;

typedef struct pc_motion_job {
    pc_motion_pictures frames, references;
    size_t count, height, width;
    unsigned bytes;         /* of a sample: 1 or 2 */
    unsigned block, radius; /* block: a multiple of 4; radius: of both components, in samples */
    pc_motion_metric metric;
    pc_motion_method method;
    int subpel;       /* refine to quarters of a sample */
    uint32_t lambda;  /* what a bit of vector difference costs, in 256ths of the metric's unit */
    int32_t *vectors; /* [count][blocks down][blocks across][2]: down, right; in samples or quarters */
    uint64_t *costs;  /* [count][blocks down][blocks across]: the metric there, without lambda's part */
} pc_motion_job;

/* Vectors and costs of all blocks: the same whatever the kernels and the threads. */
pc_status pc_motion_search(const pc_kernels *kernels, const pc_motion_job *job, unsigned threads);

typedef struct pc_motion_field {
    pc_motion_pictures references;
    size_t count, height, width;
    unsigned bytes, block;
    const int32_t *vectors; /* as above, of any size, in quarters */
    uint8_t *dst;           /* [count][height][width] */
} pc_motion_field;

/* The pictures that the vectors predict. */
pc_status pc_motion_compensate(const pc_kernels *kernels, const pc_motion_field *field, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
