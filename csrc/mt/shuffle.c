/* Shuffles of whole buffers, a run of elements a job. */
#include "pycomp/shuffle.h"

#include "base/checked.h"
#include "pycomp/parallel.h"
#include "transform/shuffle_common.h"

/* Elements of a job times their width: some fifty microseconds' work. */
enum { PIECE = 1 << 19 };

typedef struct walk {
    const pc_kernels *kernels;
    pc_shuffle_kind kind;
    const uint8_t *src;
    uint8_t *dst, *ends;
    size_t n, width, piece;
    int inverse;
} walk;

static void run(void *context, size_t job, unsigned worker)
{
    const walk *w = context;
    (void)worker;
    size_t first = job * w->piece, n = PC_MIN(w->piece, w->n - first);
    if (w->inverse)
        pc_unshuffle_part(w->kernels, w->kind, w->src, first, n, w->n, w->width, w->dst, w->ends);
    else
        pc_shuffle_part(w->kernels, w->kind, w->src, first, n, w->n, w->width, w->dst);
}

static pc_status walk_all(walk *w, unsigned threads)
{
    size_t bytes;
    if (w->width == 0 || w->width > PC_SHUFFLE_MAX_WIDTH || !pc_mul_size(w->n, w->width, &bytes))
        return PC_ERR_PARAM;
    if (w->n == 0) return PC_OK;
    size_t block = pc_shuffle_block(w->width);
    w->piece = PC_MAX((size_t)PIECE / w->width / block, 1) * block;
    /* Sums of a plane go through all of it: one thread's work, and in order. */
    if (w->inverse && w->kind == PC_SHUFFLE_DELTA) threads = 1;
    pc_parallel_for(threads, pc_ceil_div(w->n, w->piece), run, w);
    return PC_OK;
}

pc_status pc_shuffle(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t n,
                     size_t width, uint8_t *dst, unsigned threads)
{
    walk w = {kernels, kind, src, dst, NULL, n, width, 0, 0};
    return walk_all(&w, threads);
}

pc_status pc_unshuffle(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t n,
                       size_t width, uint8_t *dst, unsigned threads)
{
    uint8_t ends[PC_SHUFFLE_MAX_WIDTH] = {0};
    walk w = {kernels, kind, src, dst, ends, n, width, 0, 1};
    return walk_all(&w, threads);
}
