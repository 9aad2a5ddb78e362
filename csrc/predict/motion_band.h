/* A band of block rows: the piece of work of the motion search. Bands know nothing of each other, so that
 * threads may take them in any order: the vectors that a block is predicted from are those of its own band,
 * and prediction starts anew at a band's top. */
#ifndef PC_PREDICT_MOTION_BAND_H
#define PC_PREDICT_MOTION_BAND_H

#include "pycomp/motion.h"

/* Block rows of a band: at the top row of each, one in eight, there are no vectors above to start from. */
enum { PC_MOTION_BAND = 8 };

/* A plane in a worker's room: sample (0, 0); samples before it and to its left may exist. */
typedef struct pc_motion_plane {
    uint8_t *at;
    ptrdiff_t stride; /* bytes */
} pc_motion_plane;

/* Blocks of one plane to be found in another. Vectors are stored row by row, `cols` a row. */
typedef struct pc_motion_grid {
    const pc_kernels *kernels;
    pc_motion_plane frame, reference; /* the reference has radius samples before, radius + 1 behind */
    const int32_t *sums;              /* of half blocks, at (0, 0) of the reference; for PC_MOTION_FULL */
    ptrdiff_t sums_stride;            /* elements */
    size_t rows, cols;                /* blocks */
    unsigned block, bytes;
    int radius, subpel;
    pc_motion_metric metric;
    pc_motion_method method;
    uint32_t lambda;
    const int32_t *coarse; /* vectors of the grid at half the resolution, or NULL */
    size_t coarse_cols;
    int32_t *vectors;
    uint64_t *costs;
} pc_motion_grid;

void pc_motion_grid_search(const pc_motion_grid *grid);

/* Bytes of a worker's room; 0 if they are too many to be said. */
size_t pc_motion_room(const pc_motion_job *job);
/* Searches the blocks of band number `band` of picture number `picture`. */
void pc_motion_band_search(const pc_kernels *kernels, const pc_motion_job *job, size_t picture, size_t band,
                           void *room);

/* Samples [row, row + rows) x [col, col + cols) of a picture, which may lie beyond its edges. */
void pc_motion_window(const pc_motion_pictures *pictures, size_t picture, size_t height, size_t width,
                      unsigned bytes, ptrdiff_t row, ptrdiff_t col, size_t rows, size_t cols,
                      pc_motion_plane to);

#endif
