/* Integer DCT, two blocks at a time in vectors of 16 lanes of 32 bits, and what follows the transforms. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/dct_unroll.h"
#include "arch/variants.h"

/* 8 x 8 in each half: 4 x 4 in each 128-bit lane, then lanes between rows 4 apart. */
PC_TARGET_AVX512 PC_INLINE void transpose(__m512i *v)
{
    const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    const __m512i odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    PC_UNROLL
    for (int r = 0; r < 8; r += 4) {
        __m512i t0 = _mm512_unpacklo_epi32(v[r], v[r + 1]), t1 = _mm512_unpackhi_epi32(v[r], v[r + 1]);
        __m512i t2 = _mm512_unpacklo_epi32(v[r + 2], v[r + 3]);
        __m512i t3 = _mm512_unpackhi_epi32(v[r + 2], v[r + 3]);
        v[r] = _mm512_unpacklo_epi64(t0, t2);
        v[r + 1] = _mm512_unpackhi_epi64(t0, t2);
        v[r + 2] = _mm512_unpacklo_epi64(t1, t3);
        v[r + 3] = _mm512_unpackhi_epi64(t1, t3);
    }
    PC_UNROLL
    for (int r = 0; r < 4; r++) {
        __m512i a = v[r], b = v[r + 4];
        v[r] = _mm512_permutex2var_epi64(a, even, b);
        v[r + 4] = _mm512_permutex2var_epi64(a, odd, b);
    }
}

PC_TARGET_AVX512 PC_INLINE __m512i load_two(const int16_t *p, ptrdiff_t step)
{
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)),
                                           _mm_loadu_si128((const __m128i *)(p + step)), 1);
    return _mm512_cvtepi16_epi32(both);
}

PC_TARGET_AVX512 PC_INLINE void store_two(int16_t *p, ptrdiff_t step, __m512i v)
{
    __m256i both = _mm512_cvtepi32_epi16(v);
    _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(both));
    _mm_storeu_si128((__m128i *)(p + step), _mm256_extracti128_si256(both, 1));
}

#define TARGET PC_TARGET_AVX512
#define V __m512i
#define W 16
#define FN(name) name##_avx512
#define BELOW(name) name##_avx2
#define IADD _mm512_add_epi32
#define ISUB _mm512_sub_epi32
#define IMUL(x, c) _mm512_madd_epi16(x, _mm512_set1_epi32(c)) /* the upper halves meet zeros */
#define ISHL _mm512_slli_epi32
#define ISHR _mm512_srai_epi32
#define ISET1 _mm512_set1_epi32
#define LOAD16 load_two
#define STORE16 store_two
#define TRANSPOSE transpose
#include "arch/dct_islow.h"

PC_TARGET_AVX512 PC_INLINE __m256i round_16(const float *p)
{
    __m512 x = _mm512_max_ps(_mm512_loadu_ps(p), _mm512_set1_ps(-32768.0f));
    return _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(_mm512_min_ps(x, _mm512_set1_ps(32767.0f))));
}

PC_TARGET_AVX512 PC_INLINE __m512i join(__m256i low, __m256i high)
{
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* A block of 64 to its places: two-source permutations, whose controls are the order itself. */
PC_TARGET_AVX512 PC_INLINE void store_block(int16_t *dst, const uint16_t *order, __m512i low, __m512i high)
{
    if (order != NULL) {
        __m512i first = _mm512_loadu_si512(order), second = _mm512_loadu_si512(order + 32), a = low;
        low = _mm512_permutex2var_epi16(a, first, high);
        high = _mm512_permutex2var_epi16(a, second, high);
    }
    _mm512_storeu_si512(dst, low);
    _mm512_storeu_si512(dst + 32, high);
}

PC_TARGET_AVX512 void pc_dct_round_avx512(const float *src, size_t n, const uint16_t *order, size_t count,
                                          int16_t *dst)
{
    if (n != 64) {
        pc_dct_round_avx2(src, n, order, count, dst);
        return;
    }
    for (; count != 0; count--, src += 64, dst += 64)
        store_block(dst, order, join(round_16(src), round_16(src + 16)),
                    join(round_16(src + 32), round_16(src + 48)));
}

PC_TARGET_AVX512 PC_INLINE __m256i quantise_16(const int16_t *p, const float *steps)
{
    __m512i c = _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)p));
    __m512 sum = _mm512_add_ps(_mm512_cvtepi32_ps(_mm512_abs_epi32(c)), _mm512_loadu_ps(steps));
    __m512i size = _mm512_cvttps_epi32(_mm512_mul_ps(sum, _mm512_loadu_ps(steps + 64)));
    __mmask16 below = _mm512_movepi32_mask(c);
    return _mm512_cvtepi32_epi16(_mm512_mask_sub_epi32(size, below, _mm512_setzero_si512(), size));
}

PC_TARGET_AVX512 void pc_dct_quantise_avx512(const int16_t *src, const float *steps, const uint16_t *order,
                                             size_t count, int16_t *dst)
{
    for (; count != 0; count--, src += 64, dst += 64) {
        __m512i low = join(quantise_16(src, steps), quantise_16(src + 16, steps + 16));
        __m512i high = join(quantise_16(src + 32, steps + 32), quantise_16(src + 48, steps + 48));
        store_block(dst, order, low, high);
    }
}

#endif
