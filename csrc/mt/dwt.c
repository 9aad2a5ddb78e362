/* Wavelet transforms of whole arrays: which walk, and its parts shared out to threads.
 *
 * Two axes are walked at once, in strips of columns, and bands of rows where there are threads to feed: a
 * band begins by analysing again the few rows that its neighbour above ended with. One axis is walked along
 * itself, or across where another axis is contiguous and long enough to fill vectors. */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/compiler.h"
#include "pycomp/parallel.h"
#include "transform/dwt_common.h"
#include "transform/stream_common.h"

enum {
    SHORTEST_ROW = 16,  /* elements: one vector of the widest tier */
    LEAST_BAND = 64,    /* rows: the ones analysed twice stay a small part even for long filters */
    JOB = 1 << 15,      /* elements of a job, far above its cost */
    STREAMED_ROW = 1024 /* bytes: of a shorter row the lines at its ends, which it shares, count too much */
};

typedef struct walk {
    const pc_kernels *kernels;
    const pc_dwt_job *job;
    pc_dwt_level level[2];
    void (*part)(const pc_dwt_part *part);
    void (*undecimated)(const pc_dwt_part *part, size_t step);
    size_t step;
    unsigned across; /* the other axis that rows run along, or dims */
    ptrdiff_t src_stride[2], dst_stride[2];
    size_t rows, cols;  /* outputs in all */
    size_t band, strip; /* outputs of a part */
    size_t bands, strips;
    int stream;                    /* the result is too large for the cache */
    size_t places, places_per_job; /* of the other axes */
    char *rooms;                   /* one a worker */
} walk;

static void locate(const walk *w, size_t place, ptrdiff_t *src, ptrdiff_t *dst)
{
    const pc_dwt_job *job = w->job;
    *src = *dst = 0;
    for (unsigned d = job->dims; d-- > 0;) {
        if (d == w->across) continue;
        size_t at = place % job->shape[d];
        place /= job->shape[d];
        *src += (ptrdiff_t)at * job->src_strides[d];
        *dst += (ptrdiff_t)at * job->dst_strides[d];
    }
}

static void run_place(const walk *w, size_t place, size_t row, size_t col, void *room)
{
    const pc_dwt_job *job = w->job;
    ptrdiff_t item = job->is_double ? (ptrdiff_t)sizeof(double) : (ptrdiff_t)sizeof(float), src, dst;
    locate(w, place, &src, &dst);
    pc_dwt_part part = {w->kernels,
                        {&w->level[0], &w->level[1]},
                        {0},
                        {0},
                        {w->src_stride[0], w->src_stride[1]},
                        {w->dst_stride[0], w->dst_stride[1]},
                        row,
                        PC_MIN(w->band, w->rows - row),
                        col,
                        PC_MIN(w->strip, w->cols - col),
                        w->stream,
                        room};
    for (unsigned b = 0; b < 4; b++) {
        if (job->src[b] != NULL) part.src[b] = (const char *)job->src[b] + src * item;
        if (job->dst[b] != NULL) part.dst[b] = (char *)job->dst[b] + dst * item;
    }
    if (w->undecimated != NULL)
        w->undecimated(&part, w->step);
    else
        w->part(&part);
}

static void run(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    size_t parts = w->bands * w->strips, first = number / parts * w->places_per_job;
    size_t end = PC_MIN(first + w->places_per_job, w->places), part = number % parts;
    for (size_t place = first; place < end; place++)
        run_place(w, place, part / w->strips * w->band, part % w->strips * w->strip,
                  w->rooms + worker * (size_t)PC_DWT_WORKSPACE);
}

static int valid(const pc_dwt_job *job)
{
    if (job->axes < 1 || job->axes > 2 || job->dims > PC_DWT_MAX_DIMS) return 0;
    for (unsigned a = 0; a < job->axes; a++) {
        const pc_dwt_bank *bank = job->bank[2 - job->axes + a];
        if (bank->taps < 2 || bank->taps > PC_DWT_MAX_TAPS || bank->taps % 2) return 0;
        if ((unsigned)job->mode[2 - job->axes + a] > PC_DWT_PERIODIZATION) return 0;
    }
    return 1;
}

/* Another axis whose elements are side by side, the longest. */
static unsigned row_axis(const pc_dwt_job *job)
{
    unsigned best = job->dims;
    size_t longest = SHORTEST_ROW - 1;
    if (job->axes == 2 || (job->src_stride[1] == 1 && job->dst_stride[1] == 1)) return best;
    for (unsigned d = 0; d < job->dims; d++)
        if (job->src_strides[d] == 1 && job->dst_strides[d] == 1 && job->shape[d] > longest)
            best = d, longest = job->shape[d];
    return best;
}

static void levels(walk *w)
{
    const pc_dwt_job *job = w->job;
    for (unsigned a = 2 - job->axes; a < 2; a++) {
        w->src_stride[a] = job->src_stride[a], w->dst_stride[a] = job->dst_stride[a];
        if (w->undecimated != NULL) {
            pc_dwt_analysis(&w->level[a], job->bank[a], job->length[a], PC_DWT_PERIODIZATION);
            w->level[a].outputs = job->length[a];
            w->level[a].mode = PC_DWT_PERIODIC;
        } else if (job->inverse) {
            pc_dwt_synthesis(&w->level[a], job->bank[a], job->length[a], job->mode[a]);
        } else {
            pc_dwt_analysis(&w->level[a], job->bank[a], job->length[a], job->mode[a]);
        }
    }
    w->rows = job->axes == 2 ? w->level[0].outputs : 1;
    w->cols = w->level[1].outputs;
    if (w->across == job->dims) return;
    w->level[0] = w->level[1];
    w->src_stride[0] = job->src_stride[1], w->dst_stride[0] = job->dst_stride[1];
    w->rows = w->cols, w->cols = job->shape[w->across];
}

/* Strips and bands: one strip is what fits the cache; bands only where strips and places leave threads idle.
 */
static void share(walk *w, unsigned threads)
{
    const pc_dwt_job *job = w->job;
    size_t item = job->is_double ? sizeof(double) : sizeof(float);
    unsigned taps = w->level[0].taps * (job->inverse ? 2u : 1u);
    int rowwise = job->axes == 2 || w->across < job->dims;
    w->strip = rowwise ? pc_dwt_cols(taps, item) : 4 * (size_t)PC_DWT_COLS;
    w->strips = pc_ceil_div(w->cols, w->strip);
    w->band = w->rows, w->bands = 1;
    size_t parts = w->strips * w->places;
    if (rowwise && threads > 1 && parts < 8 * (size_t)threads) {
        size_t bands = pc_ceil_div(8 * (size_t)threads, parts);
        w->band = PC_MAX(pc_ceil_div(w->rows, bands), (size_t)LEAST_BAND);
        w->bands = pc_ceil_div(w->rows, w->band);
    }
    size_t elements = PC_MIN(w->rows, w->band) * PC_MIN(w->cols, w->strip);
    w->places_per_job = w->strips * w->bands == 1 ? PC_MAX(JOB / elements, 1) : 1;
}

static pc_status walk_all(walk *w, unsigned threads)
{
    const pc_dwt_job *job = w->job;
    if (!valid(job)) return PC_ERR_PARAM;
    w->across = w->undecimated != NULL ? job->dims : row_axis(job);
    w->places = 1;
    for (unsigned d = 0; d < job->dims; d++) {
        if (job->shape[d] == 0) return PC_OK;
        if (d != w->across && !pc_mul_size(w->places, job->shape[d], &w->places)) return PC_ERR_PARAM;
    }
    for (unsigned a = 2 - job->axes; a < 2; a++)
        if (job->length[a] == 0) return PC_ERR_PARAM;
    levels(w);
    const size_t item = job->is_double ? sizeof(double) : sizeof(float);
    w->stream = job->axes == 2 && w->cols * item >= STREAMED_ROW &&
                w->places * w->rows * w->cols >= PC_STREAM_FROM / 4 / item;
    if (w->rows == 0 || w->cols == 0) return PC_OK;
    share(w, threads);
    size_t jobs = pc_ceil_div(w->places, w->places_per_job) * w->bands * w->strips;
    threads = pc_parallel_threads(threads, jobs);
    w->rooms = pc_alloc(threads * (size_t)PC_DWT_WORKSPACE);
    if (w->rooms == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, jobs, run, w);
    pc_free(w->rooms);
    return PC_OK;
}

pc_status pc_dwt(const pc_kernels *kernels, const pc_dwt_job *job, unsigned threads)
{
    static void (*const parts[2][2][3])(const pc_dwt_part *) = {
        {{pc_dwt_forward_along_f32, pc_dwt_forward2_f32, pc_dwt_forward_across_f32},
         {pc_dwt_forward_along_f64, pc_dwt_forward2_f64, pc_dwt_forward_across_f64}},
        {{pc_dwt_inverse_along_f32, pc_dwt_inverse2_f32, pc_dwt_inverse_across_f32},
         {pc_dwt_inverse_along_f64, pc_dwt_inverse2_f64, pc_dwt_inverse_across_f64}}};
    walk w = {0};
    w.kernels = kernels;
    w.job = job;
    unsigned way = job->axes == 2 ? 1 : row_axis(job) < job->dims ? 2 : 0;
    w.part = parts[job->inverse != 0][job->is_double != 0][way];
    return walk_all(&w, threads);
}

pc_status pc_swt(const pc_kernels *kernels, const pc_dwt_job *job, size_t step, unsigned threads)
{
    walk w = {0};
    w.kernels = kernels;
    w.job = job;
    w.undecimated = job->is_double ? pc_swt_along_f64 : pc_swt_along_f32;
    w.step = step;
    if (job->axes != 1 || job->inverse) return PC_ERR_PARAM;
    return walk_all(&w, threads);
}
