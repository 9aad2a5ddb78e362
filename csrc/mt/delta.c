/* Difference coding of whole arrays: which way to walk them, and the walk shared out to threads.
 *
 * Three walks. Along: the axis itself is contiguous, each line is a stream. Across: another axis is, and a
 * row of it is taken against the row `distance` before, whole vectors at a time, in blocks of columns that
 * keep both in cache. Strided: neither, element by element. */
#include "base/checked.h"
#include "base/compiler.h"
#include "pycomp/delta.h"
#include "pycomp/parallel.h"
#include "transform/delta_common.h"
#include "transform/stream_common.h"

enum {
    /* Rows shorter than a vector are not worth walking across. */
    SHORTEST_ROW = 64,
    /* Bytes of a block of columns: a few rows of it stay in L1; with several passes the whole block should
     * stay in L2, so it is narrower. */
    BLOCK = 16384,
    BLOCK_OF_PASSES = 1024,
    /* Bytes of a piece of one long line, and the least that a job should move: far above the cost of a job.
     */
    PIECE = 1 << 18,
    /* Bytes made in L1 before they go around the cache. */
    CHUNK = 1 << 14
};

typedef struct walk {
    const pc_kernels *kernels;
    const pc_delta_job *job;
    unsigned row;         /* the axis walked across, or dims */
    size_t lines;         /* over all axes but `axis` and `row` */
    size_t lines_per_job; /* along and strided */
    size_t pieces, piece; /* of a line or a row, in elements */
    int stream;           /* the result is too large for the cache */
} walk;

/* The offsets of line number `line`: its digits, axis by axis from the last. */
static void locate(const walk *w, size_t line, ptrdiff_t *src, ptrdiff_t *dst)
{
    const pc_delta_job *job = w->job;
    *src = *dst = 0;
    for (unsigned d = job->dims; d-- > 0;) {
        if (d == job->axis || d == w->row) continue;
        size_t at = line % job->shape[d];
        line /= job->shape[d];
        *src += (ptrdiff_t)at * job->src_strides[d];
        *dst += (ptrdiff_t)at * job->dst_strides[d];
    }
}

/* The map of signs, or back. */
static pc_delta_op sign_op(const pc_delta_job *job)
{
    return job->inverse ? PC_DELTA_UNZIGZAG : PC_DELTA_ZIGZAG;
}

/* Columns [0, n) bytes of all rows. Differences start from the last row, so that in place a row is read as
 * `before` prior to being replaced. */
static void across(const walk *w, const uint8_t *src, uint8_t *dst, size_t bytes)
{
    const pc_delta_job *job = w->job;
    const pc_kernels *k = w->kernels;
    size_t rows = job->shape[job->axis];
    ptrdiff_t src_stride = job->src_strides[job->axis], dst_stride = job->dst_strides[job->axis];
    pc_delta_op lead = sign_op(job);
    unsigned passes = PC_MAX(job->order, 1u);
    const int stream = w->stream && passes == 1 && src != dst && (job->order == 0 || !job->inverse);
    uint8_t room[BLOCK];
    for (unsigned number = 1; number <= passes; number++) {
        pc_delta_op op = pc_delta_op_of(job, number);
        int map = job->order == 0 ? job->zigzag : pc_delta_maps(job, number);
        size_t distance = job->order == 0 ? rows : job->distance;
        for (size_t i = 0; i < rows; i++) {
            size_t r = job->inverse ? i : rows - 1 - i;
            const uint8_t *cur = src + (ptrdiff_t)r * src_stride;
            uint8_t *to = stream ? room : dst + (ptrdiff_t)r * dst_stride;
            if (r >= distance) {
                ptrdiff_t before = (ptrdiff_t)(r - distance);
                const uint8_t *prev = job->inverse ? dst + before * dst_stride : src + before * src_stride;
                k->delta_stream(cur, prev, to, bytes, job->width, op);
            } else if (map) {
                k->delta_stream(cur, cur, to, bytes, job->width, lead);
            } else if (to != cur) {
                memcpy(to, cur, bytes);
            }
            if (stream) k->stream_copy(dst + (ptrdiff_t)r * dst_stride, room, bytes);
        }
        src = dst, src_stride = dst_stride;
    }
    if (stream) k->stream_end();
}

static void run_across(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    const pc_delta_job *job = w->job;
    (void)worker;
    ptrdiff_t src, dst;
    locate(w, number / w->pieces, &src, &dst);
    size_t first = number % w->pieces * w->piece, n = PC_MIN(w->piece, job->shape[w->row] - first);
    first *= job->width;
    across(w, job->src + src + first, job->dst + dst + first, n * job->width);
}

static void run_along(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    const pc_delta_job *job = w->job;
    (void)worker;
    size_t n = job->shape[job->axis], line = number * w->lines_per_job;
    size_t end = PC_MIN(line + w->lines_per_job, w->lines);
    int contiguous = job->src_strides[job->axis] == (ptrdiff_t)job->width &&
                     job->dst_strides[job->axis] == (ptrdiff_t)job->width;
    for (; line < end; line++) {
        ptrdiff_t src, dst;
        locate(w, line, &src, &dst);
        if (!contiguous)
            pc_delta_strided(job, job->src + src, job->src_strides[job->axis], job->dst + dst,
                             job->dst_strides[job->axis], n);
        else
            (job->inverse ? pc_undelta_line : pc_delta_line)(w->kernels, job->src + src, job->dst + dst, n,
                                                             job->width, job->distance, job->order,
                                                             job->xor_bits, job->zigzag);
    }
}

/* A piece of the only line there is: first differences and sign maps look at the source alone. */
static void run_piece(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    const pc_delta_job *job = w->job;
    const pc_kernels *k = w->kernels;
    (void)worker;
    const size_t width = job->width, back = job->distance * width, line = job->shape[job->axis] * width;
    const size_t begin = number * w->piece * width, end = PC_MIN(begin + w->piece * width, line);
    const size_t step = w->stream ? CHUNK : end - begin;
    uint8_t room[CHUNK];
    for (size_t at = begin, n; at < end; at += n) {
        n = PC_MIN(step, end - at);
        uint8_t *to = w->stream ? room : job->dst + at;
        if (job->order == 0)
            k->delta_stream(job->src + at, job->src + at, to, n, job->width, sign_op(job));
        else if (at == 0)
            pc_delta_line(k, job->src, to, n / width, job->width, job->distance, 1, job->xor_bits,
                          job->zigzag);
        else
            k->delta_back(job->src + at, to, n, job->width, back, pc_delta_op_of(job, 1));
        if (w->stream) k->stream_copy(job->dst + at, room, n);
    }
    if (w->stream) k->stream_end();
}

/* Whether pieces of a line can be had by themselves. */
static int in_pieces(const walk *w)
{
    const pc_delta_job *job = w->job;
    const size_t least = w->stream ? (size_t)CHUNK / job->width : w->piece;
    if (w->lines != 1 || job->src == job->dst) return 0;
    if (job->order == 0) return job->zigzag;
    return !job->inverse && job->order == 1 && job->distance < least;
}

/* The longest axis that rows can run along, or dims. */
static unsigned row_axis(const pc_delta_job *job)
{
    unsigned best = job->dims;
    if (job->src_strides[job->axis] == (ptrdiff_t)job->width &&
        job->dst_strides[job->axis] == (ptrdiff_t)job->width)
        return best;
    for (unsigned d = 0; d < job->dims; d++)
        if (d != job->axis && job->src_strides[d] == (ptrdiff_t)job->width &&
            job->dst_strides[d] == (ptrdiff_t)job->width && job->shape[d] * job->width >= SHORTEST_ROW)
            best = d;
    return best;
}

pc_status pc_delta_array(const pc_kernels *kernels, const pc_delta_job *job, unsigned threads)
{
    if (job->dims == 0 || job->dims > PC_DELTA_MAX_DIMS || job->axis >= job->dims || job->distance == 0)
        return PC_ERR_PARAM;
    if (job->width != 1 && job->width != 2 && job->width != 4 && job->width != 8) return PC_ERR_PARAM;
    walk w = {kernels, job, row_axis(job), 1, 1, 1, 0, 0};
    for (unsigned d = 0; d < job->dims; d++) {
        if (job->shape[d] == 0) return PC_OK;
        if (d != job->axis && d != w.row && !pc_mul_size(w.lines, job->shape[d], &w.lines))
            return PC_ERR_PARAM;
    }
    size_t n = job->shape[job->axis];
    if (w.row < job->dims) {
        w.piece = (job->order > 1 ? BLOCK_OF_PASSES : BLOCK) / job->width;
        w.pieces = pc_ceil_div(job->shape[w.row], w.piece);
        w.stream = w.lines * n * job->shape[w.row] >= PC_STREAM_FROM / job->width;
        pc_parallel_for(threads, w.lines * w.pieces, run_across, &w);
        return PC_OK;
    }
    int contiguous = job->src_strides[job->axis] == (ptrdiff_t)job->width &&
                     job->dst_strides[job->axis] == (ptrdiff_t)job->width;
    w.piece = PIECE / job->width;
    w.stream = n >= PC_STREAM_FROM / job->width;
    if (contiguous && in_pieces(&w)) {
        pc_parallel_for(threads, pc_ceil_div(n, w.piece), run_piece, &w);
        return PC_OK;
    }
    w.lines_per_job = PC_MAX(w.piece / n, 1);
    pc_parallel_for(threads, pc_ceil_div(w.lines, w.lines_per_job), run_along, &w);
    return PC_OK;
}
