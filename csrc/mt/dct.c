/* Lines of an array in any layout, a batch at a time: which lines go together, and their addresses.
 *
 * The lines are numbered with the axis of the smallest source stride running fastest, so that a batch's
 * lines lie side by side wherever the layout has it so. */
#include "base/alloc.h"
#include "base/checked.h"
#include "pycomp/dct.h"
#include "pycomp/parallel.h"

/* Elements that make a job worth a thread's while: some 50 us. */
enum { JOB_ELEMENTS = 1 << 16 };

typedef struct plan {
    const pc_dct_lines *line;
    void (*kernel)(const pc_dct_lines *job, const void *const *src, void *const *dst, unsigned count,
                   void *room);
    unsigned outer; /* axes but the lines' own, the fastest last */
    size_t shape[PC_DCT_DIMS];
    ptrdiff_t src_strides[PC_DCT_DIMS], dst_strides[PC_DCT_DIMS];
    const char *src;
    char *dst;
    size_t lines, lines_per_job; /* the latter a multiple of PC_DCT_BATCH */
    char *room;
    size_t room_size; /* of one worker */
} plan;

/* A line, its transform, and 3/2 of that for the network: in vectors of 64 bytes, or, a line by itself, in
 * numbers. */
size_t pc_dct_lines_room(size_t n, size_t item_size, size_t lines)
{
    return pc_round_up((7 * n / 2 + 1) * (lines == 1 ? item_size : 64), 64);
}

static size_t distance(ptrdiff_t stride) { return stride < 0 ? (size_t)0 - (size_t)stride : (size_t)stride; }

/* All axes but one, ordered by falling source stride. */
static void order_axes(plan *p, unsigned ndim, unsigned axis, const size_t *shape,
                       const ptrdiff_t *src_strides, const ptrdiff_t *dst_strides)
{
    p->outer = 0;
    p->lines = 1;
    for (unsigned i = 0; i < ndim; i++) {
        if (i == axis) continue;
        unsigned at = p->outer++;
        p->lines *= shape[i];
        for (; at > 0 && distance(p->src_strides[at - 1]) < distance(src_strides[i]); at--) {
            p->shape[at] = p->shape[at - 1];
            p->src_strides[at] = p->src_strides[at - 1];
            p->dst_strides[at] = p->dst_strides[at - 1];
        }
        p->shape[at] = shape[i];
        p->src_strides[at] = src_strides[i];
        p->dst_strides[at] = dst_strides[i];
    }
}

/* Where a line begins. */
static void locate(const plan *p, size_t line, ptrdiff_t *src, ptrdiff_t *dst)
{
    *src = *dst = 0;
    for (unsigned i = p->outer; i-- > 0; line /= p->shape[i]) {
        ptrdiff_t index = (ptrdiff_t)(line % p->shape[i]);
        *src += index * p->src_strides[i];
        *dst += index * p->dst_strides[i];
    }
}

static void run_lines(void *context, size_t job, unsigned worker)
{
    const plan *p = context;
    const unsigned last = p->outer - 1;
    const size_t end = PC_MIN((job + 1) * p->lines_per_job, p->lines);
    for (size_t line = job * p->lines_per_job; line < end;) {
        const void *src[PC_DCT_BATCH];
        void *dst[PC_DCT_BATCH];
        unsigned count = 0;
        while (count < PC_DCT_BATCH && line < end) {
            ptrdiff_t from = 0, to = 0;
            locate(p, line, &from, &to);
            size_t row = p->outer == 0 ? 1 : p->shape[last] - line % p->shape[last];
            for (; row != 0 && count < PC_DCT_BATCH && line < end; row--, line++, count++) {
                src[count] = p->src + from, dst[count] = p->dst + to;
                if (p->outer == 0) continue;
                from += p->src_strides[last], to += p->dst_strides[last];
            }
        }
        p->kernel(p->line, src, dst, count, p->room + worker * p->room_size);
    }
}

pc_status pc_dct_array(const pc_kernels *kernels, const pc_dct_lines *job, size_t item_size, unsigned ndim,
                       unsigned axis, const size_t *shape, const void *src, const ptrdiff_t *src_strides,
                       void *dst, const ptrdiff_t *dst_strides, unsigned threads)
{
    if (ndim == 0 || ndim > PC_DCT_DIMS || axis >= ndim || (item_size != 4 && item_size != 8))
        return PC_ERR_PARAM;
    if (job->n != shape[axis] || job->n == 0 || job->n > PC_DCT_MAX || (job->n & (job->n - 1)) != 0)
        return PC_ERR_PARAM;
    pc_dct_lines line = *job;
    line.src_step = src_strides[axis] / (ptrdiff_t)item_size;
    line.dst_step = dst_strides[axis] / (ptrdiff_t)item_size;
    plan p = {.line = &line, .src = src, .dst = dst};
    p.kernel = item_size == 4 ? kernels->dct_lines_f32 : kernels->dct_lines_f64;
    order_axes(&p, ndim, axis, shape, src_strides, dst_strides);
    if (p.lines == 0) return PC_OK;

    p.lines_per_job = pc_round_up(PC_MAX(JOB_ELEMENTS / job->n, 1), PC_DCT_BATCH);
    size_t jobs = pc_ceil_div(p.lines, p.lines_per_job);
    threads = pc_parallel_threads(threads, jobs);
    p.room_size = pc_dct_lines_room(job->n, item_size, p.lines);
    p.room = pc_alloc(threads * p.room_size);
    if (p.room == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, jobs, run_lines, &p);
    pc_free(p.room);
    return PC_OK;
}
