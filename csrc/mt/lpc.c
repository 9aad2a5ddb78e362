/* Linear prediction of batches, shared out to threads by blocks. */
#include "pycomp/lpc.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "predict/lpc_common.h"
#include "pycomp/parallel.h"

typedef struct walk {
    const pc_kernels *kernels;
    const pc_lpc_job *job;
    size_t blocks, room; /* of a worker, in bytes */
    uint8_t *rooms;
    const double *weights;
} walk;

static void run_choose(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    pc_lpc_choose_block(w->kernels, w->job, number, w->weights, w->rooms + worker * w->room);
}

static void run_residual(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    pc_lpc_residual_block(w->kernels, w->job, number, w->rooms + worker * w->room);
}

static void run_lanes(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    size_t first = number * PC_LPC_LANES, count = PC_MIN((size_t)PC_LPC_LANES, w->blocks - first);
    pc_lpc_restore_blocks(w->kernels, w->job, first, count, (int32_t *)(void *)(w->rooms + worker * w->room));
}

/* The blocks of a job, false if its sizes make no sense. */
static int count_blocks(const pc_lpc_job *job, size_t *blocks)
{
    if (job->block == 0 || job->block > PTRDIFF_MAX / 1024 || (job->width != 2 && job->width != 4)) return 0;
    if (job->stride > PC_LPC_MAX_ORDER || job->max_order > job->stride || job->sample_bits == 0 ||
        job->sample_bits > 8 * job->width)
        return 0;
    return pc_mul_size(job->lines, pc_ceil_div(job->n, job->block), blocks);
}

static pc_status run(walk *w, size_t jobs, unsigned threads, pc_job_fn fn)
{
    size_t size;
    if (jobs == 0) return PC_OK;
    threads = pc_parallel_threads(threads, jobs);
    w->room = pc_round_up(w->room, PC_ALIGNMENT);
    if (!pc_mul_size(w->room, threads, &size)) return PC_ERR_MEMORY;
    w->rooms = pc_alloc(size);
    if (w->rooms == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, jobs, fn, w);
    pc_free(w->rooms);
    return PC_OK;
}

static int sound(const pc_lpc_job *job, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++)
        if (job->orders[i] > job->stride || job->shifts[i] > PC_LPC_MAX_SHIFT) return 0;
    return 1;
}

pc_status pc_lpc_choose(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads)
{
    walk w = {.kernels = kernels, .job = job};
    if (!count_blocks(job, &w.blocks)) return PC_ERR_PARAM;
    if (job->precision < PC_LPC_MIN_PRECISION || job->precision > PC_LPC_MAX_PRECISION) return PC_ERR_PARAM;
    double *weights = pc_alloc(job->block * sizeof *weights);
    if (weights == NULL) return PC_ERR_MEMORY;
    if (job->max_order != 0 && job->n >= job->block) pc_lpc_weights(job->window, weights, job->block);
    w.weights = weights;
    w.room = pc_lpc_room(job->block);
    pc_status status = run(&w, w.blocks, threads, run_choose);
    pc_free(weights);
    return status;
}

pc_status pc_lpc_residual(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads)
{
    walk w = {.kernels = kernels, .job = job};
    if (!count_blocks(job, &w.blocks) || !sound(job, w.blocks)) return PC_ERR_PARAM;
    w.room = job->width == 4 ? PC_ALIGNMENT : job->block * sizeof(int32_t);
    return run(&w, w.blocks, threads, run_residual);
}

pc_status pc_lpc_restore(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads)
{
    walk w = {.kernels = kernels, .job = job};
    if (!count_blocks(job, &w.blocks)) return PC_ERR_PARAM;
    if (!sound(job, w.blocks)) return PC_ERR_CORRUPT;
    w.room = PC_MIN(w.blocks, (size_t)PC_LPC_LANES) * job->block * sizeof(int32_t);
    return run(&w, pc_ceil_div(w.blocks, PC_LPC_LANES), threads, run_lanes);
}
