/* Turning rows of bytes into columns at arbitrary places, 16 rows at a time.
 *
 * gather_columns(rows, cols, offsets, dst): for each column c < cols, dst[offsets[c] + r] = rows[r][c]
 *     for r < 16. Reads nothing past the cols bytes of a row.
 * scatter_columns(src, offsets, cols, rows): the inverse, rows[r][c] = src[offsets[c] + r]; writes
 *     nothing past the cols bytes of a row.
 *
 * A strip of fewer than 16 rows is the caller's affair: pc_gather_strip and pc_scatter_strip take any
 * height by going through a small buffer. */
#ifndef PC_TRANSFORM_TRANSPOSE_H
#define PC_TRANSFORM_TRANSPOSE_H

#include "pycomp/kernels.h"

enum { PC_STRIP = 16 };

/* The same for height <= PC_STRIP rows. scatter may read PC_STRIP bytes at each offset. */
void pc_gather_strip(const pc_kernels *kernels, const uint8_t *const *rows, size_t height, size_t cols,
                     const uint32_t *offsets, uint8_t *dst);
void pc_scatter_strip(const pc_kernels *kernels, const uint8_t *src, const uint32_t *offsets, size_t cols,
                      uint8_t *const *rows, size_t height);

#endif
