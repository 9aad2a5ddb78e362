/* Floating-point DCT on vectors of 8 floats or 4 doubles. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/dct_unroll.h"
#include "arch/variants.h"
#include "pycomp/dct.h"

/* 4 x 4 in each 128-bit lane, then lanes between rows 4 apart. */
PC_TARGET_AVX2 PC_INLINE void transpose_f32(__m256 *v, unsigned s)
{
    PC_UNROLL
    for (unsigned r = 0; r < s; r += 4) {
        __m256 t0 = _mm256_unpacklo_ps(v[r], v[r + 1]), t1 = _mm256_unpackhi_ps(v[r], v[r + 1]);
        __m256 t2 = _mm256_unpacklo_ps(v[r + 2], v[r + 3]), t3 = _mm256_unpackhi_ps(v[r + 2], v[r + 3]);
        v[r] = _mm256_shuffle_ps(t0, t2, 0x44);
        v[r + 1] = _mm256_shuffle_ps(t0, t2, 0xee);
        v[r + 2] = _mm256_shuffle_ps(t1, t3, 0x44);
        v[r + 3] = _mm256_shuffle_ps(t1, t3, 0xee);
    }
    if (s < 8) return;
    PC_UNROLL
    for (unsigned r = 0; r < 4; r++) {
        __m256 a = v[r], b = v[r + 4];
        v[r] = _mm256_permute2f128_ps(a, b, 0x20);
        v[r + 4] = _mm256_permute2f128_ps(a, b, 0x31);
    }
}

PC_TARGET_AVX2 PC_INLINE void transpose_f64(__m256d *v, unsigned s)
{
    PC_UNROLL
    for (unsigned r = 0; r < s; r += 2) {
        __m256d a = v[r], b = v[r + 1];
        v[r] = _mm256_unpacklo_pd(a, b);
        v[r + 1] = _mm256_unpackhi_pd(a, b);
    }
    if (s < 4) return;
    PC_UNROLL
    for (unsigned r = 0; r < 2; r++) {
        __m256d a = v[r], b = v[r + 2];
        v[r] = _mm256_permute2f128_pd(a, b, 0x20);
        v[r + 2] = _mm256_permute2f128_pd(a, b, 0x31);
    }
}

PC_TARGET_AVX2 PC_INLINE __m256 join_f32(const float *low, const float *high)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low)), _mm_loadu_ps(high), 1);
}

PC_TARGET_AVX2 PC_INLINE void part_f32(float *low, float *high, __m256 v)
{
    _mm_storeu_ps(low, _mm256_castps256_ps128(v));
    _mm_storeu_ps(high, _mm256_extractf128_ps(v, 1));
}

PC_TARGET_AVX2 PC_INLINE __m256d join_f64(const double *low, const double *high)
{
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(low)), _mm_loadu_pd(high), 1);
}

PC_TARGET_AVX2 PC_INLINE void part_f64(double *low, double *high, __m256d v)
{
    _mm_storeu_pd(low, _mm256_castpd256_pd128(v));
    _mm_storeu_pd(high, _mm256_extractf128_pd(v, 1));
}

#define TARGET PC_TARGET_AVX2
#define REGISTERS 0

#define T float
#define V __m256
#define W 8
#define NARROW 2
#define FN(name) name##_f32_avx2
#define BELOW(name) name##_f32_scalar
#define ADD _mm256_add_ps
#define SUB _mm256_sub_ps
#define MUL _mm256_mul_ps
#define SET1 _mm256_set1_ps
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define TRANSPOSE transpose_f32
#define LOAD_ROWS(p, j, s, at) ((s) == 8 ? LOAD((p)[j] + (at)) : join_f32((p)[j] + (at), (p)[(j) + 4] + (at)))
#define STORE_ROWS(p, j, s, at, v)                                                                           \
    ((s) == 8 ? STORE((p)[j] + (at), v) : part_f32((p)[j] + (at), (p)[(j) + 4] + (at), v))
#define LOAD_GROUPS(p, step, s) ((s) == 8 ? LOAD(p) : join_f32(p, (p) + (step)))
#define STORE_GROUPS(p, step, s, v) ((s) == 8 ? STORE(p, v) : part_f32(p, (p) + (step), v))
#define REPEAT_ROW(p, s) ((s) == 8 ? LOAD(p) : _mm256_broadcast_ps((const __m128 *)(const void *)(p)))
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"

#undef T
#undef V
#undef W
#undef NARROW
#undef FN
#undef BELOW
#undef ADD
#undef SUB
#undef MUL
#undef SET1
#undef LOAD
#undef STORE
#undef TRANSPOSE
#undef LOAD_ROWS
#undef STORE_ROWS
#undef LOAD_GROUPS
#undef STORE_GROUPS
#undef REPEAT_ROW

#define T double
#define V __m256d
#define W 4
#define NARROW 1
#define FN(name) name##_f64_avx2
#define BELOW(name) name##_f64_scalar
#define ADD _mm256_add_pd
#define SUB _mm256_sub_pd
#define MUL _mm256_mul_pd
#define SET1 _mm256_set1_pd
#define LOAD _mm256_loadu_pd
#define STORE _mm256_storeu_pd
#define TRANSPOSE transpose_f64
#define LOAD_ROWS(p, j, s, at) ((s) == 4 ? LOAD((p)[j] + (at)) : join_f64((p)[j] + (at), (p)[(j) + 2] + (at)))
#define STORE_ROWS(p, j, s, at, v)                                                                           \
    ((s) == 4 ? STORE((p)[j] + (at), v) : part_f64((p)[j] + (at), (p)[(j) + 2] + (at), v))
#define LOAD_GROUPS(p, step, s) LOAD(p)
#define STORE_GROUPS(p, step, s, v) STORE(p, v)
#define REPEAT_ROW(p, s) LOAD(p)
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"

#endif
