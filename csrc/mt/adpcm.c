/* ADPCM of whole files and batches, shared out to threads a few thousand samples at a time. */
#include "pycomp/adpcm.h"

#include "base/checked.h"
#include "base/mem.h"
#include "predict/adpcm_adaptive.h"
#include "predict/adpcm_wav.h"
#include "pycomp/parallel.h"

enum {
    /* Lanes of a job: four of the widest vectors, which at a usual block of 500 samples is some 50 us. */
    LANES_A_JOB = 4 * PC_IMA_BATCH
};

typedef struct wav_walk {
    const pc_kernels *kernels;
    const pc_ima_wav *wav;
    size_t blocks, blocks_a_job;
    int encode;
} wav_walk;

static void run_blocks(void *context, size_t job, unsigned worker)
{
    const wav_walk *w = context;
    (void)worker;
    size_t first = job * w->blocks_a_job, count = PC_MIN(w->blocks_a_job, w->blocks - first);
    (w->encode ? pc_ima_encode_blocks : pc_ima_decode_blocks)(w->kernels, w->wav, first, count);
}

static void walk(const pc_kernels *kernels, const pc_ima_wav *wav, size_t blocks, int encode,
                 unsigned threads)
{
    wav_walk w = {kernels, wav, blocks, PC_MAX(LANES_A_JOB / wav->channels, 1), encode};
    pc_parallel_for(threads, pc_ceil_div(blocks, w.blocks_a_job), run_blocks, &w);
}

pc_status pc_ima_wav_decode(const pc_kernels *kernels, const pc_ima_wav *wav, size_t size, unsigned threads,
                            size_t where[3])
{
    size_t whole = pc_ima_block_frames(wav->block_size, wav->channels), unit = 4 * (size_t)wav->channels;
    if (whole == 0) return PC_ERR_PARAM;
    if (wav->frames == 0) return PC_OK;
    size_t blocks = pc_ceil_div(wav->frames, whole), last = (wav->frames - 1) % whole;
    size_t need = unit + pc_ceil_div(last, 8) * unit, before;
    if (!pc_mul_size(blocks - 1, wav->block_size, &before) || size < before || size - before < need)
        return PC_ERR_TRUNCATED;
    for (size_t block = 0; block < blocks; block++)
        for (size_t channel = 0; channel < wav->channels; channel++) {
            unsigned index = wav->codes[block * wav->block_size + channel * 4 + 2];
            if (index > PC_IMA_LAST_STEP) {
                where[0] = block, where[1] = channel, where[2] = index;
                return PC_ERR_CORRUPT;
            }
        }
    walk(kernels, wav, blocks, 0, threads);
    return PC_OK;
}

pc_status pc_ima_wav_encode(const pc_kernels *kernels, const pc_ima_wav *wav, unsigned threads)
{
    size_t whole = pc_ima_block_frames(wav->block_size, wav->channels);
    if (whole == 0) return PC_ERR_PARAM;
    walk(kernels, wav, pc_ceil_div(wav->frames, whole), 1, threads);
    return PC_OK;
}

typedef struct stream_walk {
    const pc_kernels *kernels;
    const pc_ima_streams *streams;
    int encode;
} stream_walk;

static void run_streams(void *context, size_t job, unsigned worker)
{
    const stream_walk *w = context;
    const pc_ima_streams *s = w->streams;
    const struct pc_ima_layout layout = {4, 2, s->high_first};
    struct pc_ima_lane lanes[PC_IMA_BATCH];
    (void)worker;
    size_t first = job * PC_IMA_BATCH, n = PC_MIN((size_t)PC_IMA_BATCH, s->count - first);
    for (size_t i = 0; i < n; i++) {
        uint8_t *codes = s->codes + (first + i) * ((s->n + 1) / 2);
        uint8_t *samples = s->samples + (first + i) * s->n * 2;
        lanes[i] = (struct pc_ima_lane){w->encode ? samples : codes, w->encode ? codes : samples,
                                        s->predictors[first + i], s->indexes[first + i]};
    }
    (w->encode ? w->kernels->ima_encode : w->kernels->ima_decode)(lanes, n, s->n / 8, &layout);
    for (size_t i = 0; i < n; i++) {
        (w->encode ? pc_ima_encode_rest : pc_ima_decode_rest)(&lanes[i], s->n % 8, &layout);
        s->predictors[first + i] = (int16_t)lanes[i].predictor;
        s->indexes[first + i] = (uint8_t)lanes[i].index;
    }
}

static pc_status walk_streams(const pc_kernels *kernels, const pc_ima_streams *streams, int encode,
                              unsigned threads)
{
    stream_walk w = {kernels, streams, encode};
    for (size_t i = 0; i < streams->count; i++)
        if (streams->indexes[i] > PC_IMA_LAST_STEP) return PC_ERR_PARAM;
    pc_parallel_for(threads, pc_ceil_div(streams->count, PC_IMA_BATCH), run_streams, &w);
    return PC_OK;
}

pc_status pc_ima_streams_decode(const pc_kernels *kernels, const pc_ima_streams *streams, unsigned threads)
{
    return walk_streams(kernels, streams, 0, threads);
}

pc_status pc_ima_streams_encode(const pc_kernels *kernels, const pc_ima_streams *streams, unsigned threads)
{
    return walk_streams(kernels, streams, 1, threads);
}

typedef struct adq_walk {
    uint8_t *codes;
    int16_t *samples;
    size_t n;
    unsigned bits;
    int encode;
} adq_walk;

static void run_line(void *context, size_t line, unsigned worker)
{
    const adq_walk *w = context;
    (void)worker;
    if (w->encode)
        pc_adq_encode_line(w->samples + line * w->n, w->codes + line * w->n, w->n, w->bits);
    else
        pc_adq_decode_line(w->codes + line * w->n, w->samples + line * w->n, w->n, w->bits);
}

pc_status pc_adq_encode(const int16_t *samples, uint8_t *codes, size_t count, size_t n, unsigned bits,
                        unsigned threads)
{
    adq_walk w = {codes, (int16_t *)samples, n, bits, 1};
    if (bits < 2 || bits > 5) return PC_ERR_PARAM;
    pc_parallel_for(threads, count, run_line, &w);
    return PC_OK;
}

pc_status pc_adq_decode(const uint8_t *codes, int16_t *samples, size_t count, size_t n, unsigned bits,
                        unsigned threads)
{
    adq_walk w = {(uint8_t *)codes, samples, n, bits, 0};
    if (bits < 2 || bits > 5) return PC_ERR_PARAM;
    pc_parallel_for(threads, count, run_line, &w);
    return PC_OK;
}
