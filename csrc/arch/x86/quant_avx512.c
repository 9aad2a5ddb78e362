/* Quantisation's common case, floats to the nearest integers, in one pass of 16 numbers a step; the rest is
 * AVX2's. The division is what it waits for (10 cycles a vector), so scales that are shared need no case of
 * their own. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "quant/quant_common.h"

PC_TARGET_AVX512 int pc_quant_encode_avx512(const pc_quant_chunk *c)
{
    if (!pc_quant_is_plain(c)) return pc_quant_encode_avx2(c);
    const float *x = c->numbers, *scale = c->scales;
    const __m512i low = _mm512_set1_epi32(c->how->low), high = _mm512_set1_epi32(c->how->high);
    const __m512i magnitude = _mm512_set1_epi32(PC_QUANT_MAGNITUDE);
    __m512i greatest = _mm512_setzero_si512();
    unsigned n = PC_QUANT_WHOLE(c->n);
    for (unsigned i = 0; i < n; i += 16) {
        __m512 v = _mm512_loadu_ps(x + i);
        __m512i zero = _mm512_loadu_si512(c->zeros + i);
        greatest = _mm512_max_epi32(greatest, _mm512_and_si512(_mm512_castps_si512(v), magnitude));
        v = _mm512_div_ps(v, _mm512_loadu_ps(scale + i));
        v = _mm512_max_ps(v, _mm512_cvtepi32_ps(_mm512_sub_epi32(low, zero)));
        v = _mm512_min_ps(v, _mm512_cvtepi32_ps(_mm512_sub_epi32(high, zero)));
        zero = _mm512_add_epi32(_mm512_cvtps_epi32(v), zero);
        if (c->how->code_bytes == 1)
            _mm_storeu_si128((__m128i *)(void *)(c->codes + i), _mm512_cvtepi32_epi8(zero));
        else
            _mm256_storeu_si256((__m256i *)(void *)(c->codes + 2 * i), _mm512_cvtepi32_epi16(zero));
    }
    return _mm512_cmpgt_epi32_mask(greatest, _mm512_set1_epi32(PC_QUANT_GREATEST)) == 0;
}

PC_TARGET_AVX512 void pc_quant_decode_avx512(const pc_quant_chunk *c)
{
    if (!pc_quant_is_plain(c)) {
        pc_quant_decode_avx2(c);
        return;
    }
    float *x = c->numbers;
    const float *scale = c->scales;
    const __m512i sign = _mm512_set1_epi32(pc_quant_sign(c->how));
    unsigned n = PC_QUANT_WHOLE(c->n);
    for (unsigned i = 0; i < n; i += 16) {
        __m512i v;
        if (c->how->code_bytes == 1)
            v = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(c->codes + i)));
        else
            v = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(c->codes + 2 * i)));
        v = _mm512_sub_epi32(_mm512_xor_si512(v, sign), sign);
        v = _mm512_sub_epi32(v, _mm512_loadu_si512(c->zeros + i));
        _mm512_storeu_ps(x + i, _mm512_mul_ps(_mm512_cvtepi32_ps(v), _mm512_loadu_ps(scale + i)));
    }
}

PC_TARGET_AVX512 void pc_quant_range_avx512(const void *src, int is_double, size_t n, void *low, void *high)
{
    if (is_double || n < 32) {
        pc_quant_range_avx2(src, is_double, n, low, high);
        return;
    }
    const float *x = src;
    const __m512i magnitude = _mm512_set1_epi32(PC_QUANT_MAGNITUDE);
    __m512 least[2], most[2];
    __m512i greatest[2];
    for (unsigned k = 0; k < 2; k++)
        least[k] = most[k] = _mm512_loadu_ps(x + 16 * k), greatest[k] = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 32) {
        const float *p = x + PC_MIN(i, n - 32); /* the last ones twice rather than by another loop */
        for (unsigned k = 0; k < 2; k++) {
            __m512 v = _mm512_loadu_ps(p + 16 * k);
            least[k] = _mm512_min_ps(v, least[k]);
            most[k] = _mm512_max_ps(v, most[k]);
            greatest[k] = _mm512_max_epi32(greatest[k], _mm512_and_si512(_mm512_castps_si512(v), magnitude));
        }
    }
    float ends[2] = {_mm512_reduce_min_ps(_mm512_min_ps(least[0], least[1])),
                     _mm512_reduce_max_ps(_mm512_max_ps(most[0], most[1]))};
    pc_quant_set_range(_mm512_reduce_max_epi32(_mm512_max_epi32(greatest[0], greatest[1])), ends, low, high);
}

#endif
