/* The picture that vectors predict, a row of blocks at a time. */
#include "predict/motion_compensate.h"

#include "base/checked.h"
#include "predict/motion_band.h"

#include <string.h>

static void put_block(const pc_kernels *k, const pc_motion_field *f, size_t picture, size_t row, size_t col,
                      int down, int right)
{
    /* Whole samples down and right, floored, and what is left over in quarters. */
    ptrdiff_t y = (ptrdiff_t)row + (down >> 2), x = (ptrdiff_t)col + (right >> 2);
    size_t rows = PC_MIN(f->height - row, (size_t)f->block), cols = PC_MIN(f->width - col, (size_t)f->block);
    size_t line = f->width * f->bytes, edge = f->block + 1;
    uint8_t *dst = f->dst + ((picture * f->height + row) * f->width + col) * f->bytes;
    uint16_t window[(PC_MOTION_MAX_BLOCK + 1) * (PC_MOTION_MAX_BLOCK + 1)];
    uint16_t blended[PC_MOTION_MAX_BLOCK * PC_MOTION_MAX_BLOCK];
    if (((down | right) & 3) == 0) {
        pc_motion_window(&f->references, picture, f->height, f->width, f->bytes, y, x, rows, cols,
                         (pc_motion_plane){dst, (ptrdiff_t)line});
        return;
    }
    pc_motion_plane to = {(uint8_t *)window, (ptrdiff_t)(edge * f->bytes)};
    pc_motion_window(&f->references, picture, f->height, f->width, f->bytes, y, x, edge, edge, to);
    k->motion_blend(to.at, to.stride, f->block, f->bytes, down & 3, right & 3, (uint8_t *)blended);
    for (size_t r = 0; r < rows; r++)
        memcpy(dst + r * line, (uint8_t *)blended + r * f->block * f->bytes, cols * f->bytes);
}

void pc_motion_compensate_row(const pc_kernels *kernels, const pc_motion_field *f, size_t number)
{
    size_t down = pc_ceil_div(f->height, f->block), across = pc_ceil_div(f->width, f->block);
    const int32_t *v = f->vectors + 2 * number * across;
    for (size_t col = 0; col < across; col++, v += 2)
        put_block(kernels, f, number / down, number % down * f->block, col * f->block, v[0], v[1]);
}
