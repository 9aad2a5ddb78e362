/* Wavelet kernels in vectors of 64 bytes; even and odd elements part by one two-source permutation each. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "transform/dwt_common.h"

#define TARGET PC_TARGET_AVX512

PC_TARGET_AVX512 PC_INLINE void split_ps(__m512 a, __m512 b, __m512 *even, __m512 *odd)
{
    const __m512i index = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    *even = _mm512_permutex2var_ps(a, index, b);
    *odd = _mm512_permutex2var_ps(a, _mm512_or_si512(index, _mm512_set1_epi32(1)), b);
}

PC_TARGET_AVX512 PC_INLINE void join_ps(__m512 even, __m512 odd, __m512 *a, __m512 *b)
{
    const __m512i index = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    *a = _mm512_permutex2var_ps(even, index, odd);
    *b = _mm512_permutex2var_ps(even, _mm512_add_epi32(index, _mm512_set1_epi32(8)), odd);
}

PC_TARGET_AVX512 PC_INLINE void split_pd(__m512d a, __m512d b, __m512d *even, __m512d *odd)
{
    const __m512i index = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    *even = _mm512_permutex2var_pd(a, index, b);
    *odd = _mm512_permutex2var_pd(a, _mm512_or_si512(index, _mm512_set1_epi64(1)), b);
}

PC_TARGET_AVX512 PC_INLINE void join_pd(__m512d even, __m512d odd, __m512d *a, __m512d *b)
{
    const __m512i index = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    *a = _mm512_permutex2var_pd(even, index, odd);
    *b = _mm512_permutex2var_pd(even, _mm512_add_epi64(index, _mm512_set1_epi64(4)), odd);
}

#define REAL float
#define VECTOR __m512
#define LANES 16
#define LEAF(name) pc_##name##_f32_avx512
#define TWIN(name) pc_##name##_f32_scalar
#define v_load _mm512_loadu_ps
#define v_store _mm512_storeu_ps
#define v_set _mm512_set1_ps
#define v_add _mm512_add_ps
#define v_mul _mm512_mul_ps
#define v_split split_ps
#define v_join join_ps
#define v_keep(x) PC_KEEP("v", x)
#include "transform/dwt_vector_common.h"

#define REAL double
#define VECTOR __m512d
#define LANES 8
#define LEAF(name) pc_##name##_f64_avx512
#define TWIN(name) pc_##name##_f64_scalar
#define v_load _mm512_loadu_pd
#define v_store _mm512_storeu_pd
#define v_set _mm512_set1_pd
#define v_add _mm512_add_pd
#define v_mul _mm512_mul_pd
#define v_split split_pd
#define v_join join_pd
#define v_keep(x) PC_KEEP("v", x)
#include "transform/dwt_vector_common.h"

#endif
