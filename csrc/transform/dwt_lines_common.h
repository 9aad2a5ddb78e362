/* The wavelet walks over one type of number: the file that includes this defines REAL, F(name) (the name with
 * the type's suffix) and K(kernels, name) (the kernel table's entry for it).
 *
 * Nothing but a strip of columns is ever copied: past its ends a line is continued in the strip's own buffer,
 * and rows past the top and bottom are other rows, or sums of them. */
#include <string.h>

#include "transform/dwt_common.h"

enum {
    MARGIN = PC_DWT_MAX_TAPS, /* what a filter reaches beyond a strip */
    STRIP = PC_DWT_COLS + MARGIN,
    AHEAD = 2 /* rows */
};

/* A worker's room: too much for the stacks that some systems give their threads. */
typedef struct F(room) {
    REAL ring[PC_DWT_ROOM / sizeof(REAL)];
    REAL even[STRIP], odd[STRIP], more_even[STRIP], more_odd[STRIP];
    REAL out[4][2 * PC_DWT_COLS];
} F(room);

PC_STATIC_ASSERT(sizeof(F(room)) <= PC_DWT_WORKSPACE, "the room must fit the workspace");

/* Coefficients in the precision of the data. */
typedef struct F(filters) {
    REAL c0[PC_DWT_MAX_TAPS], c1[PC_DWT_MAX_TAPS];
} F(filters);

static void F(round_filters)(const pc_dwt_level *level, unsigned count, F(filters) * f)
{
    for (unsigned t = 0; t < count; t++) f->c0[t] = (REAL)level->c0[t], f->c1[t] = (REAL)level->c1[t];
}

static REAL F(beyond)(const REAL *x, ptrdiff_t stride, ptrdiff_t i, size_t n, pc_dwt_mode mode)
{
    pc_dwt_terms terms = pc_dwt_beyond(i, n, mode);
    double sum = 0; /* terms of unlike sign may cancel */
    for (unsigned q = 0; q < terms.count; q++)
        sum += terms.weight[q] * (double)x[(ptrdiff_t)terms.at[q] * stride];
    return (REAL)sum;
}

/* Elements [from, from + 2 pairs) of a line, continued past its ends, as even and odd ones. */
static void F(load_pairs)(const pc_kernels *k, const REAL *x, ptrdiff_t stride, const pc_dwt_level *level,
                          ptrdiff_t from, size_t pairs, REAL *even, REAL *odd)
{
    ptrdiff_t n = (ptrdiff_t)level->length;
    size_t p = 0, inside = 0;
    for (; p < pairs && from + 2 * (ptrdiff_t)p < 0; p++) {
        even[p] = F(beyond)(x, stride, from + 2 * (ptrdiff_t)p, level->length, level->mode);
        odd[p] = F(beyond)(x, stride, from + 2 * (ptrdiff_t)p + 1, level->length, level->mode);
    }
    ptrdiff_t at = from + 2 * (ptrdiff_t)p;
    if (at < n) inside = PC_MIN(pairs - p, (size_t)(n - at) / 2);
    if (stride == 1) {
        K(k, dwt_split)(x + at, inside, even + p, odd + p);
        p += inside;
    } else {
        for (size_t end = p + inside; p < end; p++, at += 2)
            even[p] = x[at * stride], odd[p] = x[(at + 1) * stride];
    }
    for (; p < pairs; p++) {
        even[p] = F(beyond)(x, stride, from + 2 * (ptrdiff_t)p, level->length, level->mode);
        odd[p] = F(beyond)(x, stride, from + 2 * (ptrdiff_t)p + 1, level->length, level->mode);
    }
}

/* Elements [from, from + count) of a line, where they are if that is within it, else in the buffer. */
static const REAL *F(load)(const REAL *x, ptrdiff_t stride, const pc_dwt_level *level, ptrdiff_t from,
                           size_t count, REAL *buffer)
{
    ptrdiff_t n = (ptrdiff_t)level->length;
    if (stride == 1 && from >= 0 && from + (ptrdiff_t)count <= n) return x + from;
    const ptrdiff_t end = from + (ptrdiff_t)count;
    ptrdiff_t at = from;
    for (; at < PC_MIN(end, 0); at++)
        buffer[at - from] = F(beyond)(x, stride, at, level->length, level->mode);
    if (stride == 1 && at < PC_MIN(end, n)) {
        memcpy(buffer + (at - from), x + at, (size_t)(PC_MIN(end, n) - at) * sizeof *x);
        at = PC_MIN(end, n);
    }
    for (; at < PC_MIN(end, n); at++) buffer[at - from] = x[at * stride];
    for (; at < end; at++) buffer[at - from] = F(beyond)(x, stride, at, level->length, level->mode);
    return buffer;
}

/* Asks for n elements that will be wanted soon: a strip's rows lie too far apart for the hardware to guess.
 */
static void F(expect)(const REAL *x, size_t n)
{
    for (size_t i = 0; i < n; i += 64 / sizeof *x) PC_PREFETCH(x + i, 0, 3);
}

static void F(scatter)(const REAL *from, size_t n, REAL *to, ptrdiff_t stride)
{
    if (stride == 1)
        memcpy(to, from, n * sizeof *to);
    else
        for (size_t i = 0; i < n; i++) to[(ptrdiff_t)i * stride] = from[i];
}

/* A row that is complete, to where it belongs. */
static void F(deliver)(const pc_dwt_part *part, const REAL *from, size_t n, REAL *to, ptrdiff_t stride)
{
    if (part->stream && stride == 1)
        part->kernels->stream_copy(to, from, n * sizeof *to);
    else
        F(scatter)(from, n, to, stride);
}

/* Both bands of outputs [k0, k0 + n) of a line whose pairs are loaded from that place on. */
static void F(filter_pairs)(const pc_kernels *k, const REAL *even, const REAL *odd, const pc_dwt_level *level,
                            const F(filters) * f, size_t n, REAL *lo, REAL *hi)
{
    const REAL *rows[PC_DWT_MAX_TAPS];
    for (unsigned t = 0; t < level->taps; t++) rows[t] = (t % 2 ? odd : even) + t / 2;
    K(k, fir_pair)(rows, f->c0, f->c1, level->taps, lo, hi, n);
}

void F(pc_dwt_forward_along)(const pc_dwt_part *part)
{
    const pc_dwt_level *level = part->level[1];
    F(room) *room = part->room;
    REAL *even = room->even, *odd = room->odd, *lo = room->out[0], *hi = room->out[1];
    F(filters) f;
    F(round_filters)(level, level->taps, &f);
    ptrdiff_t stride = part->dst_stride[1];
    for (size_t done = 0; done < part->cols; done += PC_DWT_COLS) {
        size_t k0 = part->col + done, n = PC_MIN(part->cols - done, (size_t)PC_DWT_COLS);
        REAL *to_lo = (REAL *)part->dst[0] + (ptrdiff_t)k0 * stride,
             *to_hi = (REAL *)part->dst[1] + (ptrdiff_t)k0 * stride;
        F(load_pairs)(part->kernels, part->src[0], part->src_stride[1], level,
                      level->first + 2 * (ptrdiff_t)k0, n + level->taps / 2, even, odd);
        if (stride == 1) {
            F(filter_pairs)(part->kernels, even, odd, level, &f, n, to_lo, to_hi);
            continue;
        }
        F(filter_pairs)(part->kernels, even, odd, level, &f, n, lo, hi);
        F(scatter)(lo, n, to_lo, stride);
        F(scatter)(hi, n, to_hi, stride);
    }
}

/* The pairs of output [q0, q0 + n) from both bands of a line. */
static void F(restore_pairs)(const pc_kernels *k, F(room) * room, const REAL *approx, const REAL *detail,
                             ptrdiff_t stride, const pc_dwt_level *level, const F(filters) * f, size_t q0,
                             size_t n, REAL *dst)
{
    const REAL *rows[PC_DWT_MAX_TAPS];
    ptrdiff_t from = level->first + (ptrdiff_t)q0;
    size_t count = n + level->taps - 1;
    const REAL *as = F(load)(approx, stride, level, from, count, room->more_even);
    const REAL *ds = F(load)(detail, stride, level, from, count, room->more_odd);
    for (unsigned t = 0; t < level->taps; t++) rows[t] = as + t, rows[level->taps + t] = ds + t;
    K(k, fir_join)(rows, f->c0, f->c1, 2 * level->taps, dst, n);
}

/* The output range of pairs [q0, q0 + n): the pairs begin `drop` before the signal and may end one past it.
 */
static size_t F(clip)(const pc_dwt_level *level, size_t q0, size_t n, size_t *first)
{
    size_t begin = 2 * q0, end = 2 * (q0 + n), drop = (size_t)level->drop;
    size_t length = 2 * level->outputs - drop;
    if (level->drop) length -= 1; /* an odd start means an odd end: the signal's length is even then */
    begin = begin < drop ? drop : begin;
    end = PC_MIN(end, length + drop);
    *first = begin - drop;
    return end - begin;
}

void F(pc_dwt_inverse_along)(const pc_dwt_part *part)
{
    const pc_dwt_level *level = part->level[1];
    REAL *line = ((F(room) *)part->room)->out[0];
    F(filters) f;
    F(round_filters)(level, 2 * level->taps, &f);
    for (size_t done = 0; done < part->cols; done += PC_DWT_COLS) {
        size_t q0 = part->col + done, n = PC_MIN(part->cols - done, (size_t)PC_DWT_COLS), first;
        size_t count = F(clip)(level, q0, n, &first);
        REAL *to = (REAL *)part->dst[0] + (ptrdiff_t)first * part->dst_stride[1];
        int whole = part->dst_stride[1] == 1 && count == 2 * n;
        F(restore_pairs)(part->kernels, part->room, part->src[0], part->src[1], part->src_stride[1], level,
                         &f, q0, n, whole ? to : line);
        if (!whole) F(scatter)(line + (first + (size_t)level->drop - 2 * q0), count, to, part->dst_stride[1]);
    }
}

/* Row i of an image of rows side by side, n of its columns: the row itself, or what continues the image past
 * its top and bottom, made in the buffer. */
static const REAL *F(row)(const REAL *image, ptrdiff_t stride, ptrdiff_t i, size_t n,
                          const pc_dwt_level *level, REAL *buffer)
{
    pc_dwt_terms terms = pc_dwt_beyond(i, level->length, level->mode);
    if (terms.count == 1 && terms.weight[0] == 1) return image + (ptrdiff_t)terms.at[0] * stride;
    memset(buffer, 0, n * sizeof *buffer);
    for (unsigned q = 0; q < terms.count; q++) {
        const REAL *from = image + (ptrdiff_t)terms.at[q] * stride;
        for (size_t c = 0; c < n; c++) buffer[c] += (REAL)terms.weight[q] * from[c];
    }
    return buffer;
}

/* Down the columns, the rows being contiguous: no row is copied, but those beyond the ends. */
void F(pc_dwt_forward_across)(const pc_dwt_part *part)
{
    const pc_dwt_level *level = part->level[0];
    size_t most = pc_dwt_cols(level->taps, sizeof(REAL));
    REAL *ends = ((F(room) *)part->room)->ring;
    F(filters) f;
    F(round_filters)(level, level->taps, &f);
    for (size_t done = 0; done < part->cols; done += most) {
        size_t c0 = part->col + done, n = PC_MIN(part->cols - done, most);
        const REAL *image = (const REAL *)part->src[0] + c0;
        for (size_t k = part->row; k < part->row + part->rows; k++) {
            const REAL *rows[PC_DWT_MAX_TAPS];
            for (unsigned t = 0; t < level->taps; t++)
                rows[t] = F(row)(image, part->src_stride[0], level->first + 2 * (ptrdiff_t)k + (ptrdiff_t)t,
                                 n, level, ends + t * most);
            ptrdiff_t to = (ptrdiff_t)k * part->dst_stride[0] + (ptrdiff_t)c0;
            K(part->kernels, fir_pair)(rows, f.c0, f.c1, level->taps, (REAL *)part->dst[0] + to,
                                       (REAL *)part->dst[1] + to, n);
        }
    }
}

void F(pc_dwt_inverse_across)(const pc_dwt_part *part)
{
    const pc_dwt_level *level = part->level[0];
    size_t most = pc_dwt_cols(2 * level->taps, sizeof(REAL));
    REAL *nowhere = ((F(room) *)part->room)->out[0];
    F(filters) f;
    F(round_filters)(level, 2 * level->taps, &f);
    for (size_t done = 0; done < part->cols; done += most) {
        size_t c0 = part->col + done, n = PC_MIN(part->cols - done, most);
        for (size_t q = part->row; q < part->row + part->rows; q++) {
            const REAL *rows[PC_DWT_MAX_TAPS];
            for (unsigned t = 0; t < level->taps; t++) {
                /* Only periodization reaches past the bands, and there every row is a real one. */
                ptrdiff_t i = level->first + (ptrdiff_t)(q + t);
                pc_dwt_terms terms = pc_dwt_beyond(i, level->length, PC_DWT_PERIODIC);
                ptrdiff_t at = (ptrdiff_t)terms.at[0] * part->src_stride[0] + (ptrdiff_t)c0;
                rows[t] = (const REAL *)part->src[0] + at;
                rows[level->taps + t] = (const REAL *)part->src[1] + at;
            }
            size_t first, count = F(clip)(level, q, 1, &first);
            REAL *to = (REAL *)part->dst[0] + (ptrdiff_t)first * part->dst_stride[0] + (ptrdiff_t)c0;
            int early = level->drop && q == 0; /* the first row of the pair lies before the signal */
            REAL *even = early ? nowhere : to, *odd = early ? to : to + part->dst_stride[0];
            if (count == 1 && !early) odd = nowhere;
            K(part->kernels, fir_pair)(rows, f.c0, f.c1, 2 * level->taps, even, odd, n);
        }
    }
}

/* One row of the image, continued beyond top and bottom, analysed along itself into the strip's two bands. */
static void F(analyse_row)(const pc_dwt_part *part, const F(filters) * f, ptrdiff_t i, size_t k0, size_t n,
                           REAL *lo, REAL *hi)
{
    const pc_dwt_level *down = part->level[0], *along = part->level[1];
    F(room) *room = part->room;
    REAL *even = room->even, *odd = room->odd, *more_even = room->more_even, *more_odd = room->more_odd;
    pc_dwt_terms terms = pc_dwt_beyond(i, down->length, down->mode);
    size_t pairs = n + along->taps / 2;
    if (part->src_stride[1] == 1 && i >= 0 && i + AHEAD < (ptrdiff_t)down->length)
        F(expect)((const REAL *)part->src[0] + (i + AHEAD) * part->src_stride[0] + 2 * (ptrdiff_t)k0,
                  PC_MIN(2 * n, along->length - 2 * k0));
    for (unsigned q = 0; q < PC_MAX(terms.count, 1u); q++) {
        const REAL *x = (const REAL *)part->src[0] + (ptrdiff_t)terms.at[q] * part->src_stride[0];
        REAL weight = (REAL)terms.weight[q];
        F(load_pairs)(part->kernels, x, part->src_stride[1], along, along->first + 2 * (ptrdiff_t)k0, pairs,
                      q == 0 ? even : more_even, q == 0 ? odd : more_odd);
        if (q == 0 && weight != 1) {
            for (size_t p = 0; p < pairs; p++) even[p] *= weight, odd[p] *= weight;
        } else if (q > 0) {
            for (size_t p = 0; p < pairs; p++)
                even[p] += weight * more_even[p], odd[p] += weight * more_odd[p];
        }
    }
    if (terms.count == 0) memset(even, 0, pairs * sizeof *even), memset(odd, 0, pairs * sizeof *odd);
    F(filter_pairs)(part->kernels, even, odd, along, f, n, lo, hi);
}

/* Both axes in one pass: rows are analysed along themselves into a ring of the last `taps`, and as soon as an
 * output row has all its rows, down the columns into the four bands. */
void F(pc_dwt_forward2)(const pc_dwt_part *part)
{
    const pc_dwt_level *down = part->level[0], *along = part->level[1];
    size_t taps = down->taps, most = pc_dwt_cols(down->taps, sizeof(REAL));
    F(room) *room = part->room;
    REAL *ring = room->ring, (*out)[2 * PC_DWT_COLS] = room->out;
    F(filters) fd, fa;
    F(round_filters)(down, down->taps, &fd);
    F(round_filters)(along, along->taps, &fa);
    for (size_t done = 0; done < part->cols; done += most) {
        size_t k0 = part->col + done, n = PC_MIN(part->cols - done, most), ready = 0;
        for (size_t k = part->row; k < part->row + part->rows; k++) {
            size_t begin = 2 * (k - part->row); /* rows counted from the first one this part needs */
            for (; ready < begin + taps; ready++) {
                REAL *lo = ring + ready % taps * 2 * most;
                ptrdiff_t i = down->first + 2 * (ptrdiff_t)part->row + (ptrdiff_t)ready;
                if (ready >= begin) F(analyse_row)(part, &fa, i, k0, n, lo, lo + most);
            }
            const REAL *los[PC_DWT_MAX_TAPS], *his[PC_DWT_MAX_TAPS];
            for (size_t t = 0; t < taps; t++)
                los[t] = ring + (begin + t) % taps * 2 * most, his[t] = los[t] + most;
            REAL *to[4];
            ptrdiff_t stride = part->dst_stride[1];
            ptrdiff_t at = (ptrdiff_t)k * part->dst_stride[0] + (ptrdiff_t)k0 * stride;
            for (unsigned b = 0; b < 4; b++)
                to[b] = stride == 1 && !(part->stream && b > 0) ? (REAL *)part->dst[b] + at : out[b];
            K(part->kernels, fir_pair)(los, fd.c0, fd.c1, down->taps, to[0], to[2], n);
            K(part->kernels, fir_pair)(his, fd.c0, fd.c1, down->taps, to[1], to[3], n);
            for (unsigned b = 0; b < 4; b++)
                if (to[b] == out[b]) F(deliver)(part, out[b], n, (REAL *)part->dst[b] + at, stride);
        }
    }
    if (part->stream) part->kernels->stream_end();
}

/* The inverse in one pass: down the columns of both pairs of bands first, each giving two rows, and then
 * along those. Nothing but these four rows is made on the way; rows of the bands are read where they are,
 * unless they must be gathered or continued. */
void F(pc_dwt_inverse2)(const pc_dwt_part *part)
{
    const pc_dwt_level *down = part->level[0], *along = part->level[1];
    const size_t taps = down->taps, most = pc_dwt_cols(2 * down->taps, sizeof(REAL));
    const size_t slot = most + along->taps - 1; /* four times taps of them fit the ring */
    F(room) *room = part->room;
    REAL *lo[2] = {room->even, room->odd}, *hi[2] = {room->more_even, room->more_odd};
    const REAL *band[4][PC_DWT_MAX_TAPS / 2]; /* the rows that the filter is at, in turn */
    F(filters) fd, fa;
    F(round_filters)(down, 2 * down->taps, &fd);
    F(round_filters)(along, 2 * along->taps, &fa);
    for (size_t done = 0; done < part->cols; done += most) {
        const size_t q0 = part->col + done, n = PC_MIN(part->cols - done, most), count = n + along->taps - 1;
        const ptrdiff_t from = along->first + (ptrdiff_t)q0, stride = part->dst_stride[1];
        size_t ready = 0, first_col;
        const size_t width = F(clip)(along, q0, n, &first_col),
                     skip = first_col + (size_t)along->drop - 2 * q0;
        for (size_t q = part->row; q < part->row + part->rows; q++) {
            const size_t begin = q - part->row;
            for (; ready < begin + taps; ready++) {
                const size_t at = ready % taps;
                ptrdiff_t i = down->first + (ptrdiff_t)(part->row + ready);
                ptrdiff_t row = (ptrdiff_t)pc_dwt_beyond(i, down->length, PC_DWT_PERIODIC).at[0];
                for (unsigned b = 0; b < 4; b++)
                    band[b][at] =
                        F(load)((const REAL *)part->src[b] + row * part->src_stride[0], part->src_stride[1],
                                along, from, count, room->ring + (4 * at + b) * slot);
            }
            const REAL *rows[2][PC_DWT_MAX_TAPS];
            for (size_t t = 0; t < taps; t++)
                for (unsigned s = 0; s < 2; s++) {
                    rows[s][t] = band[s][(begin + t) % taps];
                    rows[s][taps + t] = band[2 + s][(begin + t) % taps];
                }
            K(part->kernels, fir_pair)(rows[0], fd.c0, fd.c1, 2 * down->taps, lo[0], lo[1], count);
            K(part->kernels, fir_pair)(rows[1], fd.c0, fd.c1, 2 * down->taps, hi[0], hi[1], count);
            size_t first;
            const size_t pair = F(clip)(down, q, 1, &first);
            const unsigned early =
                down->drop && q == 0; /* the first row of the pair lies before the signal */
            REAL *to =
                (REAL *)part->dst[0] + (ptrdiff_t)first * part->dst_stride[0] + (ptrdiff_t)first_col * stride;
            for (unsigned p = early; p < early + pair; p++, to += part->dst_stride[0]) {
                const REAL *views[PC_DWT_MAX_TAPS];
                for (unsigned t = 0; t < along->taps; t++)
                    views[t] = lo[p] + t, views[along->taps + t] = hi[p] + t;
                const int direct = stride == 1 && width == 2 * n && !part->stream;
                REAL *made = direct ? to : room->out[0];
                K(part->kernels, fir_join)(views, fa.c0, fa.c1, 2 * along->taps, made, n);
                if (!direct) F(deliver)(part, made + skip, width, to, stride);
            }
        }
    }
    if (part->stream) part->kernels->stream_end();
}

/* Undecimated: shifted views of the line itself. Taps far apart are gathered one row each. */
void F(pc_swt_along)(const pc_dwt_part *part, size_t step)
{
    const pc_dwt_level *level = part->level[1];
    F(room) *all = part->room;
    REAL *room = all->ring, *lo = all->out[0], *hi = all->out[1];
    const REAL *rows[PC_DWT_MAX_TAPS];
    F(filters) f;
    F(round_filters)(level, level->taps, &f);
    enum { COLS = PC_DWT_ROOM / sizeof(REAL) / PC_DWT_MAX_TAPS };
    size_t most = COLS;
    for (size_t done = 0; done < part->cols; done += most) {
        size_t k0 = part->col + done, n = PC_MIN(part->cols - done, most);
        for (unsigned t = 0; t < level->taps; t++)
            rows[t] =
                F(load)(part->src[0], part->src_stride[1], level,
                        (ptrdiff_t)k0 + (level->first + (ptrdiff_t)t) * (ptrdiff_t)step, n, room + t * most);
        K(part->kernels, fir_pair)(rows, f.c0, f.c1, level->taps, lo, hi, n);
        F(scatter)(lo, n, (REAL *)part->dst[0] + (ptrdiff_t)k0 * part->dst_stride[1], part->dst_stride[1]);
        F(scatter)(hi, n, (REAL *)part->dst[1] + (ptrdiff_t)k0 * part->dst_stride[1], part->dst_stride[1]);
    }
}
