/* The integer 5/3 wavelet down and along an image in one pass.
 *
 * Forward, rows are transformed along themselves into a few row buffers, each holding its approximations and,
 * a buffer's half further, its details; every second row the steps down the columns follow. Backward, in
 * exactly the opposite order. Rows and columns beyond the ends are those inside, reflected. */
#include <string.h>

#include "arch/variants.h"
#include "transform/lift_common.h"

#define NO_TARGET
PC_LIFT_KERNELS(NO_TARGET, scalar)

/* A half of a row buffer: a strip's columns with two more before and after, of the widest elements, and a
 * vector's room. */
enum { MARGIN = 2, HALF = (PC_LIFT_COLS + 2 * MARGIN) * 8 + 64 };
typedef struct row {
    uint8_t lo[HALF], hi[HALF];
} row;

static size_t reflected(ptrdiff_t i, size_t n)
{
    if (n == 1) return 0;
    ptrdiff_t period = 2 * (ptrdiff_t)n - 2, r = i % period;
    if (r < 0) r += period;
    return (size_t)(r < (ptrdiff_t)n ? r : period - r);
}

static void copy_element(uint8_t *to, const uint8_t *from, unsigned width) { memcpy(to, from, width); }

/* Pairs [from, from + pairs) of a line, reflected beyond its ends. */
static void load_pairs(const pc_lift_part *part, const uint8_t *line, ptrdiff_t from, size_t pairs,
                       uint8_t *even, uint8_t *odd)
{
    const pc_lift_job *job = part->job;
    unsigned w = job->width;
    ptrdiff_t stride = job->image_stride[1], inside = (ptrdiff_t)(job->cols / 2);
    for (size_t p = 0; p < pairs;) {
        ptrdiff_t at = from + (ptrdiff_t)p;
        if (stride == (ptrdiff_t)w && at >= 0 && at < inside) {
            size_t n = PC_MIN(pairs - p, (size_t)(inside - at));
            part->kernels->lift_split(line + 2 * at * stride, n, even + p * w, odd + p * w, w);
            p += n;
            continue;
        }
        copy_element(even + p * w, line + (ptrdiff_t)reflected(2 * at, job->cols) * stride, w);
        copy_element(odd + p * w, line + (ptrdiff_t)reflected(2 * at + 1, job->cols) * stride, w);
        p++;
    }
}

/* Row i of the image, transformed along itself. */
static void analyse(const pc_lift_part *part, ptrdiff_t i, row *to)
{
    const pc_lift_job *job = part->job;
    const pc_kernels *k = part->kernels;
    unsigned w = job->width;
    uint8_t even[HALF], odd[HALF], detail[HALF];
    const uint8_t *line = part->src[0] + (ptrdiff_t)reflected(i, job->rows) * job->image_stride[0];
    size_t n = part->cols;
    load_pairs(part, line, (ptrdiff_t)part->col - 1, n + 2, even, odd);
    k->lift_predict(odd, even, even + w, detail, n + 1, w, job->is_signed, 0);
    k->lift_update(even + w, detail, detail + w, to->lo, n, w, 0);
    memcpy(to->hi, detail + w, n * w);
}

/* n elements of a buffer to a band's row, or back. */
static void store(const uint8_t *from, size_t n, unsigned w, uint8_t *to, ptrdiff_t stride)
{
    if (stride == (ptrdiff_t)w)
        memcpy(to, from, n * w);
    else
        for (size_t i = 0; i < n; i++) copy_element(to + (ptrdiff_t)i * stride, from + i * w, w);
}

static uint8_t *band_row(const pc_lift_part *part, unsigned band, size_t r)
{
    const pc_lift_job *job = part->job;
    return part->dst[band] + (ptrdiff_t)r * job->band_stride[band][0] +
           (ptrdiff_t)part->col * job->band_stride[band][1];
}

void pc_lift_forward(const pc_lift_part *part)
{
    const pc_lift_job *job = part->job;
    const pc_kernels *k = part->kernels;
    unsigned w = job->width;
    row rows[5], *even = &rows[0], *odd = &rows[1], *next = &rows[2], *detail = &rows[3], *before = &rows[4],
                 approx;
    size_t lo_cols = part->cols,
           hi_cols = PC_MIN(part->cols, job->cols / 2 - PC_MIN(job->cols / 2, part->col));
    /* The detail row before the first is needed to update it. */
    analyse(part, 2 * (ptrdiff_t)part->row - 2, even);
    for (ptrdiff_t r = (ptrdiff_t)part->row - 1; r < (ptrdiff_t)(part->row + part->rows); r++) {
        analyse(part, 2 * r + 1, odd);
        analyse(part, 2 * r + 2, next);
        k->lift_predict(odd->lo, even->lo, next->lo, detail->lo, lo_cols, w, job->is_signed, 0);
        k->lift_predict(odd->hi, even->hi, next->hi, detail->hi, hi_cols, w, 1, 0);
        if (r >= (ptrdiff_t)part->row) {
            k->lift_update(even->lo, before->lo, detail->lo, approx.lo, lo_cols, w, 0);
            k->lift_update(even->hi, before->hi, detail->hi, approx.hi, hi_cols, w, 0);
            size_t at = (size_t)r;
            store(approx.lo, lo_cols, w, band_row(part, 0, at), job->band_stride[0][1]);
            store(approx.hi, hi_cols, w, band_row(part, 1, at), job->band_stride[1][1]);
            if (at < job->rows / 2) {
                store(detail->lo, lo_cols, w, band_row(part, 2, at), job->band_stride[2][1]);
                store(detail->hi, hi_cols, w, band_row(part, 3, at), job->band_stride[3][1]);
            }
        }
        row *spare = even;
        even = next, next = spare;
        spare = before, before = detail, detail = spare;
    }
}

/* Columns [from, from + n) of a band's row; beyond its ends the nearest, which is what reflection comes to
 * for details, and never matters for approximations. */
static void load(const pc_lift_part *part, unsigned band, size_t r, ptrdiff_t from, size_t n, size_t length,
                 uint8_t *to)
{
    const pc_lift_job *job = part->job;
    unsigned w = job->width;
    const uint8_t *line = part->src[band] + (ptrdiff_t)r * job->band_stride[band][0];
    ptrdiff_t stride = job->band_stride[band][1], last = (ptrdiff_t)length - 1;
    if (length == 0) {
        memset(to, 0, n * w);
        return;
    }
    for (size_t i = 0; i < n;) {
        ptrdiff_t at = from + (ptrdiff_t)i;
        if (stride == (ptrdiff_t)w && at >= 0 && at <= last) {
            size_t run = PC_MIN(n - i, (size_t)(last - at) + 1);
            memcpy(to + i * w, line + at * stride, run * w);
            i += run;
            continue;
        }
        copy_element(to + i * w, line + (at < 0 ? 0 : PC_MIN(at, last)) * stride, w);
        i++;
    }
}

/* A band's row pair, approximations and details along the row, with a column more on either side. */
static void load_bands(const pc_lift_part *part, unsigned band, ptrdiff_t r, size_t height, row *to)
{
    const pc_lift_job *job = part->job;
    size_t n = part->cols + 2, at = r < 0 ? 0 : PC_MIN((size_t)r, height - 1);
    if (height == 0) {
        memset(to->lo, 0, n * job->width), memset(to->hi, 0, n * job->width);
        return;
    }
    load(part, band, at, (ptrdiff_t)part->col - 1, n, job->cols - job->cols / 2, to->lo);
    load(part, band + 1, at, (ptrdiff_t)part->col - 1, n, job->cols / 2, to->hi);
}

/* A row of the image from its bands along itself. */
static void restore(const pc_lift_part *part, const row *from, size_t i)
{
    const pc_lift_job *job = part->job;
    const pc_kernels *k = part->kernels;
    unsigned w = job->width;
    uint8_t even[HALF], odd[HALF], line[2 * HALF];
    size_t n = part->cols, first = 2 * part->col, count = PC_MIN(2 * n, job->cols - first);
    k->lift_update(from->lo + w, from->hi, from->hi + w, even, n + 1, w, 1);
    if (part->col + n == job->cols - job->cols / 2) memcpy(even + n * w, even + (n - 1) * w, w);
    k->lift_predict(from->hi + w, even, even + w, odd, n, w, job->is_signed, 1);
    uint8_t *to =
        part->dst[0] + (ptrdiff_t)i * job->image_stride[0] + (ptrdiff_t)first * job->image_stride[1];
    int whole = job->image_stride[1] == (ptrdiff_t)w && count == 2 * n;
    k->lift_join(even, odd, n, whole ? to : line, w);
    if (!whole) store(line, count, w, to, job->image_stride[1]);
}

void pc_lift_inverse(const pc_lift_part *part)
{
    const pc_lift_job *job = part->job;
    const pc_kernels *k = part->kernels;
    unsigned w = job->width;
    row rows[6], *approx = &rows[0], *before = &rows[1], *detail = &rows[2], *even = &rows[3],
                 *next = &rows[4], *odd = &rows[5];
    size_t n = part->cols + 2, lows = job->rows - job->rows / 2, highs = job->rows / 2;
    size_t end = part->row + part->rows;
    load_bands(part, 2, (ptrdiff_t)part->row - 1, highs, before);
    for (size_t r = part->row; r <= end; r++) {
        load_bands(part, 2, (ptrdiff_t)r, highs, detail);
        if (r < lows) {
            load_bands(part, 0, (ptrdiff_t)r, lows, approx);
            k->lift_update(approx->lo, before->lo, detail->lo, next->lo, n, w, 1);
            k->lift_update(approx->hi, before->hi, detail->hi, next->hi, n, w, 1);
        } else {
            *next = *even; /* the even row below the last, reflected */
        }
        if (r > part->row && 2 * r - 1 < job->rows) {
            k->lift_predict(before->lo, even->lo, next->lo, odd->lo, n, w, job->is_signed, 1);
            k->lift_predict(before->hi, even->hi, next->hi, odd->hi, n, w, 1, 1);
            restore(part, odd, 2 * r - 1);
        }
        if (r < end) restore(part, next, 2 * r);
        row *spare = even;
        even = next, next = spare;
        spare = before, before = detail, detail = spare;
    }
}
