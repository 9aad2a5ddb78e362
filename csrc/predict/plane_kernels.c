/* Predictors of pictures: rows. Left and up are differences and sums of streams, which those kernels do; the
 * others' own kernel predicts, and what restores them is a recurrence from sample to sample, in which the
 * channels of a pixel go side by side. */
#include <stdlib.h>

#include "arch/variants.h"
#include "predict/plane_common.h"

void pc_plane_stream_scalar(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t n, size_t back,
                            unsigned width, pc_plane_method method)
{
    PC_PLANE_STREAMS(cur, above, dst, n, back, width, method);
}

/* The same predictors where each sample waits for the last: in full-width integers, and by masks where a
 * branch would fail half the time. What does not depend on a is ready before it. */
PC_INLINE int32_t choose(int32_t first, int32_t second, int is_second)
{
    return first ^ ((first ^ second) & -is_second);
}

PC_INLINE int32_t predict(int32_t a, int32_t b, int32_t c, pc_plane_method method)
{
    if (method == PC_PLANE_AVERAGE) return (a + b) >> 1;
    if (method == PC_PLANE_MED) {
        int32_t both = a + (b - c), low = PC_MIN(a, b), high = PC_MAX(a, b);
        both = PC_MIN(both, high);
        return PC_MAX(both, low);
    }
    int32_t slope = b - c, to_a = abs(slope), to_b = abs(a - c), to_c = abs(a - c + slope);
    int32_t of_two = choose(a, b, to_b < to_a), best = choose(to_a, to_b, to_b < to_a);
    return choose(of_two, c, to_c < best);
}

#define RESTORE(type)                                                                                        \
    PC_INLINE void chain_##type(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t samples,      \
                                size_t channels, pc_plane_method method)                                     \
    {                                                                                                        \
        size_t step = channels * sizeof(type), bytes = samples * sizeof(type);                               \
        for (size_t i = step; i < bytes; i += step)                                                          \
            for (size_t k = 0; k < step; k += sizeof(type)) {                                                \
                type x, a, b, c;                                                                             \
                memcpy(&x, cur + i + k, sizeof x);                                                           \
                memcpy(&a, dst + i + k - step, sizeof a);                                                    \
                memcpy(&b, above + i + k, sizeof b);                                                         \
                memcpy(&c, above + i + k - step, sizeof c);                                                  \
                x = (type)(x + predict(a, b, c, method));                                                    \
                memcpy(dst + i + k, &x, sizeof x);                                                           \
            }                                                                                                \
    }                                                                                                        \
    /* Up to four channels: the left neighbours stay in registers. */                                        \
    PC_INLINE void line_##type(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t samples,       \
                               unsigned channels, pc_plane_method method)                                    \
    {                                                                                                        \
        type x, b, a[4], c[4];                                                                               \
        memcpy(a, dst, channels * sizeof x);                                                                 \
        memcpy(c, above, channels * sizeof x);                                                               \
        for (size_t i = channels; i < samples; i += channels)                                                \
            for (unsigned k = 0; k < channels; k++) {                                                        \
                memcpy(&x, cur + (i + k) * sizeof x, sizeof x);                                              \
                memcpy(&b, above + (i + k) * sizeof x, sizeof x);                                            \
                a[k] = (type)(x + predict(a[k], b, c[k], method));                                           \
                c[k] = b;                                                                                    \
                memcpy(dst + (i + k) * sizeof x, &a[k], sizeof x);                                           \
            }                                                                                                \
    }                                                                                                        \
    PC_INLINE void chains_##type(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t samples,     \
                                 size_t channels, pc_plane_method method)                                    \
    {                                                                                                        \
        switch (channels) {                                                                                  \
        case 1: line_##type(cur, above, dst, samples, 1, method); break;                                     \
        case 2: line_##type(cur, above, dst, samples, 2, method); break;                                     \
        case 3: line_##type(cur, above, dst, samples, 3, method); break;                                     \
        case 4: line_##type(cur, above, dst, samples, 4, method); break;                                     \
        default: chain_##type(cur, above, dst, samples, channels, method); break;                            \
        }                                                                                                    \
    }                                                                                                        \
    static void restore_##type(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t samples,       \
                               size_t channels, pc_plane_method method)                                      \
    {                                                                                                        \
        if (method == PC_PLANE_AVERAGE)                                                                      \
            chains_##type(cur, above, dst, samples, channels, PC_PLANE_AVERAGE);                             \
        else if (method == PC_PLANE_PAETH)                                                                   \
            chains_##type(cur, above, dst, samples, channels, PC_PLANE_PAETH);                               \
        else                                                                                                 \
            chains_##type(cur, above, dst, samples, channels, PC_PLANE_MED);                                 \
    }                                                                                                        \
    /* Without a row above: the average is half the left neighbour, Paeth and the median are it. */          \
    static void halves_##type(const uint8_t *cur, uint8_t *dst, size_t samples, size_t channels, int back)   \
    {                                                                                                        \
        size_t step = channels * sizeof(type);                                                               \
        for (size_t i = 0; i < samples * sizeof(type); i += sizeof(type)) {                                  \
            type x, a = 0;                                                                                   \
            memcpy(&x, cur + i, sizeof x);                                                                   \
            if (i >= step) memcpy(&a, (back ? dst : cur) + i - step, sizeof a);                              \
            x = (type)(back ? x + (a >> 1) : x - (a >> 1));                                                  \
            memcpy(dst + i, &x, sizeof x);                                                                   \
        }                                                                                                    \
    }                                                                                                        \
    /* The first pixel, whose neighbours are 0 but for that above: b / 2 or b. */                            \
    static void pixel_##type(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t samples,         \
                             pc_plane_method method, int back)                                               \
    {                                                                                                        \
        for (size_t i = 0; i < samples * sizeof(type); i += sizeof(type)) {                                  \
            type x, b;                                                                                       \
            memcpy(&x, cur + i, sizeof x);                                                                   \
            memcpy(&b, above + i, sizeof b);                                                                 \
            if (method == PC_PLANE_AVERAGE) b = (type)(b >> 1);                                              \
            x = (type)(back ? x + b : x - b);                                                                \
            memcpy(dst + i, &x, sizeof x);                                                                   \
        }                                                                                                    \
    }
RESTORE(uint8_t)
RESTORE(uint16_t)

static void pixel(const pc_plane_job *job, const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t n,
                  int back)
{
    (job->width == 1 ? pixel_uint8_t : pixel_uint16_t)(cur, above, dst, n, job->method, back);
}

/* What a row does that has no other, or looks at one neighbour only; false if it is none of these. */
static int simple(const pc_kernels *k, const pc_plane_job *job, const uint8_t *cur, const uint8_t *above,
                  uint8_t *dst, int back)
{
    size_t bytes = job->samples * job->width, step = PC_MIN(job->channels, job->samples) * job->width;
    if (job->method == PC_PLANE_UP) {
        if (above == NULL)
            memcpy(dst, cur, bytes);
        else
            k->delta_stream(cur, above, dst, bytes, job->width, back ? PC_DELTA_ADD : PC_DELTA_SUB);
        return 1;
    }
    if (job->method == PC_PLANE_AVERAGE && above == NULL) {
        (job->width == 1 ? halves_uint8_t : halves_uint16_t)(cur, dst, job->samples, job->channels, back);
        return 1;
    }
    if (job->method != PC_PLANE_LEFT && above != NULL) return 0;
    memcpy(dst, cur, step);
    if (back)
        k->delta_scan(cur + step, dst + step, bytes - step, job->width, step, PC_DELTA_ADD);
    else
        k->delta_back(cur + step, dst + step, bytes - step, job->width, step, PC_DELTA_SUB);
    return 1;
}

void pc_plane_predict_row(const pc_kernels *kernels, const pc_plane_job *job, const uint8_t *cur,
                          const uint8_t *above, uint8_t *dst)
{
    if (job->samples == 0 || simple(kernels, job, cur, above, dst, 0)) return;
    size_t first = PC_MIN(job->channels, job->samples), step = first * job->width;
    pixel(job, cur, above, dst, first, 0);
    kernels->plane_stream(cur + step, above + step, dst + step, job->samples * job->width - step, step,
                          job->width, job->method);
}

void pc_plane_restore_row(const pc_kernels *kernels, const pc_plane_job *job, const uint8_t *cur,
                          const uint8_t *above, uint8_t *dst)
{
    if (job->samples == 0 || simple(kernels, job, cur, above, dst, 1)) return;
    pixel(job, cur, above, dst, PC_MIN(job->channels, job->samples), 1);
    (job->width == 1 ? restore_uint8_t : restore_uint16_t)(cur, above, dst, job->samples, job->channels,
                                                           job->method);
}
