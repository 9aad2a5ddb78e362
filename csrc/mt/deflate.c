/* DEFLATE on several threads: see pycomp/deflate_parallel.h. Each thread has a workspace and room for a
 * block's output, which it copies from there when the block's turn comes. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "pycomp/adler32.h"
#include "pycomp/crc32.h"
#include "pycomp/deflate_parallel.h"
#include "pycomp/parallel.h"

size_t pc_deflate_parallel_bound(const pc_deflate_params *params, size_t n, size_t block_size)
{
    size_t blocks = PC_MAX(pc_ceil_div(n, block_size), (size_t)1), total;
    size_t slot = pc_deflate_bound(params, PC_MIN(block_size, n));
    return slot != SIZE_MAX && pc_mul_size(blocks, slot, &total) ? total : SIZE_MAX;
}

typedef struct block_result {
    pc_status status;
    uint32_t check;
    size_t size;
} block_result;

typedef struct block_jobs {
    const pc_kernels *kernels;
    const pc_deflate_params *params;
    const uint8_t *src;
    size_t begin, end, block_size, slot, workspace_size;
    int last;
    uint8_t *dst, *rooms;
    block_result *results;
} block_jobs;

static size_t make_block(void *context, size_t job, unsigned worker)
{
    block_jobs *j = context;
    block_result *r = &j->results[job];
    size_t begin = j->begin + job * j->block_size, end = PC_MIN(j->end, begin + j->block_size);
    uint8_t *room = j->rooms + worker * (j->workspace_size + j->slot);
    r->status = pc_deflate_piece(j->kernels, (pc_deflate *)(void *)room, j->params, j->src, begin, end,
                                 j->last && end == j->end, room + j->workspace_size, j->slot, &r->size);
    r->check = j->params->wrap == PC_WRAP_ZLIB ? pc_adler32(j->kernels, 1, j->src + begin, end - begin)
                                               : pc_crc32(j->kernels, 0, j->src + begin, end - begin);
    return r->status == PC_OK ? r->size : SIZE_MAX;
}

static void place_block(void *context, size_t job, unsigned worker, size_t at)
{
    const block_jobs *j = context;
    memcpy(j->dst + at, j->rooms + worker * (j->workspace_size + j->slot) + j->workspace_size,
           j->results[job].size);
}

pc_status pc_deflate_parallel(const pc_kernels *kernels, const pc_deflate_params *params, const uint8_t *src,
                              size_t begin, size_t end, int last, size_t block_size, unsigned threads,
                              uint8_t *dst, size_t dst_cap, size_t *dst_len, uint32_t *check)
{
    if (begin > end || block_size == 0 || block_size > SIZE_MAX / 2) return PC_ERR_PARAM;
    size_t n = end - begin, jobs = PC_MAX(pc_ceil_div(n, block_size), (size_t)1), space, total;
    size_t workspace_size = pc_round_up(pc_deflate_size(params), PC_ALIGNMENT);
    size_t slot = pc_round_up(pc_deflate_bound(params, PC_MIN(block_size, n)), PC_ALIGNMENT);
    if (dst_cap < pc_deflate_parallel_bound(params, n, block_size)) return PC_ERR_DST_SIZE;
    threads = pc_parallel_threads(threads, jobs);
    if (!pc_mul_size(threads, workspace_size + slot, &space) ||
        !pc_mul_size(jobs, sizeof(block_result), &total) || !pc_add_size(total, space, &total))
        return PC_ERR_MEMORY;
    uint8_t *room = pc_alloc(total);
    if (room == NULL) return PC_ERR_MEMORY;

    block_jobs j = {.kernels = kernels,
                    .params = params,
                    .src = src,
                    .begin = begin,
                    .end = end,
                    .block_size = block_size,
                    .slot = slot,
                    .workspace_size = workspace_size,
                    .last = last,
                    .dst = dst,
                    .rooms = room,
                    .results = (block_result *)(void *)(room + space)};
    *dst_len = pc_parallel_pack(threads, jobs, make_block, place_block, &j);

    pc_status status = PC_OK;
    *check = params->wrap == PC_WRAP_ZLIB ? 1 : 0;
    for (size_t i = 0; i < jobs && status == PC_OK; i++) {
        const block_result *r = &j.results[i];
        size_t size = PC_MIN(block_size, n - i * block_size);
        status = r->status;
        *check = params->wrap == PC_WRAP_ZLIB ? pc_adler32_combine(*check, r->check, size)
                                              : pc_crc32_combine(*check, r->check, size);
    }
    if (status != PC_OK) *dst_len = 0;
    pc_free(room);
    return status;
}

typedef struct batch {
    const pc_kernels *kernels;
    const pc_deflate_params *params; /* NULL: inflate */
    pc_wrap wrap;
    pc_stream_job *jobs;
    size_t workspace_size;
    uint8_t *workspaces;
} batch;

static void batch_job(void *context, size_t job, unsigned worker)
{
    batch *b = context;
    pc_stream_job *s = &b->jobs[job];
    void *workspace = b->workspaces + worker * b->workspace_size;
    if (b->params != NULL) {
        s->src_used = s->src_len;
        s->status = pc_deflate_whole(b->kernels, workspace, b->params, s->src, s->src_len, s->dst, s->dst_cap,
                                     &s->dst_len);
    } else {
        s->status = pc_inflate_whole(b->kernels, workspace, b->wrap, s->src, s->src_len, &s->src_used, s->dst,
                                     s->dst_cap, &s->dst_len);
    }
}

static pc_status run_batch(batch *b, size_t n, unsigned threads)
{
    size_t total;
    if (n == 0) return PC_OK;
    threads = pc_parallel_threads(threads, n);
    b->workspace_size = pc_round_up(b->workspace_size, PC_ALIGNMENT);
    if (!pc_mul_size(threads, b->workspace_size, &total)) return PC_ERR_MEMORY;
    b->workspaces = pc_alloc(total);
    if (b->workspaces == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, n, batch_job, b);
    pc_free(b->workspaces);
    return PC_OK;
}

pc_status pc_deflate_batch(const pc_kernels *kernels, const pc_deflate_params *params, pc_stream_job *jobs,
                           size_t n, unsigned threads)
{
    batch b = {.kernels = kernels, .params = params, .jobs = jobs, .workspace_size = pc_deflate_size(params)};
    return b.workspace_size == 0 ? PC_ERR_PARAM : run_batch(&b, n, threads);
}

pc_status pc_inflate_batch(const pc_kernels *kernels, pc_wrap wrap, pc_stream_job *jobs, size_t n,
                           unsigned threads)
{
    batch b = {.kernels = kernels, .wrap = wrap, .jobs = jobs, .workspace_size = pc_inflate_size()};
    return run_batch(&b, n, threads);
}
