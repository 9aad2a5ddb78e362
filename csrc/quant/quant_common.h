/* Quantisation of a chunk of numbers: the loops, which each tier compiles for itself.
 *
 * Every result is that of one correctly rounded operation after the other, division included, so all tiers
 * give the same bits; sums run in PC_QUANT_LANES fixed lanes. Rounding to the nearest integer adds and takes
 * away 1.5 x 2^23 (2^52 for double), which leaves no bits for a fraction; what is rounded was clamped to 17
 * bits before.
 *
 * Random numbers are a function of seed and index alone: two rounds of lowbias32 (Wellons, "Prospecting for
 * hash functions", 2018), a bijection of 32 bits found by search for the least bias, over index and seed. */
#ifndef PC_QUANT_QUANT_COMMON_H
#define PC_QUANT_QUANT_COMMON_H

#include <math.h>

#include "base/compiler.h"
#include "pycomp/quant.h"

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

enum {
    PC_QUANT_CHUNK = 256, /* numbers: all buffers of a chunk stay in L1 */
    PC_QUANT_LANES = 16
};

typedef struct pc_quant_chunk {
    const pc_quant_how *how;
    unsigned n;         /* a multiple of PC_QUANT_LANES, at most PC_QUANT_CHUNK */
    void *numbers;      /* of how's type; written when codes become numbers */
    const void *scales; /* one a number */
    const int32_t *zeros;
    uint64_t index, index_step;
    uint8_t *codes;
} pc_quant_chunk;

PC_INLINE uint32_t pc_quant_mix(uint32_t x)
{
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x ^ x >> 16;
}

/* n, in a way that shows the compiler whole vectors: no loops for remainders. */
#define PC_QUANT_WHOLE(n) ((n) & ~(PC_QUANT_LANES - 1u))

/* What tiers write out by hand, in one pass: floats and their nearest integers. */
PC_INLINE int pc_quant_is_plain(const pc_quant_chunk *c)
{
    return !c->how->is_double && c->how->rule == PC_QUANT_NEAREST && c->how->dead_zone == 0;
}

/* A float's bits but its sign, as an integer, grow with its magnitude: beyond the greatest finite one are
 * infinity and what is no number. */
enum { PC_QUANT_MAGNITUDE = 0x7fffffff, PC_QUANT_GREATEST = 0x7f7fffff };

/* What the loops below make of the least and the greatest number: NaN where one is not finite, no -0. */
PC_INLINE void pc_quant_set_range(int32_t greatest, const float ends[2], float *low, float *high)
{
    const float nothing = greatest > PC_QUANT_GREATEST ? NAN : 0;
    *low = ends[0] + nothing, *high = ends[1] + nothing;
}

/* (code ^ sign) - sign extends a code's sign. */
PC_INLINE int32_t pc_quant_sign(const pc_quant_how *how)
{
    return how->code_signed ? how->code_bytes == 1 ? 128 : 32768 : 0;
}

/* Loops over one type of numbers; `whole` is 1.5 times the power of two above. */
#define PC_QUANT_LOOPS(target, suffix, type, whole)                                                          \
    target static void clamped_##type##_##suffix(const pc_quant_chunk *c, type *PC_RESTRICT y)               \
    {                                                                                                        \
        const type *PC_RESTRICT x = c->numbers, *PC_RESTRICT scale = c->scales;                              \
        const int32_t *PC_RESTRICT zero = c->zeros;                                                          \
        int32_t low = c->how->low, high = c->how->high;                                                      \
        unsigned n = PC_QUANT_WHOLE(c->n);                                                                   \
        for (unsigned i = 0; i < n; i++) {                                                                   \
            type v = x[i] / scale[i], least = (type)(low - zero[i]), most = (type)(high - zero[i]);          \
            v = v > least ? v : least; /* NaN becomes least */                                               \
            y[i] = v < most ? v : most;                                                                      \
        }                                                                                                    \
    }                                                                                                        \
    target static int encode_##type##_##suffix(const pc_quant_chunk *c, int32_t *PC_RESTRICT code)           \
    {                                                                                                        \
        const type *PC_RESTRICT x = c->numbers;                                                              \
        const int32_t *PC_RESTRICT zero = c->zeros;                                                          \
        type y[PC_QUANT_CHUNK], zone = (type)(0.5 - c->how->dead_zone), nothing[PC_QUANT_LANES] = {0};       \
        unsigned n = PC_QUANT_WHOLE(c->n);                                                                   \
        for (unsigned i = 0; i < n; i += PC_QUANT_LANES) /* NaN where one is not finite */                   \
            for (unsigned l = 0; l < PC_QUANT_LANES; l++) nothing[l] += x[i + l] * 0;                        \
        for (unsigned l = 1; l < PC_QUANT_LANES; l++) nothing[0] += nothing[l];                              \
        if (nothing[0] != 0) return 0;                                                                       \
        if (c->how->rule == PC_QUANT_LEVELS) {                                                               \
            const type *bounds = c->how->bounds, *scale = c->scales;                                         \
            for (unsigned i = 0; i < n; i++) {                                                               \
                unsigned at = 0;                                                                             \
                type v = x[i] / scale[i];                                                                    \
                for (unsigned step = PC_QUANT_MAX_LEVELS / 2; step != 0; step /= 2)                          \
                    if (at + step <= c->how->n_bounds && bounds[at + step - 1] <= v) at += step;             \
                code[i] = (int32_t)at;                                                                       \
            }                                                                                                \
            return 1;                                                                                        \
        }                                                                                                    \
        clamped_##type##_##suffix(c, y);                                                                     \
        if (c->how->rule == PC_QUANT_NEAREST) {                                                              \
            for (unsigned i = 0; i < n; i++) code[i] = (int32_t)((y[i] + (whole)) - (whole)) + zero[i];      \
        } else if (c->how->rule == PC_QUANT_DEAD_ZONE) {                                                     \
            for (unsigned i = 0; i < n; i++) { /* one of the two is 0, as zone is below 1 */                 \
                type above = y[i] > 0 ? y[i] : 0, below = -y[i] > 0 ? -y[i] : 0;                             \
                code[i] = (int32_t)(above + zone) - (int32_t)(below + zone) + zero[i];                       \
            }                                                                                                \
        } else {                                                                                             \
            uint32_t key = (uint32_t)c->how->seed, key2 = (uint32_t)(c->how->seed >> 32);                    \
            for (unsigned i = 0; i < n; i++) {                                                               \
                uint64_t index = c->index + i * c->index_step;                                               \
                uint32_t draw = pc_quant_mix((uint32_t)index ^ key);                                         \
                draw = pc_quant_mix(draw ^ (uint32_t)(index >> 32) ^ key2) >> 8;                             \
                int32_t floor = (int32_t)y[i] - ((type)(int32_t)y[i] > y[i]);                                \
                type rest = y[i] - (type)floor;                                                              \
                code[i] = floor + ((type)(int32_t)draw * (type)(1.0 / (1 << 24)) < rest) + zero[i];          \
            }                                                                                                \
        }                                                                                                    \
        return 1;                                                                                            \
    }                                                                                                        \
    target static void decode_##type##_##suffix(const pc_quant_chunk *c, const int32_t *PC_RESTRICT code)    \
    {                                                                                                        \
        type *PC_RESTRICT x = c->numbers;                                                                    \
        const type *PC_RESTRICT scale = c->scales;                                                           \
        const int32_t *PC_RESTRICT zero = c->zeros;                                                          \
        type zone = (type)c->how->dead_zone;                                                                 \
        unsigned n = PC_QUANT_WHOLE(c->n);                                                                   \
        for (unsigned i = 0; i < n; i++) {                                                                   \
            int32_t v = code[i] - zero[i];                                                                   \
            x[i] = ((type)v + zone * (type)((v > 0) - (v < 0))) * scale[i];                                  \
        }                                                                                                    \
    }                                                                                                        \
    /* The last numbers are looked at twice rather than by another loop. */                                  \
    target static void range_##type##_##suffix(const type *PC_RESTRICT x, size_t n, type *low, type *high)   \
    {                                                                                                        \
        type least[PC_QUANT_LANES], most[PC_QUANT_LANES], nothing[PC_QUANT_LANES], few[PC_QUANT_LANES];      \
        for (unsigned l = 0; l < PC_QUANT_LANES; l++) least[l] = most[l] = x[0], nothing[l] = 0;             \
        if (n < PC_QUANT_LANES) {                                                                            \
            for (unsigned l = 0; l < PC_QUANT_LANES; l++) few[l] = x[l < n ? l : 0];                         \
            x = few, n = PC_QUANT_LANES;                                                                     \
        }                                                                                                    \
        for (size_t i = 0; i < n; i += PC_QUANT_LANES) {                                                     \
            const type *p = x + (i + PC_QUANT_LANES <= n ? i : n - PC_QUANT_LANES);                          \
            for (unsigned l = 0; l < PC_QUANT_LANES; l++) {                                                  \
                least[l] = p[l] < least[l] ? p[l] : least[l];                                                \
                most[l] = p[l] > most[l] ? p[l] : most[l];                                                   \
                nothing[l] += p[l] * 0;                                                                      \
            }                                                                                                \
        }                                                                                                    \
        for (unsigned l = 1; l < PC_QUANT_LANES; l++) {                                                      \
            least[0] = least[l] < least[0] ? least[l] : least[0];                                            \
            most[0] = most[l] > most[0] ? most[l] : most[0];                                                 \
            nothing[0] += nothing[l];                                                                        \
        }                                                                                                    \
        *low = least[0] + nothing[0], *high = most[0] + nothing[0];                                          \
    }                                                                                                        \
    target static double error_##type##_##suffix(const pc_quant_chunk *c)                                    \
    {                                                                                                        \
        const type *PC_RESTRICT x = c->numbers, *PC_RESTRICT scale = c->scales;                              \
        type y[PC_QUANT_CHUNK];                                                                              \
        double sums[PC_QUANT_LANES] = {0}, sum = 0;                                                          \
        unsigned n = PC_QUANT_WHOLE(c->n);                                                                   \
        clamped_##type##_##suffix(c, y);                                                                     \
        for (unsigned i = 0; i < n; i++) {                                                                   \
            type d = x[i] - ((y[i] + (whole)) - (whole)) * scale[i];                                         \
            y[i] = d * d;                                                                                    \
        }                                                                                                    \
        for (unsigned i = 0; i < n; i += PC_QUANT_LANES)                                                     \
            for (unsigned l = 0; l < PC_QUANT_LANES; l++) sums[l] += (double)y[i + l];                       \
        for (unsigned l = 0; l < PC_QUANT_LANES; l++) sum += sums[l];                                        \
        return sum;                                                                                          \
    }

/* The entries of the kernel table: quant_encode (0 if a number is not finite), quant_decode, quant_range of n
 * >= 1 numbers, quant_error of a chunk. Tiers that write the common case out by hand keep these static. */
#define PC_QUANT_KERNELS(target, linkage, suffix)                                                            \
    PC_QUANT_LOOPS(target, suffix, float, 12582912.0f)                                                       \
    PC_QUANT_LOOPS(target, suffix, double, 6755399441055744.0)                                               \
    target linkage int pc_quant_encode_##suffix(const pc_quant_chunk *c)                                     \
    {                                                                                                        \
        int32_t code[PC_QUANT_CHUNK];                                                                        \
        unsigned n = PC_QUANT_WHOLE(c->n);                                                                   \
        if (!(c->how->is_double ? encode_double_##suffix : encode_float_##suffix)(c, code)) return 0;        \
        uint16_t *wide = (uint16_t *)(void *)c->codes;                                                       \
        if (c->how->code_bytes == 1)                                                                         \
            for (unsigned i = 0; i < n; i++) c->codes[i] = (uint8_t)code[i];                                 \
        else                                                                                                 \
            for (unsigned i = 0; i < n; i++) wide[i] = (uint16_t)code[i];                                    \
        return 1;                                                                                            \
    }                                                                                                        \
    target linkage void pc_quant_decode_##suffix(const pc_quant_chunk *c)                                    \
    {                                                                                                        \
        int32_t code[PC_QUANT_CHUNK], sign = pc_quant_sign(c->how);                                          \
        const uint16_t *wide = (const uint16_t *)(const void *)c->codes;                                     \
        unsigned n = PC_QUANT_WHOLE(c->n);                                                                   \
        if (c->how->code_bytes == 1)                                                                         \
            for (unsigned i = 0; i < n; i++) code[i] = (c->codes[i] ^ sign) - sign;                          \
        else                                                                                                 \
            for (unsigned i = 0; i < n; i++) code[i] = (wide[i] ^ sign) - sign;                              \
        (c->how->is_double ? decode_double_##suffix : decode_float_##suffix)(c, code);                       \
    }                                                                                                        \
    target linkage void pc_quant_range_##suffix(const void *x, int is_double, size_t n, void *low,           \
                                                void *high)                                                  \
    {                                                                                                        \
        if (is_double)                                                                                       \
            range_double_##suffix(x, n, low, high);                                                          \
        else                                                                                                 \
            range_float_##suffix(x, n, low, high);                                                           \
    }                                                                                                        \
    target linkage double pc_quant_error_##suffix(const pc_quant_chunk *c)                                   \
    {                                                                                                        \
        return c->how->is_double ? error_double_##suffix(c) : error_float_##suffix(c);                       \
    }

#endif
