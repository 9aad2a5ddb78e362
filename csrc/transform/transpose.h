/* Turning rows of bytes into columns at arbitrary places, 16 rows at a time.
 *
 * gather_columns(rows, cols, offsets, dst): for each column c < cols, dst[offsets[c] + r] = rows[r][c]
 *     for r < 16. Reads nothing past the cols bytes of a row.
 * scatter_columns(src, offsets, cols, rows): the inverse, rows[r][c] = src[offsets[c] + r]; writes
 *     nothing past the cols bytes of a row.
 *
 * pc_gather_rows and pc_scatter_rows take any number of rows, row r standing `stride` bytes times
 * order[r] behind the first. They go through the matrix by blocks of columns, so that a column's bytes
 * are all moved while its cache lines are near, strip by strip; a last strip of fewer than 16 rows goes
 * through a small buffer. */
#ifndef PC_TRANSFORM_TRANSPOSE_H
#define PC_TRANSFORM_TRANSPOSE_H

#include "pycomp/kernels.h"

enum { PC_STRIP = 16 };

/* dst[offsets[c] + i] = rows[order[i] * stride + c] for i < n_rows, c < cols. */
void pc_gather_rows(const pc_kernels *kernels, const uint8_t *rows, size_t stride, const uint32_t *order,
                    size_t n_rows, size_t cols, const uint32_t *offsets, uint8_t *dst);

/* The inverse. Up to PC_STRIP - 1 bytes behind a column's last may be read. */
void pc_scatter_rows(const pc_kernels *kernels, const uint8_t *src, const uint32_t *offsets, size_t cols,
                     uint8_t *rows, size_t stride, const uint32_t *order, size_t n_rows);

#endif
