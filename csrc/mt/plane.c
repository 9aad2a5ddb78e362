/* Predictors of whole pictures, rows shared out to threads where they may be. */
#include "base/checked.h"
#include "base/compiler.h"
#include "pycomp/parallel.h"
#include "pycomp/plane.h"

/* Bytes of a job, some tens of microseconds' work. */
enum { PIECE = 1 << 18 };

typedef struct walk {
    const pc_kernels *kernels;
    const pc_plane_job *job;
    size_t rows; /* of a piece */
    int restore;
} walk;

static void run(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    const pc_plane_job *job = w->job;
    (void)worker;
    size_t row = number * w->rows, end = PC_MIN(row + w->rows, job->rows);
    for (; row < end; row++) {
        const uint8_t *cur = job->src + (ptrdiff_t)row * job->src_stride;
        uint8_t *dst = job->dst + (ptrdiff_t)row * job->dst_stride;
        const uint8_t *above = w->restore ? dst - job->dst_stride : cur - job->src_stride;
        if (w->restore)
            pc_plane_restore_row(w->kernels, job, cur, row == 0 ? NULL : above, dst);
        else
            pc_plane_predict_row(w->kernels, job, cur, row == 0 ? NULL : above, dst);
    }
}

static pc_status walk_rows(walk *w, unsigned threads)
{
    const pc_plane_job *job = w->job;
    if ((job->width != 1 && job->width != 2) || job->channels == 0 || job->method > PC_PLANE_MED)
        return PC_ERR_PARAM;
    if (job->samples % job->channels != 0) return PC_ERR_PARAM;
    if (job->rows == 0 || job->samples == 0) return PC_OK;
    if (w->restore && job->method != PC_PLANE_LEFT) threads = 1; /* and jobs run in order */
    w->rows = PC_MAX(PIECE / (job->samples * job->width), 1);
    pc_parallel_for(threads, pc_ceil_div(job->rows, w->rows), run, w);
    return PC_OK;
}

pc_status pc_plane_predict(const pc_kernels *kernels, const pc_plane_job *job, unsigned threads)
{
    walk w = {kernels, job, 0, 0};
    return walk_rows(&w, threads);
}

pc_status pc_plane_restore(const pc_kernels *kernels, const pc_plane_job *job, unsigned threads)
{
    walk w = {kernels, job, 0, 1};
    return walk_rows(&w, threads);
}
