/* Adler-32 on AVX2: 32 bytes a step. With s the sum of the bytes before a step, the step adds 32 s and
 * its own bytes weighted 32 .. 1 to b. See checksum/adler32.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/adler32_common.h"

#if PC_X86
#include <immintrin.h>

enum { STEP = 32 };

PC_TARGET_AVX2 PC_INLINE uint32_t total(__m256i v)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    half = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
    return (uint32_t)_mm_extract_epi32(half, 0) + (uint32_t)_mm_extract_epi32(half, 1);
}

PC_TARGET_AVX2 uint32_t pc_adler32_avx2(uint32_t adler, const uint8_t *src, size_t n)
{
    const __m256i weights = _mm256_setr_epi8(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
                                             16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    const __m256i zero = _mm256_setzero_si256(), ones = _mm256_set1_epi16(1);
    uint32_t a = adler & 0xffff, b = adler >> 16;
    while (n >= STEP) {
        size_t steps = PC_MIN(n, (size_t)PC_ADLER32_PIECE) / STEP;
        __m256i sum = zero, before = zero, weighted = zero;
        for (size_t i = 0; i < steps; i++, src += STEP) {
            __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)src);
            before = _mm256_add_epi32(before, sum);
            sum = _mm256_add_epi32(sum, _mm256_sad_epu8(x, zero));
            weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(x, weights), ones));
        }
        b += (uint32_t)(STEP * steps) * a + STEP * total(before) + total(weighted);
        a = (a + total(sum)) % PC_ADLER32_BASE;
        b %= PC_ADLER32_BASE;
        n -= STEP * steps;
    }
    return pc_adler32_scalar(b << 16 | a, src, n);
}

#endif
