/* Column gathering: scalar twins, and strips that are not full. */
#include "transform/transpose.h"

#include <string.h>

#include "arch/variants.h"
#include "base/compiler.h"

void pc_gather_columns_scalar(const uint8_t *const rows[16], size_t cols, const uint32_t *offsets,
                              uint8_t *dst)
{
    for (size_t c = 0; c < cols; c++)
        for (unsigned r = 0; r < PC_STRIP; r++) dst[offsets[c] + r] = rows[r][c];
}

void pc_scatter_columns_scalar(const uint8_t *src, const uint32_t *offsets, size_t cols,
                               uint8_t *const rows[16])
{
    for (size_t c = 0; c < cols; c++)
        for (unsigned r = 0; r < PC_STRIP; r++) rows[r][c] = src[offsets[c] + r];
}

/* Columns of a block. With a hundred bytes a column, a block of columns fills half an L1 cache. */
enum { BLOCK = 128 };

/* Copies height < PC_STRIP bytes between places PC_STRIP bytes apart and offsets, by two copies of fixed
 * size that overlap: calls of memcpy with a variable size would dominate. */
PC_INLINE void copy_short(uint8_t *dst, const uint8_t *src, size_t height)
{
    if (height >= 8) {
        uint64_t head, tail;
        memcpy(&head, src, 8);
        memcpy(&tail, src + height - 8, 8);
        memcpy(dst, &head, 8);
        memcpy(dst + height - 8, &tail, 8);
    } else if (height >= 4) {
        uint32_t head, tail;
        memcpy(&head, src, 4);
        memcpy(&tail, src + height - 4, 4);
        memcpy(dst, &head, 4);
        memcpy(dst + height - 4, &tail, 4);
    } else {
        for (size_t r = 0; r < height; r++) dst[r] = src[r];
    }
}

/* A strip that is not full, one block wide. */
static void gather_short(const pc_kernels *k, const uint8_t *rows[PC_STRIP], size_t height, size_t cols,
                         const uint32_t *offsets, uint8_t *dst)
{
    uint8_t columns[BLOCK * PC_STRIP];
    uint32_t places[BLOCK];
    for (uint32_t c = 0; c < BLOCK; c++) places[c] = c * PC_STRIP;
    for (size_t r = height; r < PC_STRIP; r++) rows[r] = rows[0];
    k->gather_columns(rows, cols, places, columns);
    for (size_t c = 0; c < cols; c++) copy_short(dst + offsets[c], columns + c * PC_STRIP, height);
}

void pc_gather_rows(const pc_kernels *k, const uint8_t *rows, size_t stride, const uint32_t *order,
                    size_t n_rows, size_t cols, const uint32_t *offsets, uint8_t *dst)
{
    for (size_t start = 0; start < cols; start += BLOCK) {
        size_t width = PC_MIN((size_t)BLOCK, cols - start);
        for (size_t i = 0; i < n_rows; i += PC_STRIP) {
            const uint8_t *strip[PC_STRIP];
            size_t height = PC_MIN((size_t)PC_STRIP, n_rows - i);
            for (size_t r = 0; r < height; r++) strip[r] = rows + order[i + r] * stride + start;
            if (height == PC_STRIP)
                k->gather_columns(strip, width, offsets + start, dst + i);
            else
                gather_short(k, strip, height, width, offsets + start, dst + i);
        }
    }
}

void pc_scatter_rows(const pc_kernels *k, const uint8_t *src, const uint32_t *offsets, size_t cols,
                     uint8_t *rows, size_t stride, const uint32_t *order, size_t n_rows)
{
    uint8_t nowhere[BLOCK]; /* rows beyond a short strip's height land here */
    for (size_t start = 0; start < cols; start += BLOCK) {
        size_t width = PC_MIN((size_t)BLOCK, cols - start);
        for (size_t i = 0; i < n_rows; i += PC_STRIP) {
            uint8_t *strip[PC_STRIP];
            for (size_t r = 0; r < PC_STRIP; r++)
                strip[r] = i + r < n_rows ? rows + order[i + r] * stride + start : nowhere;
            k->scatter_columns(src + i, offsets + start, width, strip);
        }
    }
}

uint64_t pc_sum_u8_scalar(const uint8_t *src, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += src[i];
    return sum;
}

void pc_accumulate_u8_scalar(const uint8_t *src, size_t n, uint32_t *sums)
{
    for (size_t i = 0; i < n; i++) sums[i] += src[i];
}

void pc_widen_u8_scalar(const uint8_t *src, size_t n, uint8_t *low, uint8_t *high)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t below = (uint8_t)(src[i] - 1);
        low[i] = PC_MIN(low[i], below);
        high[i] = PC_MAX(high[i], src[i]);
    }
}
