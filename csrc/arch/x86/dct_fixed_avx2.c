/* Integer DCT, one block at a time in vectors of 8 lanes of 32 bits, and what follows the transforms. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/dct_unroll.h"
#include "arch/variants.h"

PC_TARGET_AVX2 PC_INLINE void transpose(__m256i *v)
{
    PC_UNROLL
    for (int r = 0; r < 8; r += 4) {
        __m256i t0 = _mm256_unpacklo_epi32(v[r], v[r + 1]), t1 = _mm256_unpackhi_epi32(v[r], v[r + 1]);
        __m256i t2 = _mm256_unpacklo_epi32(v[r + 2], v[r + 3]);
        __m256i t3 = _mm256_unpackhi_epi32(v[r + 2], v[r + 3]);
        v[r] = _mm256_unpacklo_epi64(t0, t2);
        v[r + 1] = _mm256_unpackhi_epi64(t0, t2);
        v[r + 2] = _mm256_unpacklo_epi64(t1, t3);
        v[r + 3] = _mm256_unpackhi_epi64(t1, t3);
    }
    PC_UNROLL
    for (int r = 0; r < 4; r++) {
        __m256i a = v[r], b = v[r + 4];
        v[r] = _mm256_permute2x128_si256(a, b, 0x20);
        v[r + 4] = _mm256_permute2x128_si256(a, b, 0x31);
    }
}

/* The low 16 bits of each lane. */
PC_TARGET_AVX2 PC_INLINE void store_low(int16_t *p, __m256i v)
{
    __m256i wrapped = _mm256_srai_epi32(_mm256_slli_epi32(v, 16), 16);
    __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi32(wrapped, wrapped), 0x08);
    _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(packed));
}

#define TARGET PC_TARGET_AVX2
#define V __m256i
#define W 8
#define FN(name) name##_avx2
#define BELOW(name) name##_scalar
#define IADD _mm256_add_epi32
#define ISUB _mm256_sub_epi32
#define IMUL(x, c) _mm256_madd_epi16(x, _mm256_set1_epi32(c)) /* the upper halves meet zeros */
#define ISHL(x, n) _mm256_slli_epi32(x, (int)(n))
#define ISHR(x, n) _mm256_srai_epi32(x, (int)(n))
#define ISET1 _mm256_set1_epi32
#define LOAD16(p, step) _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)(p)))
#define STORE16(p, step, v) store_low(p, v)
#define TRANSPOSE transpose
#include "arch/dct_islow.h"

/* Eight floats to the nearest integers, limited as the scalar twin does. */
PC_TARGET_AVX2 PC_INLINE __m256i round_8(const float *p)
{
    __m256 x = _mm256_max_ps(_mm256_loadu_ps(p), _mm256_set1_ps(-32768.0f));
    return _mm256_cvtps_epi32(_mm256_min_ps(x, _mm256_set1_ps(32767.0f)));
}

PC_TARGET_AVX2 PC_INLINE __m256i pack_16(__m256i low, __m256i high)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
}

/* Numbers to their places by way of memory: without a two-source permutation of 16-bit lanes nothing is
 * quicker than 64 moves. */
PC_TARGET_AVX2 PC_INLINE void reorder(const int16_t *src, size_t n, const uint16_t *order, int16_t *dst)
{
    for (size_t i = 0; i < n; i += 4) {
        int16_t a = src[order[i]], b = src[order[i + 1]], c = src[order[i + 2]], d = src[order[i + 3]];
        dst[i] = a, dst[i + 1] = b, dst[i + 2] = c, dst[i + 3] = d;
    }
}

PC_TARGET_AVX2 void pc_dct_round_avx2(const float *src, size_t n, const uint16_t *order, size_t count,
                                      int16_t *dst)
{
    int16_t natural[64 * 64];
    for (; count != 0; count--, src += n, dst += n) {
        int16_t *to = order == NULL ? dst : natural;
        for (size_t i = 0; i < n; i += 16) /* n is 16 at least */
            _mm256_storeu_si256((__m256i *)(to + i), pack_16(round_8(src + i), round_8(src + i + 8)));
        if (order != NULL) reorder(natural, n, order, dst);
    }
}

PC_TARGET_AVX2 PC_INLINE __m256i quantise_8(__m256i c, const float *steps)
{
    __m256 sum = _mm256_add_ps(_mm256_cvtepi32_ps(_mm256_abs_epi32(c)), _mm256_loadu_ps(steps));
    __m256i size = _mm256_cvttps_epi32(_mm256_mul_ps(sum, _mm256_loadu_ps(steps + 64)));
    return _mm256_sign_epi32(size, c);
}

PC_TARGET_AVX2 void pc_dct_quantise_avx2(const int16_t *src, const float *steps, const uint16_t *order,
                                         size_t count, int16_t *dst)
{
    int16_t natural[64];
    for (; count != 0; count--, src += 64, dst += 64) {
        int16_t *to = order == NULL ? dst : natural;
        for (size_t i = 0; i < 64; i += 16) {
            __m256i low = quantise_8(LOAD16(src + i, 0), steps + i);
            __m256i high = quantise_8(LOAD16(src + i + 8, 0), steps + i + 8);
            _mm256_storeu_si256((__m256i *)(to + i), pack_16(low, high));
        }
        if (order != NULL) reorder(natural, 64, order, dst);
    }
}

#endif
