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
    uint8_t lo[HALF], before[64], hi[HALF];
} row;

/* Approximations and details along a row, wherever they are. */
typedef struct halves {
    const uint8_t *lo, *hi;
} halves;

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
    uint8_t even[HALF], odd[HALF];
    uint8_t *detail = to->hi - w; /* the one before the first is for the update alone */
    const uint8_t *line = part->src[0] + (ptrdiff_t)reflected(i, job->rows) * job->image_stride[0];
    size_t n = part->cols;
    load_pairs(part, line, (ptrdiff_t)part->col - 1, n + 2, even, odd);
    k->lift_predict(odd, even, even + w, detail, n + 1, w, job->is_signed, 0);
    k->lift_update(even + w, detail, detail + w, to->lo, n, w, 0);
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

/* A band's row is made in its place, or in a buffer where its elements do not lie side by side. */
static uint8_t *make_in(const pc_lift_part *part, unsigned band, size_t r, uint8_t *buffer)
{
    return part->job->band_stride[band][1] == (ptrdiff_t)part->job->width ? band_row(part, band, r) : buffer;
}

static void put(const pc_lift_part *part, unsigned band, size_t r, const uint8_t *from, size_t n)
{
    uint8_t *to = band_row(part, band, r);
    if (from != to) store(from, n, part->job->width, to, part->job->band_stride[band][1]);
}

void pc_lift_forward(const pc_lift_part *part)
{
    const pc_lift_job *job = part->job;
    const pc_kernels *k = part->kernels;
    unsigned w = job->width;
    row rows[5], *even = &rows[0], *odd = &rows[1], *next = &rows[2], *room = &rows[3], *other = &rows[4];
    halves before = {NULL, NULL};
    size_t lo_cols = part->cols,
           hi_cols = PC_MIN(part->cols, job->cols / 2 - PC_MIN(job->cols / 2, part->col));
    /* The detail row before the first is needed to update it. */
    analyse(part, 2 * (ptrdiff_t)part->row - 2, even);
    for (ptrdiff_t r = (ptrdiff_t)part->row - 1; r < (ptrdiff_t)(part->row + part->rows); r++) {
        size_t at = (size_t)r;
        int ours = r >= (ptrdiff_t)part->row, kept = ours && at < job->rows / 2;
        analyse(part, 2 * r + 1, odd);
        analyse(part, 2 * r + 2, next);
        uint8_t *lo = kept ? make_in(part, 2, at, room->lo) : room->lo;
        uint8_t *hi = kept ? make_in(part, 3, at, room->hi) : room->hi;
        const halves detail = {lo, hi};
        k->lift_predict(odd->lo, even->lo, next->lo, lo, lo_cols, w, job->is_signed, 0);
        k->lift_predict(odd->hi, even->hi, next->hi, hi, hi_cols, w, 1, 0);
        if (kept) put(part, 2, at, lo, lo_cols), put(part, 3, at, hi, hi_cols);
        if (ours) {
            lo = make_in(part, 0, at, odd->lo), hi = make_in(part, 1, at, odd->hi); /* odd has served */
            k->lift_update(even->lo, before.lo, detail.lo, lo, lo_cols, w, 0);
            k->lift_update(even->hi, before.hi, detail.hi, hi, hi_cols, w, 0);
            put(part, 0, at, lo, lo_cols), put(part, 1, at, hi, hi_cols);
        }
        row *spare = even;
        even = next, next = spare;
        spare = room, room = other, other = spare;
        before = detail;
    }
}

/* Columns of a strip in a band's rows, with one more on either side where there is one: n from `first` on,
 * which stand `at` columns into a row buffer. */
typedef struct span {
    size_t first, n, at;
} span;

static span span_of(const pc_lift_part *part, size_t length)
{
    span s = {part->col == 0 ? 0 : part->col - 1, 0, part->col == 0};
    s.n = PC_MIN(part->col + part->cols + 1, length) - PC_MIN(s.first, length);
    return s;
}

/* A band's row where it lies, or gathered; none is like zeros. */
static const uint8_t *load(const pc_lift_part *part, unsigned band, size_t r, size_t height, span s,
                           uint8_t *room)
{
    const pc_lift_job *job = part->job;
    unsigned w = job->width;
    if (height == 0) return memset(room, 0, s.n * w);
    ptrdiff_t stride = job->band_stride[band][1];
    const uint8_t *line = part->src[band] + (ptrdiff_t)PC_MIN(r, height - 1) * job->band_stride[band][0] +
                          (ptrdiff_t)s.first * stride;
    if (stride == (ptrdiff_t)w) return line;
    for (size_t i = 0; i < s.n; i++) copy_element(room + i * w, line + (ptrdiff_t)i * stride, w);
    return room;
}

/* Beyond the ends of a row the nearest column, which is what reflection comes to for details, and never
 * matters for approximations. */
static void extend(uint8_t *line, span s, size_t n, unsigned w)
{
    if (s.n == 0) memset(line, 0, n * w);
    if (s.n == 0) return;
    if (s.at != 0) memcpy(line, line + w, w);
    for (size_t i = s.at + s.n; i < n; i++) memcpy(line + i * w, line + (i - 1) * w, w);
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
    row rows[6], *room = &rows[0], *other = &rows[1], *even = &rows[2], *next = &rows[3], *odd = &rows[4],
                 *third = &rows[5];
    size_t n = part->cols + 2, lows = job->rows - job->rows / 2, highs = job->rows / 2;
    size_t end = part->row + part->rows, above = part->row == 0 ? 0 : part->row - 1;
    span lo = span_of(part, job->cols - job->cols / 2), hi = span_of(part, job->cols / 2);
    size_t to_lo = lo.at * w, to_hi = hi.at * w;
    halves before = {load(part, 2, above, highs, lo, other->lo), load(part, 3, above, highs, hi, other->hi)};
    for (size_t r = part->row; r <= end; r++) {
        halves detail = {load(part, 2, r, highs, lo, room->lo), load(part, 3, r, highs, hi, room->hi)};
        if (r < lows) {
            halves approx = {load(part, 0, r, lows, lo, third->lo), load(part, 1, r, lows, hi, third->hi)};
            k->lift_update(approx.lo, before.lo, detail.lo, next->lo + to_lo, lo.n, w, 1);
            k->lift_update(approx.hi, before.hi, detail.hi, next->hi + to_hi, hi.n, w, 1);
            extend(next->lo, lo, n, w), extend(next->hi, hi, n, w);
        } else {
            *next = *even; /* the even row below the last, reflected */
        }
        if (r > part->row && 2 * r - 1 < job->rows) {
            k->lift_predict(before.lo, even->lo + to_lo, next->lo + to_lo, odd->lo + to_lo, lo.n, w,
                            job->is_signed, 1);
            k->lift_predict(before.hi, even->hi + to_hi, next->hi + to_hi, odd->hi + to_hi, hi.n, w, 1, 1);
            extend(odd->lo, lo, n, w), extend(odd->hi, hi, n, w);
            restore(part, odd, 2 * r - 1);
        }
        if (r < end) restore(part, next, 2 * r);
        row *spare = even;
        even = next, next = spare;
        spare = room, room = other, other = spare;
        before = detail;
    }
}
