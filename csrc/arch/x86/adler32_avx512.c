/* Adler-32 on AVX-512 with VNNI: 64 bytes a step, as arch/x86/adler32_avx2.c does with 32, except that one
 * instruction multiplies and adds four bytes. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/adler32_common.h"

#if PC_X86
#include <immintrin.h>

enum { STEP = 64 };

PC_TARGET_AVX512 uint32_t pc_adler32_avx512(uint32_t adler, const uint8_t *src, size_t n)
{
    if (n < STEP) return pc_adler32_avx2(adler, src, n);
    static const uint8_t descending[STEP] = {64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49,
                                             48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33,
                                             32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
                                             16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1};
    const __m512i weights = _mm512_loadu_si512(descending), zero = _mm512_setzero_si512();
    uint32_t a = adler & 0xffff, b = adler >> 16;
    while (n >= STEP) {
        size_t steps = PC_MIN(n, (size_t)PC_ADLER32_PIECE) / STEP;
        __m512i sum = zero, before = zero, weighted = zero;
        for (size_t i = 0; i < steps; i++, src += STEP) {
            __m512i x = _mm512_loadu_si512(src);
            before = _mm512_add_epi32(before, sum);
            sum = _mm512_add_epi32(sum, _mm512_sad_epu8(x, zero));
            weighted = _mm512_dpbusd_epi32(weighted, x, weights);
        }
        b += (uint32_t)(STEP * steps) * a + STEP * (uint32_t)_mm512_reduce_add_epi32(before) +
             (uint32_t)_mm512_reduce_add_epi32(weighted);
        a = (a + (uint32_t)_mm512_reduce_add_epi32(sum)) % PC_ADLER32_BASE;
        b %= PC_ADLER32_BASE;
        n -= STEP * steps;
    }
    return n == 0 ? b << 16 | a : pc_adler32_avx2(b << 16 | a, src, n);
}

#endif
