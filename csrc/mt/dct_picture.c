/* The blocks of a picture, forward and back: strips of blocks pass through buffers that stay in the L1 cache,
 * where samples are converted, edges padded and coefficients quantised and put in order, so that picture and
 * coefficients are each touched once. A step that a picture does not need is left out, down to floats that go
 * from image to block in registers. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "pycomp/dct.h"
#include "pycomp/parallel.h"
#include "transform/dct_common.h"
#include "transform/stream_common.h"

/* Numbers of a strip: 16 KiB of floats for samples and as many for coefficients share L1 with what they come
 * from; the largest block is one strip. */
enum { STRIP = PC_DCT_BLOCK_MAX * PC_DCT_BLOCK_MAX };

typedef struct plan {
    const pc_kernels *kernels;
    pc_block_job job;
    const char *src;
    char *dst;
    size_t rows, columns; /* of blocks */
    size_t at_once;       /* blocks in a strip */
    size_t rows_per_job;
    size_t sample_size, coefficient_size, work_size; /* bytes of one number; work: of the transform's own */
    float steps[128];
    int quantise;
    int stream; /* the result is too large for the cache */
} plan;

/* Memory of one worker. */
typedef struct strip {
    double samples[STRIP], coefs[STRIP];
    int16_t stored[STRIP];
} strip;

static size_t size_of(pc_sample sample)
{
    static const size_t sizes[] = {1, 1, 2, 2, 4, 8};
    return sizes[sample];
}

#define CONVERT(FROM, TO, EXPRESSION)                                                                        \
    do {                                                                                                     \
        TO *restrict to = dst;                                                                               \
        if (step == (ptrdiff_t)sizeof(FROM)) {                                                               \
            const FROM *restrict from = (const FROM *)(const void *)src;                                     \
            for (size_t i = 0; i < n; i++) {                                                                 \
                FROM x = from[i];                                                                            \
                to[i] = (TO)(EXPRESSION);                                                                    \
            }                                                                                                \
        } else                                                                                               \
            for (size_t i = 0; i < n; i++, src += step) {                                                    \
                FROM x;                                                                                      \
                memcpy(&x, src, sizeof x);                                                                   \
                to[i] = (TO)(EXPRESSION);                                                                    \
            }                                                                                                \
    } while (0)

/* n samples of a row, step bytes apart, to float. */
static void read_floats(pc_sample sample, const char *src, ptrdiff_t step, size_t n, float *dst)
{
    switch (sample) {
    case PC_SAMPLE_U8: CONVERT(uint8_t, float, x); break;
    case PC_SAMPLE_I8: CONVERT(int8_t, float, x); break;
    case PC_SAMPLE_U16: CONVERT(uint16_t, float, x); break;
    case PC_SAMPLE_I16: CONVERT(int16_t, float, x); break;
    case PC_SAMPLE_F32: CONVERT(float, float, x); break;
    case PC_SAMPLE_F64: CONVERT(double, float, x); break;
    }
}

static void read_doubles(const char *src, ptrdiff_t step, size_t n, double *dst)
{
    CONVERT(double, double, x);
}

/* To 16 bits less the level shift, wrapping. */
static void read_fixed(pc_sample sample, const char *src, ptrdiff_t step, size_t n, int shift, int16_t *dst)
{
    switch (sample) {
    case PC_SAMPLE_U8: CONVERT(uint8_t, int16_t, x - shift); break;
    case PC_SAMPLE_I8: CONVERT(int8_t, int16_t, x - shift); break;
    default: CONVERT(int16_t, int16_t, x - shift); break;
    }
}

/* One row of a strip: `inside` samples, then the last one again up to n. */
static void read_row(const plan *p, const char *src, size_t inside, size_t n, void *dst)
{
    const pc_block_job *job = &p->job;
    if (job->fixed) {
        int16_t *to = dst;
        read_fixed(job->sample, src, job->column_stride, inside, (int)job->shift, to);
        for (size_t i = inside; i < n; i++) to[i] = to[inside - 1];
    } else if (p->work_size == 8) {
        double *to = dst;
        read_doubles(src, job->column_stride, inside, to);
        for (size_t i = inside; i < n; i++) to[i] = to[inside - 1];
    } else {
        float *to = dst;
        read_floats(job->sample, src, job->column_stride, inside, to);
        for (size_t i = inside; i < n; i++) to[i] = to[inside - 1];
    }
}

static void transform(const plan *p, int forward, const void *src, ptrdiff_t row_step, void *dst,
                      size_t count)
{
    const pc_block_job *job = &p->job;
    const pc_kernels *k = p->kernels;
    const size_t s = job->size;
    if (job->fixed && forward) {
        k->dct_islow(src, row_step, dst, count);
        return;
    }
    if (job->fixed) {
        k->idct_islow(src, dst, row_step, count);
        return;
    }
    pc_dct_blocks blocks = {(unsigned)s, row_step,     (ptrdiff_t)s, (ptrdiff_t)(s * s),
                            job->shift,  job->factors, job->angles};
    if (p->work_size == 8)
        (forward ? k->dct_blocks_f64 : k->idct_blocks_f64)(&blocks, src, dst, count);
    else
        (forward ? k->dct_blocks_f32 : k->idct_blocks_f32)(&blocks, src, dst, count);
}

/* Numbers of a block from rows to their places, or from their places back to rows. */
static void reorder(const plan *p, int forward, const void *src, void *dst)
{
    const size_t n = (size_t)p->job.size * p->job.size;
    const uint16_t *order = p->job.order;
    for (size_t i = 0; i < n; i++) {
        size_t from = forward ? order[i] : i, to = forward ? i : order[i];
        if (p->coefficient_size == 2)
            ((int16_t *)dst)[to] = ((const int16_t *)src)[from];
        else if (p->coefficient_size == 4)
            ((float *)dst)[to] = ((const float *)src)[from];
        else
            ((double *)dst)[to] = ((const double *)src)[from];
    }
}

/* From the transform's own numbers to those stored, for blocks that lie together in dst. */
static void store(const plan *p, const void *coefs, void *dst, size_t count)
{
    const pc_block_job *job = &p->job;
    const size_t n = (size_t)job->size * job->size, bytes = n * p->coefficient_size;
    if (p->quantise)
        p->kernels->dct_quantise(coefs, p->steps, job->order, count, dst);
    else if (job->coefficient == PC_SAMPLE_I16 && !job->fixed)
        p->kernels->dct_round(coefs, n, job->order, count, dst);
    else if (job->order == NULL)
        memcpy(dst, coefs, count * bytes);
    else
        for (size_t b = 0; b < count; b++)
            reorder(p, 1, (const char *)coefs + b * bytes, (char *)dst + b * bytes);
}

static void forward_strip(const plan *p, strip *room, size_t row, size_t column, size_t count)
{
    const pc_block_job *job = &p->job;
    const size_t s = job->size, y = row * s, x = column * s, n = s * s;
    const size_t width = count * s, inside = PC_MIN(width, job->width - x);
    const char *src = p->src + (ptrdiff_t)y * job->row_stride + (ptrdiff_t)x * job->column_stride;
    char *dst = p->dst + (ptrdiff_t)row * job->block_row_stride + (ptrdiff_t)column * job->block_stride;
    const int aligned = job->row_stride % (ptrdiff_t)p->work_size == 0 && (uintptr_t)src % p->work_size == 0;
    const int as_is = !job->fixed && p->sample_size == p->work_size && job->sample >= PC_SAMPLE_F32 &&
                      job->column_stride == (ptrdiff_t)p->work_size && aligned && inside == width &&
                      y + s <= job->height;
    const void *samples = src;
    ptrdiff_t row_step = job->row_stride / (ptrdiff_t)p->work_size;
    if (!as_is) {
        for (size_t i = 0; i < s; i++) {
            ptrdiff_t down = (ptrdiff_t)(PC_MIN(y + i, job->height - 1) - y);
            read_row(p, src + down * job->row_stride, inside, width,
                     (char *)room->samples + i * width * p->work_size);
        }
        samples = room->samples, row_step = (ptrdiff_t)width;
    }

    const int together = job->block_stride == (ptrdiff_t)(n * p->coefficient_size);
    const int direct = together && job->order == NULL && !p->quantise && p->coefficient_size == p->work_size;
    const int stream = together && p->stream;
    void *coefs = direct && !stream ? (void *)dst : (void *)room->coefs;
    transform(p, 1, samples, row_step, coefs, count);
    if (direct && !stream) return;
    char *stored = together && !stream ? dst : (char *)room->stored;
    if (stored != dst && p->coefficient_size > 2) stored = (char *)room->samples; /* read and done with */
    if (direct)
        stored = coefs;
    else
        store(p, coefs, stored, count);
    if (stream) p->kernels->stream_copy(dst, stored, count * n * p->coefficient_size);
    if (together) return;
    for (size_t b = 0; b < count; b++)
        memcpy(dst + (ptrdiff_t)b * job->block_stride, stored + b * n * p->coefficient_size,
               n * p->coefficient_size);
}

#define WRITE(FROM, TO, EXPRESSION)                                                                          \
    do {                                                                                                     \
        const FROM *restrict from = src;                                                                     \
        if (step == (ptrdiff_t)sizeof(TO)) {                                                                 \
            TO *restrict to = (TO *)(void *)dst;                                                             \
            for (size_t i = 0; i < n; i++) {                                                                 \
                FROM x = from[i];                                                                            \
                to[i] = (TO)(EXPRESSION);                                                                    \
            }                                                                                                \
        } else                                                                                               \
            for (size_t i = 0; i < n; i++, dst += step) {                                                    \
                FROM x = from[i];                                                                            \
                TO y = (TO)(EXPRESSION);                                                                     \
                memcpy(dst, &y, sizeof y);                                                                   \
            }                                                                                                \
    } while (0)

/* Half up after the range is cut to [low, high]; NaN gives low. */
static float limited(float x, float low, float high)
{
    x = x > low ? x : low;
    return x < high ? x : high;
}

static void write_floats(pc_sample sample, const float *src, size_t n, char *dst, ptrdiff_t step)
{
    switch (sample) { /* rounded half up: truncation after a shift into positive numbers */
    case PC_SAMPLE_U8: WRITE(float, uint8_t, (int)(limited(x, 0, 255) + 0.5f)); break;
    case PC_SAMPLE_I8: WRITE(float, int8_t, (int)(limited(x, -128, 127) + 128.5f) - 128); break;
    case PC_SAMPLE_U16: WRITE(float, uint16_t, (int)(limited(x, 0, 65535) + 0.5f)); break;
    case PC_SAMPLE_I16: WRITE(float, int16_t, (int)(limited(x, -32768, 32767) + 32768.5f) - 32768); break;
    case PC_SAMPLE_F32: WRITE(float, float, x); break;
    case PC_SAMPLE_F64: WRITE(float, double, x); break;
    }
}

static void write_doubles(const double *src, size_t n, char *dst, ptrdiff_t step)
{
    WRITE(double, double, x);
}

static int clamped(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

static void write_fixed(pc_sample sample, const int16_t *src, size_t n, int shift, char *dst, ptrdiff_t step)
{
    switch (sample) {
    case PC_SAMPLE_U8: WRITE(int16_t, uint8_t, clamped(x + shift, 0, 255)); break;
    case PC_SAMPLE_I8: WRITE(int16_t, int8_t, clamped(x + shift, -128, 127)); break;
    default: WRITE(int16_t, int16_t, clamped(x + shift, -32768, 32767)); break;
    }
}

/* Stored integers to rows, times their steps; products wrap, as the transform's sums do. */
static void load_fixed(const pc_block_job *job, const int16_t *from, int16_t *restrict to)
{
    int16_t placed[64];
    if (job->order != NULL) {
        for (size_t i = 0; i < 64; i++) placed[job->order[i]] = from[i];
        from = placed;
    }
    if (job->steps == NULL)
        memcpy(to, from, sizeof placed);
    else
        for (size_t i = 0; i < 64; i++) to[i] = (int16_t)((unsigned)from[i] * job->steps[i]);
}

/* Stored numbers of one block to the transform's own. */
static void load(const plan *p, const char *src, void *dst)
{
    const pc_block_job *job = &p->job;
    const size_t n = (size_t)job->size * job->size;
    if (p->coefficient_size != 2) {
        if (job->order == NULL)
            memcpy(dst, src, n * p->coefficient_size);
        else
            reorder(p, 0, src, dst);
        return;
    }
    const int16_t *from = (const int16_t *)(const void *)src;
    if (job->fixed) {
        load_fixed(job, from, dst);
        return;
    }
    float *to = dst;
    if (job->order == NULL)
        for (size_t i = 0; i < n; i++) to[i] = (float)from[i];
    else
        for (size_t i = 0; i < n; i++) to[job->order[i]] = (float)from[i];
}

static void backward_strip(const plan *p, strip *room, size_t row, size_t column, size_t count)
{
    const pc_block_job *job = &p->job;
    const size_t s = job->size, y = row * s, x = column * s, n = s * s;
    const size_t width = count * s, inside = PC_MIN(width, job->width - x);
    const char *src = p->src + (ptrdiff_t)row * job->block_row_stride + (ptrdiff_t)column * job->block_stride;
    char *dst = p->dst + (ptrdiff_t)y * job->row_stride + (ptrdiff_t)x * job->column_stride;
    const int together = job->block_stride == (ptrdiff_t)(n * p->coefficient_size);
    const void *coefs = src;
    if (!together || job->order != NULL || p->coefficient_size != p->work_size || job->steps != NULL) {
        for (size_t b = 0; b < count; b++)
            load(p, src + (ptrdiff_t)b * job->block_stride, (char *)room->coefs + b * n * p->work_size);
        coefs = room->coefs;
    }

    const int aligned = job->row_stride % (ptrdiff_t)p->work_size == 0 && (uintptr_t)dst % p->work_size == 0;
    const int as_is = !job->fixed && p->sample_size == p->work_size && job->sample >= PC_SAMPLE_F32 &&
                      job->column_stride == (ptrdiff_t)p->work_size && aligned && inside == width &&
                      y + s <= job->height;
    if (as_is) {
        transform(p, 0, coefs, job->row_stride / (ptrdiff_t)p->work_size, dst, count);
        return;
    }
    transform(p, 0, coefs, (ptrdiff_t)width, room->samples, count);
    for (size_t i = 0; i < s && y + i < job->height; i++) {
        const void *from = (const char *)room->samples + i * width * p->work_size;
        char *to = dst + (ptrdiff_t)i * job->row_stride;
        if (job->fixed)
            write_fixed(job->sample, from, inside, (int)job->shift, to, job->column_stride);
        else if (p->work_size == 8)
            write_doubles(from, inside, to, job->column_stride);
        else
            write_floats(job->sample, from, inside, to, job->column_stride);
    }
}

typedef struct work {
    const plan *p;
    strip *rooms;
    int forward;
} work;

static void run_rows(void *context, size_t job, unsigned worker)
{
    const work *w = context;
    const plan *p = w->p;
    size_t end = PC_MIN((job + 1) * p->rows_per_job, p->rows);
    for (size_t row = job * p->rows_per_job; row < end; row++)
        for (size_t column = 0; column < p->columns; column += p->at_once) {
            size_t count = PC_MIN(p->at_once, p->columns - column);
            if (w->forward)
                forward_strip(p, w->rooms + worker, row, column, count);
            else
                backward_strip(p, w->rooms + worker, row, column, count);
        }
    if (p->stream) p->kernels->stream_end();
}

static pc_status run(const pc_kernels *kernels, const pc_block_job *job, int forward, const void *src,
                     void *dst, unsigned threads)
{
    const unsigned s = job->size;
    if (s < 4 || s > PC_DCT_BLOCK_MAX || (s & (s - 1)) != 0 || (job->fixed && s != 8)) return PC_ERR_PARAM;
    if (job->fixed && job->coefficient != PC_SAMPLE_I16) return PC_ERR_PARAM;
    if ((job->sample == PC_SAMPLE_F64) != (job->coefficient == PC_SAMPLE_F64)) return PC_ERR_PARAM;
    if (job->height == 0 || job->width == 0) return PC_OK;
    plan p = {.kernels = kernels, .job = *job, .src = src, .dst = dst};
    p.rows = pc_ceil_div(job->height, s);
    p.columns = pc_ceil_div(job->width, s);
    p.at_once = STRIP / ((size_t)s * s);
    p.sample_size = size_of(job->sample);
    p.coefficient_size = size_of(job->coefficient);
    p.work_size = job->fixed ? 2 : job->coefficient == PC_SAMPLE_F64 ? 8 : 4;
    /* Backwards a strip's rows are too short for that. */
    p.stream = forward && p.rows * p.columns * s * s >= PC_STREAM_FROM / p.coefficient_size;
    p.quantise = forward && job->fixed && job->steps != NULL;
    if (p.quantise) pc_dct_steps(job->steps, p.steps);
    /* Jobs of some 64 Ki samples. */
    p.rows_per_job = PC_MAX(((size_t)1 << 16) / PC_MAX(job->width * s, 1), 1);
    size_t jobs = pc_ceil_div(p.rows, p.rows_per_job);
    threads = pc_parallel_threads(threads, jobs);
    work w = {&p, pc_alloc(threads * sizeof(strip)), forward};
    if (w.rooms == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, jobs, run_rows, &w);
    pc_free(w.rooms);
    return PC_OK;
}

pc_status pc_block_forward(const pc_kernels *kernels, const pc_block_job *job, const void *picture,
                           void *coefficients, unsigned threads)
{
    return run(kernels, job, 1, picture, coefficients, threads);
}

pc_status pc_block_backward(const pc_kernels *kernels, const pc_block_job *job, const void *coefficients,
                            void *picture, unsigned threads)
{
    return run(kernels, job, 0, coefficients, picture, threads);
}

typedef struct series {
    void (*kernel)(const pc_dct_blocks *job, const void *src, void *dst, size_t count);
    const pc_dct_blocks *job;
    const char *src;
    char *dst;
    size_t count, per_job;
    ptrdiff_t src_step, dst_step; /* bytes from block to block */
} series;

static void run_series(void *context, size_t job, unsigned worker)
{
    const series *s = context;
    const size_t first = job * s->per_job;
    (void)worker;
    s->kernel(s->job, s->src + (ptrdiff_t)first * s->src_step, s->dst + (ptrdiff_t)first * s->dst_step,
              PC_MIN(s->per_job, s->count - first));
}

void pc_dct_blocks_run(const pc_kernels *kernels, const pc_dct_blocks *job, size_t item_size, int forward,
                       const void *src, void *dst, size_t count, unsigned threads)
{
    const ptrdiff_t image_step = job->block_step * (ptrdiff_t)item_size;
    const ptrdiff_t coef_step = job->coef_step * (ptrdiff_t)item_size;
    series s = {
        NULL, job, src, dst, count, 0, forward ? image_step : coef_step, forward ? coef_step : image_step};
    if (item_size == 4)
        s.kernel = forward ? kernels->dct_blocks_f32 : kernels->idct_blocks_f32;
    else
        s.kernel = forward ? kernels->dct_blocks_f64 : kernels->idct_blocks_f64;
    s.per_job = ((size_t)1 << 16) / ((size_t)job->size * job->size); /* even, for two blocks a vector */
    pc_parallel_for(threads, pc_ceil_div(count, s.per_job), run_series, &s);
}
