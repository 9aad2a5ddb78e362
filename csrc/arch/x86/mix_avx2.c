/* The linear prediction of mixing with AVX2: eight sums at a time. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

PC_TARGET_AVX2 void pc_mix_spread_avx2(int32_t *sums, const int8_t *weights, size_t n, int32_t departure)
{
    const __m256i factor = _mm256_set1_epi32(departure);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i weight = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(weights + i)));
        __m256i product = _mm256_mullo_epi32(weight, factor);
        __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)(sums + i));
        _mm256_storeu_si256((__m256i *)(void *)(sums + i), _mm256_add_epi32(sum, product));
    }
    for (; i < n; i++) sums[i] += departure * weights[i];
}

#endif
