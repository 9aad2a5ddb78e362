/* Quantisation of whole arrays: runs along the innermost axis, shared out to threads. */
#include "pycomp/quant.h"

#include "base/checked.h"
#include "base/compiler.h"
#include "pycomp/parallel.h"
#include "quant/quant_common.h"

#include <string.h>

enum { JOB = 1 << 16 }; /* numbers of a job: some twenty microseconds' work, below L2 */

typedef struct walk {
    const pc_kernels *kernels;
    const pc_quant_job *job;
    pc_quant_how how;
    unsigned dims; /* what is left of them when axes that continue each other are joined */
    size_t shape[PC_QUANT_MAX_DIMS];
    ptrdiff_t src[PC_QUANT_MAX_DIMS], dst[PC_QUANT_MAX_DIMS], scale[PC_QUANT_MAX_DIMS],
        index[PC_QUANT_MAX_DIMS];
    size_t n, piece, pieces, lines, lines_per_job;
    unsigned char *failed; /* one a worker: it met a number that is not finite */
} walk;

static size_t number_bytes(const pc_quant_how *how)
{
    return how->is_double ? sizeof(double) : sizeof(float);
}

static void copy_items(uint8_t *dst, ptrdiff_t dst_step, const uint8_t *src, ptrdiff_t src_step, size_t n,
                       size_t bytes)
{
    if (dst_step == (ptrdiff_t)bytes && src_step == (ptrdiff_t)bytes) {
        memcpy(dst, src, n * bytes);
        return;
    }
    for (size_t i = 0; i < n; i++, dst += dst_step, src += src_step) {
        if (bytes == 1)
            *dst = *src;
        else if (bytes == 2)
            memcpy(dst, src, 2);
        else if (bytes == 4)
            memcpy(dst, src, 4);
        else
            memcpy(dst, src, 8);
    }
}

/* The same item n times. */
static void fill_items(void *dst, const void *item, size_t n, size_t bytes)
{
    uint32_t narrow, *to = dst;
    uint64_t wide, *to_wide = dst;
    if (bytes == sizeof narrow) {
        memcpy(&narrow, item, sizeof narrow);
        for (size_t i = 0; i < n; i++) to[i] = narrow;
    } else {
        memcpy(&wide, item, sizeof wide);
        for (size_t i = 0; i < n; i++) to_wide[i] = wide;
    }
}

/* Buffers of a chunk: what strides scatter is gathered here, shared scales are repeated. */
typedef struct buffers {
    double numbers[PC_QUANT_CHUNK], scales[PC_QUANT_CHUNK];
    int32_t zeros[PC_QUANT_CHUNK];
    uint16_t codes[PC_QUANT_CHUNK];
    const void *filled; /* the scale that is repeated in the first `full` places */
    size_t full, zeros_full;
    int failed;
} buffers;

static void set_scales(const walk *w, buffers *b, pc_quant_chunk *c, ptrdiff_t at, ptrdiff_t step,
                       size_t count)
{
    size_t bytes = number_bytes(&w->how);
    const uint8_t *scale = (const uint8_t *)w->job->scales + at * (ptrdiff_t)bytes;
    const int32_t *zero = w->job->zeros + at;
    c->scales = b->scales, c->zeros = b->zeros;
    if (step == 1 && count == c->n) {
        c->scales = scale, c->zeros = zero;
        return;
    }
    if (step == 0) { /* zero points are often all the same though scales are not */
        if (b->filled != scale || b->full < c->n) fill_items(b->scales, scale, c->n, bytes);
        if (b->zeros_full < c->n || b->zeros[0] != *zero)
            fill_items(b->zeros, zero, c->n, sizeof(int32_t)), b->zeros_full = c->n;
        b->filled = scale, b->full = c->n;
        return;
    }
    b->filled = NULL, b->zeros_full = 0;
    if (count < c->n) /* the lanes that stand for no number */
        memset(b->scales, 0, PC_QUANT_LANES * bytes), memset(b->zeros, 0, PC_QUANT_LANES * sizeof *b->zeros);
    copy_items((uint8_t *)b->scales, (ptrdiff_t)bytes, scale, step * (ptrdiff_t)bytes, count, bytes);
    copy_items((uint8_t *)b->zeros, sizeof(int32_t), (const uint8_t *)zero, step * (ptrdiff_t)sizeof(int32_t),
               count, sizeof(int32_t));
}

/* n elements of a line from these offsets on. */
static void run_line(const walk *w, buffers *b, const ptrdiff_t at[4], size_t n)
{
    const pc_quant_job *job = w->job;
    unsigned d = w->dims - 1;
    size_t number = number_bytes(&w->how), code = w->how.code_bytes;
    size_t from = job->inverse ? code : number, to = job->inverse ? number : code;
    ptrdiff_t src_step = w->src[d], dst_step = w->dst[d];
    const uint8_t *src = (const uint8_t *)job->src + at[0];
    uint8_t *dst = (uint8_t *)job->dst + at[1];
    for (size_t i = 0, count; i < n; i += count) {
        pc_quant_chunk c = {.how = &w->how};
        count = PC_MIN(n - i, (size_t)PC_QUANT_CHUNK);
        size_t whole = PC_QUANT_WHOLE(count);
        int few = whole == 0; /* less than a vector, for which the buffers have room */
        if (!few) count = whole;
        c.n = few ? PC_QUANT_LANES : (unsigned)count;
        const uint8_t *in = src + (ptrdiff_t)i * src_step;
        uint8_t *out = dst + (ptrdiff_t)i * dst_step;
        void *source = job->inverse ? (void *)b->codes : (void *)b->numbers;
        void *target = job->inverse ? (void *)b->numbers : (void *)b->codes;
        /* Vectors need no alignment; the language does. */
        if (few) memset(source, 0, PC_QUANT_LANES * from);
        if (few || src_step != (ptrdiff_t)from || (uintptr_t)in % from != 0)
            copy_items(source, (ptrdiff_t)from, in, src_step, count, from);
        else
            source = (void *)(uintptr_t)in;
        int direct = !few && dst_step == (ptrdiff_t)to && (uintptr_t)out % to == 0;
        if (direct) target = out;
        set_scales(w, b, &c, at[2] + (ptrdiff_t)i * w->scale[d], w->scale[d], count);
        c.index_step = (uint64_t)w->index[d];
        c.index = job->index + (uint64_t)at[3] + i * c.index_step;
        c.numbers = job->inverse ? target : source;
        c.codes = job->inverse ? source : target;
        if (job->inverse)
            w->kernels->quant_decode(&c);
        else if (!w->kernels->quant_encode(&c))
            b->failed = 1;
        if (!direct) copy_items(out, dst_step, target, (ptrdiff_t)to, count, to);
    }
}

static void run(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    buffers b; /* not cleared: lines may be few and short */
    b.filled = NULL, b.full = b.zeros_full = 0, b.failed = 0;
    size_t first = number / w->pieces * w->lines_per_job, end = PC_MIN(first + w->lines_per_job, w->lines);
    size_t begin = number % w->pieces * w->piece, n = PC_MIN(w->piece, w->n - begin);
    size_t place[PC_QUANT_MAX_DIMS], rest = first;
    unsigned last = w->dims - 1;
    for (unsigned d = last; d-- > 0; rest /= w->shape[d]) place[d] = rest % w->shape[d];
    ptrdiff_t start = (ptrdiff_t)begin;
    for (size_t line = first; line < end; line++) {
        ptrdiff_t at[4] = {start * w->src[last], start * w->dst[last], start * w->scale[last],
                           start * w->index[last]};
        for (unsigned d = 0; d < last; d++) {
            ptrdiff_t step = (ptrdiff_t)place[d];
            at[0] += step * w->src[d], at[1] += step * w->dst[d];
            at[2] += step * w->scale[d], at[3] += step * w->index[d];
        }
        run_line(w, &b, at, n);
        for (unsigned d = last; d-- > 0 && ++place[d] == w->shape[d];) place[d] = 0;
    }
    if (b.failed) w->failed[worker] = 1;
}

/* Drops axes of one element and joins neighbours that all operands walk evenly. */
static void join_axes(walk *w)
{
    const pc_quant_job *job = w->job;
    for (unsigned d = 0; d < job->dims; d++) {
        ptrdiff_t n = (ptrdiff_t)job->shape[d];
        unsigned l = w->dims - 1;
        if (n == 1) continue;
        if (w->dims > 0 && w->src[l] == n * job->src_strides[d] && w->dst[l] == n * job->dst_strides[d] &&
            w->scale[l] == n * job->scale_strides[d] && w->index[l] == n * job->index_strides[d])
            w->shape[l] *= job->shape[d];
        else
            l = w->dims++, w->shape[l] = job->shape[d];
        w->src[l] = job->src_strides[d], w->dst[l] = job->dst_strides[d];
        w->scale[l] = job->scale_strides[d], w->index[l] = job->index_strides[d];
    }
    if (w->dims == 0) w->dims = 1, w->shape[0] = 1;
}

static int valid(const pc_quant_how *how)
{
    return (unsigned)how->rule <= PC_QUANT_LEVELS && (how->code_bytes == 1 || how->code_bytes == 2) &&
           how->low <= how->high && how->low >= -32768 && how->high <= 65535 && how->dead_zone >= 0 &&
           how->dead_zone <= 0.5 && (how->rule != PC_QUANT_LEVELS || how->n_bounds < PC_QUANT_MAX_LEVELS);
}

pc_status pc_quant_array(const pc_kernels *kernels, const pc_quant_job *job, unsigned threads, int *finite)
{
    unsigned char failed[PC_MAX_THREADS] = {0};
    size_t jobs;
    *finite = 1;
    if (!valid(&job->how) || job->dims > PC_QUANT_MAX_DIMS) return PC_ERR_PARAM;
    for (unsigned d = 0; d < job->dims; d++)
        if (job->shape[d] == 0) return PC_OK;
    walk w = {.kernels = kernels, .job = job, .how = job->how, .lines = 1, .failed = failed};
    join_axes(&w);
    /* Keys that differ in one bit must not give related draws. */
    w.how.seed = (job->how.seed ^ 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    w.how.seed ^= w.how.seed >> 29;
    for (unsigned d = 0; d + 1 < w.dims; d++)
        if (!pc_mul_size(w.lines, w.shape[d], &w.lines)) return PC_ERR_PARAM;
    w.n = w.shape[w.dims - 1];
    w.piece = PC_MIN(w.n, (size_t)JOB), w.pieces = pc_ceil_div(w.n, w.piece);
    w.lines_per_job = w.pieces > 1 ? 1 : PC_MAX(JOB / w.n, 1);
    if (!pc_mul_size(w.pieces, pc_ceil_div(w.lines, w.lines_per_job), &jobs)) return PC_ERR_PARAM;
    pc_parallel_for(threads, jobs, run, &w);
    *finite = memchr(failed, 1, sizeof failed) == NULL;
    return PC_OK;
}

/* Rows that are looked at for calibration. */
typedef struct look {
    const pc_kernels *kernels;
    const pc_quant_how *how;
    const uint8_t *src, *scales;
    const int32_t *zeros;
    size_t rows, n, tries, rows_per_job, bytes;
    uint8_t *low, *high;
    double *errors;
} look;

static void range_rows(void *context, size_t number, unsigned worker)
{
    const look *l = context;
    size_t row = number * l->rows_per_job, end = PC_MIN(row + l->rows_per_job, l->rows);
    (void)worker;
    for (; row < end; row++)
        l->kernels->quant_range(l->src + row * l->n * l->bytes, l->bytes == sizeof(double), l->n,
                                l->low + row * l->bytes, l->high + row * l->bytes);
}

pc_status pc_quant_range(const pc_kernels *kernels, const void *src, int is_double, size_t rows, size_t n,
                         void *low, void *high, unsigned threads)
{
    if (rows == 0) return PC_OK;
    if (n == 0) return PC_ERR_PARAM;
    look l = {.kernels = kernels,
              .src = src,
              .rows = rows,
              .n = n,
              .rows_per_job = PC_MAX(JOB / n, 1),
              .bytes = is_double ? sizeof(double) : sizeof(float),
              .low = low,
              .high = high};
    pc_parallel_for(threads, pc_ceil_div(rows, l.rows_per_job), range_rows, &l);
    return PC_OK;
}

static void error_row(const look *l, size_t row)
{
    buffers b;
    for (size_t t = 0; t < l->tries; t++) l->errors[t * l->rows + row] = 0;
    for (size_t i = 0, count; i < l->n; i += count) {
        pc_quant_chunk c = {.how = l->how,
                            .scales = b.scales,
                            .zeros = b.zeros,
                            .numbers = (void *)(uintptr_t)(l->src + (row * l->n + i) * l->bytes)};
        count = PC_MIN(l->n - i, (size_t)PC_QUANT_CHUNK);
        if (count >= PC_QUANT_LANES) count = PC_QUANT_WHOLE(count);
        c.n = (unsigned)PC_MAX(count, (size_t)PC_QUANT_LANES);
        if (count < c.n) { /* zeros, which cost nothing */
            memset(b.numbers, 0, PC_QUANT_LANES * l->bytes);
            memcpy(b.numbers, c.numbers, count * l->bytes);
            c.numbers = b.numbers;
        }
        for (size_t t = 0; t < l->tries; t++) {
            size_t at = t * l->rows + row;
            fill_items(b.scales, l->scales + at * l->bytes, c.n, l->bytes);
            fill_items(b.zeros, l->zeros + at, c.n, sizeof(int32_t));
            l->errors[at] += l->kernels->quant_error(&c);
        }
    }
}

static void error_rows(void *context, size_t number, unsigned worker)
{
    const look *l = context;
    size_t row = number * l->rows_per_job, end = PC_MIN(row + l->rows_per_job, l->rows);
    (void)worker;
    for (; row < end; row++) error_row(l, row);
}

pc_status pc_quant_errors(const pc_kernels *kernels, const pc_quant_how *how, const void *src, size_t rows,
                          size_t n, const void *scales, const int32_t *zeros, size_t tries, double *errors,
                          unsigned threads)
{
    if (!valid(how)) return PC_ERR_PARAM;
    if (rows == 0 || tries == 0) return PC_OK;
    look l = {.kernels = kernels,
              .how = how,
              .src = src,
              .scales = scales,
              .zeros = zeros,
              .rows = rows,
              .n = n,
              .tries = tries,
              .rows_per_job = PC_MAX(JOB / PC_MAX(n, 1) / 16, 1),
              .bytes = number_bytes(how),
              .errors = errors};
    pc_parallel_for(threads, pc_ceil_div(rows, l.rows_per_job), error_rows, &l);
    return PC_OK;
}
