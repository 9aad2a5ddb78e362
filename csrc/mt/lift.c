/* The integer 5/3 wavelet of whole arrays, in strips of columns and bands of rows. */
#include "base/checked.h"
#include "pycomp/parallel.h"
#include "transform/lift_common.h"

/* Rows of a band: two are transformed twice. */
enum { BAND = 128 };

typedef struct walk {
    const pc_kernels *kernels;
    const pc_lift_job *job;
    size_t strips, bands;
} walk;

static void run(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    const pc_lift_job *job = w->job;
    (void)worker;
    size_t image = number / (w->strips * w->bands), part_number = number % (w->strips * w->bands);
    size_t lows = job->rows - job->rows / 2, cols = job->cols - job->cols / 2;
    size_t row = part_number / w->strips * BAND, col = part_number % w->strips * PC_LIFT_COLS;
    pc_lift_part part = {w->kernels, job,
                         {0},        {0},
                         col,        PC_MIN(cols - col, (size_t)PC_LIFT_COLS),
                         row,        PC_MIN(lows - row, (size_t)BAND)};
    for (unsigned b = 0; b < 4; b++) {
        ptrdiff_t band = (ptrdiff_t)image * job->band_step[b], whole = (ptrdiff_t)image * job->image_step;
        if (job->src[b] != NULL) part.src[b] = job->src[b] + (job->inverse ? band : whole);
        if (job->dst[b] != NULL) part.dst[b] = job->dst[b] + (job->inverse ? whole : band);
    }
    (job->inverse ? pc_lift_inverse : pc_lift_forward)(&part);
}

pc_status pc_lift53(const pc_kernels *kernels, const pc_lift_job *job, unsigned threads)
{
    size_t jobs;
    if (job->width != 1 && job->width != 2 && job->width != 4 && job->width != 8) return PC_ERR_PARAM;
    if (job->rows == 0 || job->cols == 0 || job->batch == 0) return PC_OK;
    walk w = {kernels, job, pc_ceil_div(job->cols - job->cols / 2, PC_LIFT_COLS),
              pc_ceil_div(job->rows - job->rows / 2, BAND)};
    if (!pc_mul_size(w.strips * w.bands, job->batch, &jobs)) return PC_ERR_PARAM;
    pc_parallel_for(threads, jobs, run, &w);
    return PC_OK;
}
