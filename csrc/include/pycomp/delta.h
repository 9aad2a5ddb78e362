/* Difference coding of numbers in strided arrays: exact, modulo 2^width, or by XOR of the bits. */
#ifndef PYCOMP_DELTA_H
#define PYCOMP_DELTA_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A line: n elements of `width` bytes (1, 2, 4 or 8) side by side. Element i is taken against element
 * i - distance; the first `distance` against 0. dst is src, or elsewhere entirely. The difference is taken
 * `order` times; zigzag is applied once, to the last. Any order: 0 copies (or zigzags). */
void pc_delta_line(const pc_kernels *kernels, const uint8_t *src, uint8_t *dst, size_t n, unsigned width,
                   size_t distance, unsigned order, int xor_bits, int zigzag);
void pc_undelta_line(const pc_kernels *kernels, const uint8_t *src, uint8_t *dst, size_t n, unsigned width,
                     size_t distance, unsigned order, int xor_bits, int zigzag);

/* An array of any layout. */
enum { PC_DELTA_MAX_DIMS = 64 };
typedef struct pc_delta_job {
    const uint8_t *src;
    uint8_t *dst; /* src with the same strides, or elsewhere entirely */
    unsigned dims, axis, width, order;
    const size_t *shape;
    const ptrdiff_t *src_strides, *dst_strides; /* in bytes */
    size_t distance;                            /* along the axis, in elements; at least 1 */
    int inverse, xor_bits, zigzag;
} pc_delta_job;

/* Lines that do not depend on each other are shared out to the threads; a single line of differences is cut,
 * a single line of sums is one thread's work. */
pc_status pc_delta_array(const pc_kernels *kernels, const pc_delta_job *job, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
