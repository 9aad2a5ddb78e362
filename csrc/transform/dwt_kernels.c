/* Scalar twins of the wavelet kernels. */
#include "arch/variants.h"
#include "transform/dwt_common.h"

#define TWINS(REAL, suffix)                                                                                  \
    void pc_fir_pair_##suffix##_scalar(const REAL *const *rows, const REAL *c0, const REAL *c1,              \
                                       unsigned taps, REAL *out0, REAL *out1, size_t n)                      \
    {                                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                                     \
            REAL sum0 = c0[0] * rows[0][i], sum1 = c1[0] * rows[0][i];                                       \
            for (unsigned t = 1; t < taps; t++) {                                                            \
                REAL product0 = c0[t] * rows[t][i], product1 = c1[t] * rows[t][i];                           \
                sum0 = sum0 + product0;                                                                      \
                sum1 = sum1 + product1;                                                                      \
            }                                                                                                \
            out0[i] = sum0, out1[i] = sum1;                                                                  \
        }                                                                                                    \
    }                                                                                                        \
    void pc_dwt_split_##suffix##_scalar(const REAL *src, size_t n, REAL *even, REAL *odd)                    \
    {                                                                                                        \
        for (size_t i = 0; i < n; i++) even[i] = src[2 * i], odd[i] = src[2 * i + 1];                        \
    }                                                                                                        \
    void pc_fir_join_##suffix##_scalar(const REAL *const *rows, const REAL *c0, const REAL *c1,              \
                                       unsigned taps, REAL *dst, size_t n)                                   \
    {                                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                                     \
            REAL sum0 = c0[0] * rows[0][i], sum1 = c1[0] * rows[0][i];                                       \
            for (unsigned t = 1; t < taps; t++) {                                                            \
                REAL product0 = c0[t] * rows[t][i], product1 = c1[t] * rows[t][i];                           \
                sum0 = sum0 + product0;                                                                      \
                sum1 = sum1 + product1;                                                                      \
            }                                                                                                \
            dst[2 * i] = sum0, dst[2 * i + 1] = sum1;                                                        \
        }                                                                                                    \
    }
TWINS(float, f32)
TWINS(double, f64)
