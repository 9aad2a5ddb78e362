/* Wavelet kernels in vectors of 32 bytes; even and odd elements part within 128-bit lanes first. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "transform/dwt_common.h"

#define TARGET PC_TARGET_AVX2

/* (a low, b low) and (a high, b high) lanes, so that what lanes yield comes out in order. */
PC_TARGET_AVX2 PC_INLINE void split_ps(__m256 a, __m256 b, __m256 *even, __m256 *odd)
{
    __m256 low = _mm256_permute2f128_ps(a, b, 0x20), high = _mm256_permute2f128_ps(a, b, 0x31);
    __m256 e = _mm256_shuffle_ps(low, high, 0x88), o = _mm256_shuffle_ps(low, high, 0xdd);
    *even = e, *odd = o;
}

PC_TARGET_AVX2 PC_INLINE void join_ps(__m256 even, __m256 odd, __m256 *a, __m256 *b)
{
    __m256 low = _mm256_unpacklo_ps(even, odd), high = _mm256_unpackhi_ps(even, odd);
    *a = _mm256_permute2f128_ps(low, high, 0x20);
    *b = _mm256_permute2f128_ps(low, high, 0x31);
}

PC_TARGET_AVX2 PC_INLINE void split_pd(__m256d a, __m256d b, __m256d *even, __m256d *odd)
{
    __m256d low = _mm256_permute2f128_pd(a, b, 0x20), high = _mm256_permute2f128_pd(a, b, 0x31);
    *even = _mm256_unpacklo_pd(low, high);
    *odd = _mm256_unpackhi_pd(low, high);
}

PC_TARGET_AVX2 PC_INLINE void join_pd(__m256d even, __m256d odd, __m256d *a, __m256d *b)
{
    __m256d low = _mm256_unpacklo_pd(even, odd), high = _mm256_unpackhi_pd(even, odd);
    *a = _mm256_permute2f128_pd(low, high, 0x20);
    *b = _mm256_permute2f128_pd(low, high, 0x31);
}

#define REAL float
#define VECTOR __m256
#define LANES 8
#define LEAF(name) pc_##name##_f32_avx2
#define TWIN(name) pc_##name##_f32_scalar
#define v_load _mm256_loadu_ps
#define v_store _mm256_storeu_ps
#define v_set _mm256_set1_ps
#define v_add _mm256_add_ps
#define v_mul _mm256_mul_ps
#define v_split split_ps
#define v_join join_ps
#define v_keep(x) PC_KEEP("x", x)
#include "transform/dwt_vector_common.h"

#define REAL double
#define VECTOR __m256d
#define LANES 4
#define LEAF(name) pc_##name##_f64_avx2
#define TWIN(name) pc_##name##_f64_scalar
#define v_load _mm256_loadu_pd
#define v_store _mm256_storeu_pd
#define v_set _mm256_set1_pd
#define v_add _mm256_add_pd
#define v_mul _mm256_mul_pd
#define v_split split_pd
#define v_join join_pd
#define v_keep(x) PC_KEEP("x", x)
#include "transform/dwt_vector_common.h"

#endif
