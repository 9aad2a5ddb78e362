/* Column gathering: scalar twins, and strips that are not full. */
#include "transform/transpose.h"

#include <string.h>

#include "arch/variants.h"
#include "base/compiler.h"

void pc_gather_columns_scalar(const uint8_t *const rows[16], size_t cols, const uint32_t *offsets, uint8_t *dst)
{
    for (size_t c = 0; c < cols; c++)
        for (unsigned r = 0; r < PC_STRIP; r++) dst[offsets[c] + r] = rows[r][c];
}

void pc_scatter_columns_scalar(const uint8_t *src, const uint32_t *offsets, size_t cols, uint8_t *const rows[16])
{
    for (size_t c = 0; c < cols; c++)
        for (unsigned r = 0; r < PC_STRIP; r++) rows[r][c] = src[offsets[c] + r];
}

/* Columns handled at once when a strip goes through a buffer. */
enum { BATCH = 256 };

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

void pc_gather_strip(const pc_kernels *k, const uint8_t *const *rows, size_t height, size_t cols,
                     const uint32_t *offsets, uint8_t *dst)
{
    if (height == PC_STRIP) {
        k->gather_columns(rows, cols, offsets, dst);
        return;
    }
    uint8_t columns[BATCH * PC_STRIP];
    uint32_t places[BATCH];
    for (uint32_t c = 0; c < BATCH; c++) places[c] = c * PC_STRIP;
    for (size_t start = 0; start < cols; start += BATCH) {
        size_t count = PC_MIN((size_t)BATCH, cols - start);
        const uint8_t *part[PC_STRIP];
        for (size_t r = 0; r < PC_STRIP; r++) part[r] = rows[r < height ? r : 0] + start;
        k->gather_columns(part, count, places, columns);
        for (size_t c = 0; c < count; c++) copy_short(dst + offsets[start + c], columns + c * PC_STRIP, height);
    }
}

void pc_scatter_strip(const pc_kernels *k, const uint8_t *src, const uint32_t *offsets, size_t cols,
                      uint8_t *const *rows, size_t height)
{
    if (height == PC_STRIP) {
        k->scatter_columns(src, offsets, cols, rows);
        return;
    }
    /* Rows beyond the height land in a buffer that nobody reads. */
    uint8_t nowhere[BATCH];
    for (size_t start = 0; start < cols; start += BATCH) {
        size_t count = PC_MIN((size_t)BATCH, cols - start);
        uint8_t *part[PC_STRIP];
        for (size_t r = 0; r < PC_STRIP; r++) part[r] = r < height ? rows[r] + start : nowhere;
        k->scatter_columns(src, offsets + start, count, part);
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
