/* The steps of the integer 5/3 wavelet over rows of n elements side by side, written once as plain loops:
 * each leaf compiles them for its tier, and the compiler makes vectors of them. dst overlaps none of the
 * others.
 *
 *     predict: dst = cur -+ floor((a + b) / 2)       update: dst = cur +- floor((a + b + 2) / 4), a and b
 * signed
 *
 * with the upper sign forward, the lower back. The floors are taken without a bit more than the type has:
 * floor((a + b) / 2) = (a & b) + ((a ^ b) >> 1), and floor((a + b + 2) / 4) is half of that, rounded up. */
#ifndef PC_TRANSFORM_LIFT_COMMON_H
#define PC_TRANSFORM_LIFT_COMMON_H

#include "base/compiler.h"
#include "pycomp/lift.h"

/* Elements wherever they lie: numpy aligns its own arrays, views into files need not be. */
#if defined(__GNUC__) || defined(__clang__)
#define PC_LIFT_ANYWHERE __attribute__((aligned(1), may_alias))
#else
#define PC_LIFT_ANYWHERE
#endif

#define PC_LIFT_PREDICT(name, type, bits)                                                                    \
    PC_INLINE void pc_predict_##name(const void *cur, const void *a, const void *b, void *dst, size_t n,     \
                                     int back)                                                               \
    {                                                                                                        \
        typedef bits any_bits PC_LIFT_ANYWHERE;                                                              \
        typedef type any_type PC_LIFT_ANYWHERE;                                                              \
        const any_bits *PC_RESTRICT c = cur;                                                                 \
        const any_type *PC_RESTRICT x = a, *PC_RESTRICT y = b;                                               \
        any_bits *PC_RESTRICT to = dst;                                                                      \
        for (size_t i = 0; i < n; i++) {                                                                     \
            bits mean = (bits)((bits)(x[i] & y[i]) + (bits)((type)(x[i] ^ y[i]) >> 1));                      \
            to[i] = (bits)(back ? c[i] + mean : c[i] - mean);                                                \
        }                                                                                                    \
    }
PC_LIFT_PREDICT(i8, int8_t, uint8_t)
PC_LIFT_PREDICT(i16, int16_t, uint16_t)
PC_LIFT_PREDICT(i32, int32_t, uint32_t)
PC_LIFT_PREDICT(i64, int64_t, uint64_t)
PC_LIFT_PREDICT(u8, uint8_t, uint8_t)
PC_LIFT_PREDICT(u16, uint16_t, uint16_t)
PC_LIFT_PREDICT(u32, uint32_t, uint32_t)
PC_LIFT_PREDICT(u64, uint64_t, uint64_t)

#define PC_LIFT_REST(name, type, bits)                                                                       \
    PC_INLINE void pc_update_##name(const void *cur, const void *a, const void *b, void *dst, size_t n,      \
                                    int back)                                                                \
    {                                                                                                        \
        typedef bits any_bits PC_LIFT_ANYWHERE;                                                              \
        typedef type any_type PC_LIFT_ANYWHERE;                                                              \
        const any_bits *PC_RESTRICT c = cur;                                                                 \
        const any_type *PC_RESTRICT x = a, *PC_RESTRICT y = b;                                               \
        any_bits *PC_RESTRICT to = dst;                                                                      \
        for (size_t i = 0; i < n; i++) {                                                                     \
            type mean = (type)((bits)(x[i] & y[i]) + (bits)((type)(x[i] ^ y[i]) >> 1));                      \
            bits step = (bits)((bits)(mean >> 1) + (bits)(mean & 1));                                        \
            to[i] = (bits)(back ? c[i] - step : c[i] + step);                                                \
        }                                                                                                    \
    }                                                                                                        \
    PC_INLINE void pc_part_##name(const void *src, size_t n, void *even, void *odd)                          \
    {                                                                                                        \
        typedef bits any_bits PC_LIFT_ANYWHERE;                                                              \
        const any_bits *PC_RESTRICT from = src;                                                              \
        any_bits *PC_RESTRICT e = even, *PC_RESTRICT o = odd;                                                \
        for (size_t i = 0; i < n; i++) e[i] = from[2 * i], o[i] = from[2 * i + 1];                           \
    }                                                                                                        \
    PC_INLINE void pc_unite_##name(const void *even, const void *odd, size_t n, void *dst)                   \
    {                                                                                                        \
        typedef bits any_bits PC_LIFT_ANYWHERE;                                                              \
        const any_bits *PC_RESTRICT e = even, *PC_RESTRICT o = odd;                                          \
        any_bits *PC_RESTRICT to = dst;                                                                      \
        for (size_t i = 0; i < n; i++) to[2 * i] = e[i], to[2 * i + 1] = o[i];                               \
    }
PC_LIFT_REST(i8, int8_t, uint8_t)
PC_LIFT_REST(i16, int16_t, uint16_t)
PC_LIFT_REST(i32, int32_t, uint32_t)
PC_LIFT_REST(i64, int64_t, uint64_t)

/* The kernels of one tier. */
#define PC_LIFT_KERNELS(TARGET, tier)                                                                        \
    TARGET void pc_lift_predict_##tier(const void *cur, const void *a, const void *b, void *dst, size_t n,   \
                                       unsigned width, int is_signed, int back)                              \
    {                                                                                                        \
        switch (is_signed ? width : width + 8) {                                                             \
        case 1: pc_predict_i8(cur, a, b, dst, n, back); break;                                               \
        case 2: pc_predict_i16(cur, a, b, dst, n, back); break;                                              \
        case 4: pc_predict_i32(cur, a, b, dst, n, back); break;                                              \
        case 8: pc_predict_i64(cur, a, b, dst, n, back); break;                                              \
        case 9: pc_predict_u8(cur, a, b, dst, n, back); break;                                               \
        case 10: pc_predict_u16(cur, a, b, dst, n, back); break;                                             \
        case 12: pc_predict_u32(cur, a, b, dst, n, back); break;                                             \
        default: pc_predict_u64(cur, a, b, dst, n, back); break;                                             \
        }                                                                                                    \
    }                                                                                                        \
    TARGET void pc_lift_update_##tier(const void *cur, const void *a, const void *b, void *dst, size_t n,    \
                                      unsigned width, int back)                                              \
    {                                                                                                        \
        switch (width) {                                                                                     \
        case 1: pc_update_i8(cur, a, b, dst, n, back); break;                                                \
        case 2: pc_update_i16(cur, a, b, dst, n, back); break;                                               \
        case 4: pc_update_i32(cur, a, b, dst, n, back); break;                                               \
        default: pc_update_i64(cur, a, b, dst, n, back); break;                                              \
        }                                                                                                    \
    }                                                                                                        \
    TARGET void pc_lift_split_##tier(const void *src, size_t n, void *even, void *odd, unsigned width)       \
    {                                                                                                        \
        switch (width) {                                                                                     \
        case 1: pc_part_i8(src, n, even, odd); break;                                                        \
        case 2: pc_part_i16(src, n, even, odd); break;                                                       \
        case 4: pc_part_i32(src, n, even, odd); break;                                                       \
        default: pc_part_i64(src, n, even, odd); break;                                                      \
        }                                                                                                    \
    }                                                                                                        \
    TARGET void pc_lift_join_##tier(const void *even, const void *odd, size_t n, void *dst, unsigned width)  \
    {                                                                                                        \
        switch (width) {                                                                                     \
        case 1: pc_unite_i8(even, odd, n, dst); break;                                                       \
        case 2: pc_unite_i16(even, odd, n, dst); break;                                                      \
        case 4: pc_unite_i32(even, odd, n, dst); break;                                                      \
        default: pc_unite_i64(even, odd, n, dst); break;                                                     \
        }                                                                                                    \
    }

/* Columns [col, col + cols) of every band, all rows, of one image. At most PC_LIFT_COLS columns. */
enum { PC_LIFT_COLS = 1024 };
typedef struct pc_lift_part {
    const pc_kernels *kernels;
    const pc_lift_job *job;
    const uint8_t *src[4];
    uint8_t *dst[4];
    size_t col, cols; /* of the approximation */
    size_t row, rows; /* likewise */
} pc_lift_part;

void pc_lift_forward(const pc_lift_part *part);
void pc_lift_inverse(const pc_lift_part *part);

#endif
