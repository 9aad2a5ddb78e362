/* rANS encoding with AVX-512: 64 lanes in four vectors, from the last to the first. See rans_common.h
 * for the algorithm. Entries come by scalar loads, two to an instruction: they depend on nothing, so
 * the gather's only effect is to be slower where microcode made it so. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

typedef struct pair {
    __m512i low, high;
} pair;

PC_TARGET_AVX512 PC_INLINE __m128i load_two(const uint64_t *a, const uint64_t *b)
{
    __m128 first = _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)a));
    return _mm_castps_si128(_mm_loadh_pi(first, (const __m64 *)b));
}

PC_TARGET_AVX512 PC_INLINE __m512i load_eight(const uint64_t *entries, const uint8_t *src)
{
    __m256i a = _mm256_castsi128_si256(load_two(entries + src[0], entries + src[1]));
    __m256i b = _mm256_castsi128_si256(load_two(entries + src[4], entries + src[5]));
    a = _mm256_inserti128_si256(a, load_two(entries + src[2], entries + src[3]), 1);
    b = _mm256_inserti128_si256(b, load_two(entries + src[6], entries + src[7]), 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

/* The halves of the entries of 16 symbols. */
PC_TARGET_AVX512 PC_INLINE pair lookup(const uint64_t *entries, const uint8_t *src)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
    __m512i a = load_eight(entries, src), b = load_eight(entries, src + 8);
    pair p = {_mm512_permutex2var_epi32(a, even, b), _mm512_permutex2var_epi32(a, odd, b)};
    return p;
}

PC_TARGET_AVX512 PC_INLINE __mmask16 must_shift(__m512i x, pair entry)
{
    __m512i threshold = _mm512_and_si512(entry.low, _mm512_set1_epi32((int)0xfff00000u));
    return _mm512_cmpge_epu32_mask(x, threshold);
}

/* Sends the low words of the marked lanes, lower lanes at lower addresses. */
PC_TARGET_AVX512 PC_INLINE void send(__m512i x0, __m512i x1, __mmask16 lanes0, __mmask16 lanes1,
                                     uint8_t **out)
{
    __m512i words = _mm512_castsi256_si512(_mm512_cvtepi32_epi16(x0));
    words = _mm512_inserti64x4(words, _mm512_cvtepi32_epi16(x1), 1);
    __mmask32 lanes = _mm512_kunpackw(lanes1, lanes0);
    unsigned count = (unsigned)_mm_popcnt_u32(lanes);
    *out -= 2 * count;
    /* Compressing straight to memory is microcoded on Zen 4; a masked store is not. */
    _mm512_mask_storeu_epi16(*out, _bzhi_u32(0xffffffffu, count), _mm512_maskz_compress_epi16(lanes, words));
}

/* The shift that goes with the word, and pc_rans_push. */
PC_TARGET_AVX512 PC_INLINE __m512i push(__m512i x, __mmask16 lanes, pair entry)
{
    const __m512i slots = _mm512_set1_epi32(PC_RANS_TOTAL - 1), total = _mm512_set1_epi32(PC_RANS_TOTAL);
    x = _mm512_mask_srli_epi32(x, lanes, x, 16);
    __m512i dividend = _mm512_add_epi32(x, _mm512_and_si512(entry.low, _mm512_set1_epi32(1)));
    __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(dividend, entry.high), 32);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(dividend, 32), _mm512_srli_epi64(entry.high, 32));
    __m512i quotient = _mm512_mask_blend_epi32(0xaaaa, even, odd);
    __m512i shift = _mm512_and_si512(_mm512_srli_epi32(entry.low, 4), _mm512_set1_epi32(15));
    quotient = _mm512_srlv_epi32(quotient, shift);
    __m512i step = _mm512_sub_epi32(total, _mm512_srli_epi32(entry.low, 20));
    __m512i start = _mm512_and_si512(_mm512_srli_epi32(entry.low, 8), slots);
    return _mm512_add_epi32(_mm512_add_epi32(x, start), _mm512_mullo_epi32(quotient, step));
}

/* One half of a group: 32 lanes. */
PC_TARGET_AVX512 PC_INLINE void encode_half(__m512i *x0, __m512i *x1, const uint64_t *entries,
                                            const uint8_t *src, uint8_t **out, __m512i *seen)
{
    pair e0 = lookup(entries, src), e1 = lookup(entries, src + 16);
    __mmask16 lanes0 = must_shift(*x0, e0), lanes1 = must_shift(*x1, e1);
    *seen = _mm512_or_si512(*seen, _mm512_or_si512(e0.low, e1.low));
    send(*x0, *x1, lanes0, lanes1, out);
    *x0 = push(*x0, lanes0, e0);
    *x1 = push(*x1, lanes1, e1);
}

PC_TARGET_AVX512 size_t pc_rans_encode_avx512(uint32_t states[64], const uint64_t entries[256],
                                              const uint8_t *src, size_t groups, const uint8_t *dst_begin,
                                              uint8_t **dst, uint32_t *flags)
{
    __m512i x0 = _mm512_loadu_si512(states), x1 = _mm512_loadu_si512(states + 16);
    __m512i x2 = _mm512_loadu_si512(states + 32), x3 = _mm512_loadu_si512(states + 48);
    __m512i seen = _mm512_setzero_si512();
    uint8_t *out = *dst;
    size_t left = groups;
    while (left > 0 && out - dst_begin >= PC_RANS_GROUP_BYTES) {
        left--;
        const uint8_t *group = src + PC_RANS_LANES * left;
        encode_half(&x2, &x3, entries, group + 32, &out, &seen);
        encode_half(&x0, &x1, entries, group, &out, &seen);
    }
    _mm512_storeu_si512(states, x0);
    _mm512_storeu_si512(states + 16, x1);
    _mm512_storeu_si512(states + 32, x2);
    _mm512_storeu_si512(states + 48, x3);
    *flags |= (uint32_t)_mm512_reduce_or_epi32(seen);
    *dst = out;
    return groups - left;
}

#endif
