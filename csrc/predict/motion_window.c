/* Windows of pictures, with the samples beyond the edges repeated. */
#include "base/compiler.h"
#include "predict/motion_band.h"

#include <string.h>

static void repeat(uint8_t *to, const uint8_t *sample, unsigned bytes, size_t n)
{
    if (bytes == 1)
        memset(to, *sample, n);
    else
        for (size_t i = 0; i < n; i++) memcpy(to + 2 * i, sample, 2);
}

void pc_motion_window(const pc_motion_pictures *pictures, size_t picture, size_t height, size_t width,
                      unsigned bytes, ptrdiff_t row, ptrdiff_t col, size_t rows, size_t cols,
                      pc_motion_plane to)
{
    const uint8_t *base = pictures->at + (ptrdiff_t)picture * pictures->strides[0];
    ptrdiff_t step = pictures->strides[2], h = (ptrdiff_t)height, w = (ptrdiff_t)width;
    /* Columns before, inside and behind the picture. */
    ptrdiff_t first = PC_MIN(PC_MAX(col, 0), w), end = PC_MIN(PC_MAX(col + (ptrdiff_t)cols, 0), w);
    if (first >= end) first = first > 0 ? w - 1 : 0, end = first;
    size_t inside = (size_t)(end - first), before = (size_t)PC_MIN(PC_MAX(-col, 0), (ptrdiff_t)cols);
    size_t behind = cols - before - inside;
    for (size_t r = 0; r < rows; r++) {
        ptrdiff_t y = PC_MIN(PC_MAX(row + (ptrdiff_t)r, 0), h - 1);
        const uint8_t *line = base + y * pictures->strides[1];
        uint8_t *out = to.at + (ptrdiff_t)r * to.stride;
        repeat(out, line, bytes, before);
        out += before * bytes;
        if (step == (ptrdiff_t)bytes)
            memcpy(out, line + first * step, inside * bytes);
        else
            for (size_t i = 0; i < inside; i++)
                memcpy(out + i * bytes, line + (first + (ptrdiff_t)i) * step, bytes);
        repeat(out + inside * bytes, line + (w - 1) * step, bytes, behind);
    }
}
