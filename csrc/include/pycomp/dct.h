/* Discrete cosine and sine transforms: of lines of arrays in any layout, and of the square blocks of images.
 *
 * Everything here works on caller's memory, does not allocate (but for the drivers at the end of each part)
 * and can run inside another codec's loop. */
#ifndef PYCOMP_DCT_H
#define PYCOMP_DCT_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_DCT_MAX = 4096,                  /* longest line; lengths are powers of two */
    PC_DCT_ANGLES = 2 * PC_DCT_MAX - 1, /* numbers in a table of angles */
    PC_DCT_BATCH = 16,                  /* lines a kernel takes at a time */
    PC_DCT_BLOCK_MAX = 64               /* largest side of a block: 4, 8, 16, 32 or 64 */
};

/* Cosines and sines that every size shares, to full precision and alike on every platform. Kernels take a
 * pointer to the table's second element. */
void pc_dct_angles_f64(double table[PC_DCT_ANGLES]);
void pc_dct_angles_f32(float table[PC_DCT_ANGLES]);

/* -- Lines ------------------------------------------------------------------------------------------- */

/* What is done to each line: for type 2 and 4
 *     y_k = factor_k * sum x_i cos(...)          type 2: pi (2i+1) k / 2n   type 4: pi (2i+1) (2k+1) / 4n
 * and for type 3, with the cosines of type 2 transposed,
 *     y_i = sum factor_k x_k cos(pi (2i+1) k / 2n).
 * factor_0 is `first`, the others `rest`. A sine transform of the same type is the cosine transform with one
 * end reversed and every second number of the other end negated; its factor `first` goes with the highest
 * frequency. */
typedef struct pc_dct_lines {
    unsigned type; /* 2, 3 or 4 */
    int sine;
    size_t n; /* a power of two, 1 <= n <= PC_DCT_MAX */
    double first, rest;
    ptrdiff_t src_step, dst_step; /* from one number of a line to the next, in elements */
    const void *angles;           /* of the lines' type, the table's second element */
} pc_dct_lines;

/* Bytes of workspace, aligned to 64, that batches of at most so many lines take. */
size_t pc_dct_lines_room(size_t n, size_t item_size, size_t lines);

#define PC_DCT_DIMS 32
/* Transforms every line along `axis`: shape and byte strides as numpy's, all strides multiples of the item
 * size (4: float, 8: double). src and dst may be one array. job's steps are filled in here. */
pc_status pc_dct_array(const pc_kernels *kernels, const pc_dct_lines *job, size_t item_size, unsigned ndim,
                       unsigned axis, const size_t *shape, const void *src, const ptrdiff_t *src_strides,
                       void *dst, const ptrdiff_t *dst_strides, unsigned threads);

/* -- Blocks ------------------------------------------------------------------------------------------- */

/* Two-dimensional type 2 of square blocks and its transpose:
 *     coef[k][l] = factors[k][l] * sum (image[i][j] - shift) cos(pi (2i+1) k / 2s) cos(pi (2j+1) l / 2s)
 *     image[i][j] = shift + sum factors[k][l] * coef[k][l] cos(...) cos(...)
 * The factors carry the normalisation and a quantiser's steps. Rows of blocks are contiguous. */
typedef struct pc_dct_blocks {
    unsigned size;                             /* s: 4, 8, 16, 32 or 64 */
    ptrdiff_t row_step, block_step, coef_step; /* in elements: image rows, image blocks, coefficient blocks */
    double shift;
    const void *factors; /* s * s, of the blocks' type */
    const void *angles;  /* the table's second element */
} pc_dct_blocks;

/* count blocks on several threads; they lie block_step apart in one array, coef_step in the other. */
void pc_dct_blocks_run(const pc_kernels *kernels, const pc_dct_blocks *job, size_t item_size, int forward,
                       const void *src, void *dst, size_t count, unsigned threads);

/* The order of the zigzag scan of ITU T.81, figure 5, generalised: order[position] = row * size + column. */
void pc_dct_zigzag(unsigned size, uint16_t *order);

/* A picture of `height` x `width` samples, any strides (bytes), and its ceil(height / size) x
 * ceil(width / size) blocks. A channel of an interleaved picture is a picture. */
typedef enum pc_sample {
    PC_SAMPLE_U8,
    PC_SAMPLE_I8,
    PC_SAMPLE_U16,
    PC_SAMPLE_I16,
    PC_SAMPLE_F32,
    PC_SAMPLE_F64
} pc_sample;

typedef struct pc_block_job {
    unsigned size;
    int fixed; /* the integer transform (size 8, coefficients int16) */
    size_t height, width;
    ptrdiff_t row_stride, column_stride;
    pc_sample sample;      /* of the picture */
    pc_sample coefficient; /* PC_SAMPLE_I16, F32, or F64 (picture and coefficients alike) */
    ptrdiff_t block_row_stride, block_stride; /* bytes; the numbers of a block are contiguous */
    double shift;
    const void *factors;   /* floating point: as above; float64 for F64, else float32 */
    const uint16_t *steps; /* fixed: 64 quantiser steps in natural order, or NULL */
    const uint16_t *order; /* size * size, order of the numbers in a block, or NULL for rows */
    const void *angles;
} pc_block_job;

pc_status pc_block_forward(const pc_kernels *kernels, const pc_block_job *job, const void *picture,
                           void *coefficients, unsigned threads);
pc_status pc_block_backward(const pc_kernels *kernels, const pc_block_job *job, const void *coefficients,
                            void *picture, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
