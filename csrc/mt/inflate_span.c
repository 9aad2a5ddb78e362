/* Spans of gzip files on several threads: see pycomp/inflate_span.h. */
#include "pycomp/inflate_span.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "deflate/inflate_common.h"
#include "pycomp/parallel.h"

typedef struct spans {
    const pc_kernels *kernels;
    pc_span_job *jobs;
    size_t workspace_size;
    uint8_t *workspaces;
} spans;

enum { TRAILER = 8 };

static pc_status decode_span(const pc_kernels *kernels, pc_inflate *s, const pc_span_job *job)
{
    const uint8_t *src = job->src, *src_end = src + job->src_len;
    uint8_t *dst = job->dst, *dst_end = dst + job->dst_len, *begin = dst;
    pc_inflate_init(s, PC_WRAP_RAW, PC_WINDOW_BITS_MAX);
    if (job->bits > 0) {
        if (src == src_end) return PC_ERR_TRUNCATED;
        s->hold = (uint64_t)*src++ >> (8 - job->bits);
        s->bits = (uint8_t)job->bits;
    }
    if (job->window_len > 0) {
        pc_status status = pc_inflate_set_dictionary(kernels, s, job->window, job->window_len);
        if (status != PC_OK) return status;
    }
    for (int raw = 1; dst < dst_end; raw = 0) {
        switch (pc_inflate_run(kernels, s, &src, src_end, begin, &dst, dst_end)) {
        case PC_INFLATE_END: break;
        case PC_INFLATE_OUTPUT: continue;
        case PC_INFLATE_ERROR: return pc_inflate_status(s);
        default: return dst == dst_end ? PC_OK : PC_ERR_TRUNCATED; /* full, but looking for the next byte */
        }
        if (raw) src += PC_MIN((size_t)(src_end - src), (size_t)TRAILER);
        while (src < src_end && *src == 0) src++; /* padding between members */
        pc_inflate_init(s, PC_WRAP_GZIP, PC_WINDOW_BITS_MAX);
        begin = dst;
    }
    return PC_OK;
}

static void span_job(void *context, size_t job, unsigned worker)
{
    spans *j = context;
    pc_inflate *workspace = (pc_inflate *)(void *)(j->workspaces + worker * j->workspace_size);
    j->jobs[job].status = decode_span(j->kernels, workspace, &j->jobs[job]);
}

pc_status pc_inflate_spans(const pc_kernels *kernels, pc_span_job *jobs, size_t n, unsigned threads)
{
    spans j = {
        .kernels = kernels, .jobs = jobs, .workspace_size = pc_round_up(pc_inflate_size(), PC_ALIGNMENT)};
    size_t total;
    if (n == 0) return PC_OK;
    threads = pc_parallel_threads(threads, n);
    if (!pc_mul_size(threads, j.workspace_size, &total)) return PC_ERR_MEMORY;
    j.workspaces = pc_alloc(total);
    if (j.workspaces == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, n, span_job, &j);
    pc_free(j.workspaces);
    return PC_OK;
}
