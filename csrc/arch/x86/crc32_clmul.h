/* CRC-32 in 128-bit registers: the steps that both tiers share. See checksum/crc32_common.h for the
 * algebra and the constants. */
#ifndef PC_ARCH_X86_CRC32_CLMUL_H
#define PC_ARCH_X86_CRC32_CLMUL_H

#include <immintrin.h>

#include "base/compiler.h"
#include "checksum/crc32_common.h"

PC_TARGET_AVX2 PC_INLINE __m128i crc32_load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Two 64-bit constants as one register: the one for the first eight bytes comes first. */
PC_TARGET_AVX2 PC_INLINE __m128i crc32_pair(uint64_t high_degrees, uint64_t low_degrees)
{
    return _mm_set_epi64x((long long)low_degrees, (long long)high_degrees);
}

/* v moved forward by the distance of `fold`, plus what stands there. */
PC_TARGET_AVX2 PC_INLINE __m128i crc32_fold(__m128i v, __m128i fold, __m128i there)
{
    __m128i h = _mm_clmulepi64_si128(v, fold, 0x00), l = _mm_clmulepi64_si128(v, fold, 0x11);
    return _mm_xor_si128(_mm_xor_si128(h, l), there);
}

/* The remainder of v x^32. */
PC_TARGET_AVX2 PC_INLINE uint32_t crc32_reduce(__m128i v)
{
    __m128i zero = _mm_setzero_si128(), end = crc32_pair(PC_CRC32_END_96, PC_CRC32_END_64);
    __m128i barrett = crc32_pair(PC_CRC32_BARRETT, PC_CRC32_POLY);
    __m128i low = _mm_slli_si128(_mm_unpackhi_epi64(v, zero), 4);
    __m128i w = _mm_xor_si128(_mm_clmulepi64_si128(v, end, 0x00), low); /* degree 95 */
    __m128i y = _mm_xor_si128(_mm_clmulepi64_si128(w, end, 0x10), w);   /* degree 63: upper half */
    y = _mm_unpackhi_epi64(y, zero);
    __m128i word = _mm_cvtsi32_si128(-1);
    __m128i q = _mm_clmulepi64_si128(_mm_and_si128(y, word), barrett, 0x00);
    __m128i p = _mm_clmulepi64_si128(_mm_and_si128(q, word), barrett, 0x10);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(y, p), 1);
}

/* All after the first 16 bytes, which are in v with the state before them: n >= 0 bytes from src on. */
PC_TARGET_AVX2 PC_INLINE uint32_t crc32_finish(__m128i v, const uint8_t *src, size_t n)
{
    __m128i fold = crc32_pair(PC_CRC32_FOLD_128);
    for (; n >= 16; n -= 16, src += 16) v = crc32_fold(v, fold, crc32_load(src));
    if (n > 0) {
        /* Sixteen zeros minus n in front change nothing: cut (v | rest) n bytes into v instead. */
        __m128i first = _mm_shuffle_epi8(v, crc32_load(PC_CRC32_SLIDE + n));
        __m128i rest = crc32_load(src + n - 16), slide = crc32_load(PC_CRC32_SLIDE + 16 + n);
        /* The upper bits of the indices, set where v has nothing to give, choose from the input's end. */
        __m128i second = _mm_blendv_epi8(_mm_shuffle_epi8(v, slide), rest, slide);
        v = crc32_fold(first, fold, second);
    }
    return ~crc32_reduce(v);
}

#endif
