/* rANS decoding with AVX-512: 64 lanes in four vectors. See rans_common.h for the algorithm.
 *
 * One step of a lane is a chain of some 55 cycles (gather, multiply, compare, expand) in which the
 * ports idle; four vectors in flight fill them. Here the hardware gather beats scalar loads by half
 * (docs/design/0003-rans.md): every CPU with VBMI2 has a usable one.
 * Reads at most PC_RANS_GROUP_BYTES from the input for each group, whatever the group consumes. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

PC_TARGET_AVX512 PC_INLINE __m512i lookup(const uint32_t *entries, __m512i x)
{
    return _mm512_i32gather_epi32(_mm512_and_si512(x, _mm512_set1_epi32(PC_RANS_TOTAL - 1)), entries, 4);
}

/* pc_rans_pop of 16 lanes. */
PC_TARGET_AVX512 PC_INLINE __m512i pop(__m512i x, __m512i entry)
{
    __m512i offset = _mm512_and_si512(_mm512_srli_epi32(entry, 8), _mm512_set1_epi32(PC_RANS_TOTAL - 1));
    x = _mm512_mullo_epi32(_mm512_srli_epi32(x, PC_RANS_BITS), _mm512_srli_epi32(entry, 20));
    return _mm512_add_epi32(x, offset);
}

/* Gives the next words to the lanes that fell below the range, in the order of the lanes. */
PC_TARGET_AVX512 PC_INLINE __m512i refill(__m512i x, const uint8_t **in)
{
    __mmask16 lanes = _mm512_cmplt_epu32_mask(x, _mm512_set1_epi32((int)PC_RANS_LOW));
    __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)*in));
    *in += 2 * _mm_popcnt_u32(lanes);
    return _mm512_or_si512(_mm512_mask_slli_epi32(x, lanes, x, 16), _mm512_maskz_expand_epi32(lanes, words));
}

PC_TARGET_AVX512 PC_INLINE void store_symbols(uint8_t *dst, __m512i entry)
{
    _mm_storeu_si128((__m128i *)dst, _mm512_cvtepi32_epi8(entry));
}

PC_TARGET_AVX512 size_t pc_rans_decode_avx512(uint32_t states[64], const uint32_t entries[4096],
                                              const uint8_t **src, const uint8_t *src_end, uint8_t *dst,
                                              size_t groups)
{
    const uint8_t *in = *src;
    __m512i x0 = _mm512_loadu_si512(states), x1 = _mm512_loadu_si512(states + 16);
    __m512i x2 = _mm512_loadu_si512(states + 32), x3 = _mm512_loadu_si512(states + 48);
    size_t g = 0;
    for (; g < groups && src_end - in >= PC_RANS_GROUP_BYTES; g++, dst += PC_RANS_LANES) {
        __m512i e0 = lookup(entries, x0), e1 = lookup(entries, x1);
        __m512i e2 = lookup(entries, x2), e3 = lookup(entries, x3);
        store_symbols(dst, e0);
        store_symbols(dst + 16, e1);
        store_symbols(dst + 32, e2);
        store_symbols(dst + 48, e3);
        x0 = refill(pop(x0, e0), &in);
        x1 = refill(pop(x1, e1), &in);
        x2 = refill(pop(x2, e2), &in);
        x3 = refill(pop(x3, e3), &in);
    }
    _mm512_storeu_si512(states, x0);
    _mm512_storeu_si512(states + 16, x1);
    _mm512_storeu_si512(states + 32, x2);
    _mm512_storeu_si512(states + 48, x3);
    *src = in;
    return g;
}

#endif
