/* Strips of 16 rows turned into columns and back by four rounds of byte interleaving, 32 columns a
 * step: each 128-bit lane holds its own 16 x 16 block. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

/* One round: row i interleaved with row i + 8. Written out, so that the rows stay in registers. */
#define PAIR(to, from, i)                                                                                    \
    (to)[2 * (i)] = _mm256_unpacklo_epi8((from)[i], (from)[(i) + 8]);                                        \
    (to)[2 * (i) + 1] = _mm256_unpackhi_epi8((from)[i], (from)[(i) + 8])
#define ROUND(to, from)                                                                                      \
    PAIR(to, from, 0);                                                                                       \
    PAIR(to, from, 1);                                                                                       \
    PAIR(to, from, 2);                                                                                       \
    PAIR(to, from, 3);                                                                                       \
    PAIR(to, from, 4);                                                                                       \
    PAIR(to, from, 5);                                                                                       \
    PAIR(to, from, 6);                                                                                       \
    PAIR(to, from, 7)

/* Each round moves a bit of the row number into the column number, so after four v[c] holds column c of
 * each lane. Its own inverse. */
PC_TARGET_AVX2 PC_INLINE void transpose_lanes(__m256i v[16])
{
    __m256i t[16];
    ROUND(t, v);
    ROUND(v, t);
    ROUND(t, v);
    ROUND(v, t);
}

PC_TARGET_AVX2 void pc_gather_columns_avx2(const uint8_t *const rows[16], size_t cols,
                                           const uint32_t *offsets, uint8_t *dst)
{
    size_t c = 0;
    for (; cols - c >= 32; c += 32) {
        __m256i v[16];
        for (unsigned r = 0; r < 16; r++) v[r] = _mm256_loadu_si256((const __m256i *)(rows[r] + c));
        transpose_lanes(v);
        for (unsigned i = 0; i < 16; i++) {
            _mm_storeu_si128((__m128i *)(dst + offsets[c + i]), _mm256_castsi256_si128(v[i]));
            _mm_storeu_si128((__m128i *)(dst + offsets[c + 16 + i]), _mm256_extracti128_si256(v[i], 1));
        }
    }
    const uint8_t *rest[16];
    for (unsigned r = 0; r < 16; r++) rest[r] = rows[r] + c;
    pc_gather_columns_scalar(rest, cols - c, offsets + c, dst);
}

PC_TARGET_AVX2 void pc_scatter_columns_avx2(const uint8_t *src, const uint32_t *offsets, size_t cols,
                                            uint8_t *const rows[16])
{
    size_t c = 0;
    for (; cols - c >= 32; c += 32) {
        __m256i v[16];
        for (unsigned i = 0; i < 16; i++) {
            __m256i first = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(src + offsets[c + i])));
            const __m128i *second = (const __m128i *)(src + offsets[c + 16 + i]);
            v[i] = _mm256_inserti128_si256(first, _mm_loadu_si128(second), 1);
        }
        transpose_lanes(v);
        for (unsigned r = 0; r < 16; r++) _mm256_storeu_si256((__m256i *)(rows[r] + c), v[r]);
    }
    uint8_t *rest[16];
    for (unsigned r = 0; r < 16; r++) rest[r] = rows[r] + c;
    pc_scatter_columns_scalar(src, offsets + c, cols - c, rest);
}

PC_TARGET_AVX2 uint64_t pc_sum_u8_avx2(const uint8_t *src, size_t n)
{
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; n - i >= 32; i += 32)
        sums = _mm256_add_epi64(
            sums, _mm256_sad_epu8(_mm256_loadu_si256((const __m256i *)(src + i)), _mm256_setzero_si256()));
    uint64_t lanes[4];
    _mm256_storeu_si256((__m256i *)lanes, sums);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] + pc_sum_u8_scalar(src + i, n - i);
}

PC_TARGET_AVX2 void pc_accumulate_u8_avx2(const uint8_t *src, size_t n, uint32_t *sums)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        __m256i values = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(src + i)));
        __m256i *to = (__m256i *)(sums + i);
        _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), values));
    }
    pc_accumulate_u8_scalar(src + i, n - i, sums + i);
}

PC_TARGET_AVX2 void pc_widen_u8_avx2(const uint8_t *src, size_t n, uint8_t *low, uint8_t *high)
{
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        __m256i values = _mm256_loadu_si256((const __m256i *)(src + i));
        __m256i below = _mm256_sub_epi8(values, _mm256_set1_epi8(1));
        __m256i *to_low = (__m256i *)(low + i), *to_high = (__m256i *)(high + i);
        _mm256_storeu_si256(to_low, _mm256_min_epu8(_mm256_loadu_si256(to_low), below));
        _mm256_storeu_si256(to_high, _mm256_max_epu8(_mm256_loadu_si256(to_high), values));
    }
    pc_widen_u8_scalar(src + i, n - i, low + i, high + i);
}

#endif
