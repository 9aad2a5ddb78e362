/* Scalar quantisation of arrays, and codes of 1 to 8 bits in a row. */
#ifndef PYCOMP_QUANT_H
#define PYCOMP_QUANT_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = x / scale in the type of x, then, clamped to [low, high] less the zero point:
 *
 *     NEAREST      the nearest integer, ties to the even one
 *     DEAD_ZONE    sign(y) floor(|y| + 1/2 - dead_zone): the interval of code 0 is wider by 2 dead_zone
 *     STOCHASTIC   floor(y) + 1 with the probability of what floor took away, drawn from seed and index
 *
 * plus the zero point is the code. Back: code less zero point, away from 0 by dead_zone, times scale.
 * With LEVELS the code is the number of the bounds, ascending, that are at most y. */
typedef enum pc_quant_rule {
    PC_QUANT_NEAREST,
    PC_QUANT_DEAD_ZONE,
    PC_QUANT_STOCHASTIC,
    PC_QUANT_LEVELS
} pc_quant_rule;

enum { PC_QUANT_MAX_DIMS = 65, PC_QUANT_MAX_BITS = 16, PC_QUANT_MAX_LEVELS = 256 };

typedef struct pc_quant_how {
    pc_quant_rule rule;
    int is_double;       /* the numbers; else float */
    unsigned code_bytes; /* 1 or 2 */
    int code_signed;
    int32_t low, high; /* codes */
    double dead_zone;  /* 0 to 1/2; 0 unless the rule is DEAD_ZONE */
    uint64_t seed;
    const void *bounds; /* of LEVELS: of the numbers' type, ascending */
    unsigned n_bounds;
} pc_quant_how;

/* Arrays of one shape: numbers and codes by strides in bytes, scales (of the numbers' type) and zero points
 * by strides in elements, 0 where they are shared, and the place that counts as an element's index. */
typedef struct pc_quant_job {
    pc_quant_how how;
    const void *src; /* the numbers, or with inverse the codes */
    void *dst;
    const void *scales;
    const int32_t *zeros;
    unsigned dims;
    const size_t *shape;
    const ptrdiff_t *src_strides, *dst_strides, *scale_strides, *index_strides;
    uint64_t index; /* of the first element */
    int inverse;
} pc_quant_job;

/* *finite is 0 if a number is not; the codes are of no use then. */
pc_status pc_quant_array(const pc_kernels *kernels, const pc_quant_job *job, unsigned threads, int *finite);

/* Rows of n numbers side by side: least and greatest of each, both NaN where one is not finite. */
pc_status pc_quant_range(const pc_kernels *kernels, const void *src, int is_double, size_t rows, size_t n,
                         void *low, void *high, unsigned threads);

/* The sum of the squares of what quantising would change in each row, for `tries` scales and zero points a
 * row: all of these are [tries][rows]. The rule is NEAREST. */
pc_status pc_quant_errors(const pc_kernels *kernels, const pc_quant_how *how, const void *src, size_t rows,
                          size_t n, const void *scales, const int32_t *zeros, size_t tries, double *errors,
                          unsigned threads);

/* Codes of `bits` bits, 1 to 8, one after the other from the low bits of the first byte up. */
size_t pc_packed_size(size_t n, unsigned bits); /* SIZE_MAX / 8 codes at most */
void pc_pack(const pc_kernels *kernels, const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst);
void pc_unpack(const pc_kernels *kernels, const uint8_t *src, size_t n, unsigned bits, int is_signed,
               uint8_t *codes);

#ifdef __cplusplus
}
#endif

#endif
