/* Float split and merge, 64 elements a step. Two-byte floats are worked on as they are; the upper halves
 * of fp32 have the shape of bf16, so fp32 is the same loop with the lower halves set aside. Layouts with
 * odd low bits (fp16 of bf16 origin, fp64) are rare and stay scalar. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

/* The constants of one layout and window, spread over the lanes. */
typedef struct splitter {
    __m512i raw_bits, sign_shift, raw_mask, key_mask, sign, before, first, span, width;
} splitter;

PC_TARGET_AVX512 PC_INLINE splitter make_splitter(unsigned mid_bits, unsigned key_bits, pc_key_window window)
{
    unsigned raw = mid_bits - 1, span = window.last - window.first;
    return (splitter){
        .raw_bits = _mm512_set1_epi16((short)raw),
        .sign_shift = _mm512_set1_epi16((short)(15 - raw)),
        .raw_mask = _mm512_set1_epi16((short)((1u << raw) - 1)),
        .key_mask = _mm512_set1_epi16((short)((1u << key_bits) - 1)),
        .sign = _mm512_set1_epi16((short)(1u << raw)),
        .before = _mm512_set1_epi16((short)(window.first - 1)),
        .first = _mm512_set1_epi16((short)window.first),
        .span = _mm512_set1_epi16((short)span),
        .width = _mm512_set1_epi16((short)(span + 1)),
    };
}

/* Symbols of 32 sixteen-bit tops; lanes outside the window are added to *outside. */
PC_TARGET_AVX512 PC_INLINE __m512i symbols_of(__m512i x, const splitter *s, __mmask32 *outside)
{
    __m512i key = _mm512_and_si512(_mm512_srlv_epi16(x, s->raw_bits), s->key_mask);
    __mmask32 live = _mm512_test_epi16_mask(key, key);
    *outside |= _mm512_mask_cmpgt_epu16_mask(live, _mm512_sub_epi16(key, s->first), s->span);
    __m512i symbol = _mm512_min_epu16(_mm512_subs_epu16(key, s->before), s->width);
    return _mm512_maskz_max_epu16(live, symbol, _mm512_set1_epi16(1));
}

PC_TARGET_AVX512 PC_INLINE __m512i mids_of(__m512i x, const splitter *s)
{
    __m512i sign = _mm512_and_si512(_mm512_srlv_epi16(x, s->sign_shift), s->sign);
    return _mm512_or_si512(_mm512_and_si512(x, s->raw_mask), sign);
}

/* Packing works within 128-bit lanes; this puts the quarters back in order. */
PC_TARGET_AVX512 PC_INLINE __m512i in_order(__m512i packed)
{
    return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), packed);
}

PC_TARGET_AVX512 PC_INLINE void store_split(__m512i a, __m512i b, const splitter *s, uint8_t *symbols,
                                            uint8_t *mids, __mmask32 *outside)
{
    __m512i sym = _mm512_packus_epi16(symbols_of(a, s, outside), symbols_of(b, s, outside));
    __m512i mid = _mm512_packus_epi16(mids_of(a, s), mids_of(b, s));
    _mm512_storeu_si512(symbols, in_order(sym));
    _mm512_storeu_si512(mids, in_order(mid));
}

PC_TARGET_AVX512 void pc_float_split_avx512(const uint8_t *src, size_t n, const pc_float_layout *layout,
                                            pc_key_window window, uint8_t *symbols, uint8_t *mids,
                                            uint8_t *lows, pc_split_facts *facts)
{
    const splitter s = make_splitter(layout->mid_bits, layout->key_bits, window);
    __m512i any = _mm512_setzero_si512(), all = _mm512_set1_epi8(-1);
    __mmask32 outside = 0;
    size_t i = 0;
    if (layout->size == 2 && layout->low_bits == 0) {
        for (; n - i >= 64; i += 64) {
            __m512i a = _mm512_loadu_si512(src + 2 * i), b = _mm512_loadu_si512(src + 2 * i + 64);
            any = _mm512_or_si512(any, _mm512_or_si512(a, b));
            all = _mm512_and_si512(all, _mm512_and_si512(a, b));
            store_split(a, b, &s, symbols + i, mids + i, &outside);
        }
    } else if (layout->size == 4) {
        for (; n - i >= 64; i += 64) {
            __m512i top[2];
            for (unsigned h = 0; h < 2; h++) {
                const uint8_t *at = src + 4 * (i + 32 * h);
                __m512i a = _mm512_loadu_si512(at), b = _mm512_loadu_si512(at + 64);
                any = _mm512_or_si512(any, _mm512_or_si512(a, b));
                all = _mm512_and_si512(all, _mm512_and_si512(a, b));
                top[h] = in_order(_mm512_packus_epi32(_mm512_srli_epi32(a, 16), _mm512_srli_epi32(b, 16)));
                __m512i low_a = _mm512_and_si512(a, _mm512_set1_epi32(0xffff));
                __m512i low_b = _mm512_and_si512(b, _mm512_set1_epi32(0xffff));
                _mm512_storeu_si512(lows + 2 * (i + 32 * h), in_order(_mm512_packus_epi32(low_a, low_b)));
            }
            store_split(top[0], top[1], &s, symbols + i, mids + i, &outside);
        }
    }
    if (i != 0) {
        uint64_t or_any = (uint64_t)_mm512_reduce_or_epi64(any);
        uint64_t and_all = (uint64_t)_mm512_reduce_and_epi64(all);
        for (unsigned bits = 32; bits >= 8u * layout->size; bits /= 2)
            or_any |= or_any >> bits, and_all &= and_all >> bits;
        uint64_t element = layout->size == 4 ? 0xffffffffu : 0xffffu;
        facts->any |= or_any & element;
        facts->all &= and_all & element;
        facts->outside |= outside != 0;
    }
    size_t low_size = layout->size == 4 ? 2 : 0;
    if (i < n || i == 0)
        pc_float_split_scalar(src + layout->size * i, n - i, layout, window, symbols + i, mids + i,
                              lows + low_size * i, facts);
}

/* The constants of a merge, spread over the lanes of sixteen bits. */
typedef struct merger {
    __m512i down, raw_mask, first_key, sign_shift;
} merger;

PC_TARGET_AVX512 PC_INLINE merger make_merger(unsigned mid_bits, pc_key_window window)
{
    unsigned raw = mid_bits - 1;
    return (merger){
        .down = _mm512_set1_epi16((short)(8 - raw)),
        .raw_mask = _mm512_set1_epi16((short)((1u << raw) - 1)),
        .first_key = _mm512_set1_epi16((short)((unsigned)(window.first - 1) << raw)),
        .sign_shift = _mm512_set1_epi16((short)(15 - raw)),
    };
}

/* Sixteen-bit tops from pairs of bytes, the symbol above the mid: shift both down until the symbol is in its
 * place, put the raw bits back below it, make a key of it and bring up the sign. */
PC_TARGET_AVX512 PC_INLINE __m512i tops_of(__m512i pairs, const merger *m)
{
    enum { SELECT = 0xca, ADD_BITS = 0xea }; /* a ? b : c and (a & b) | c, bit by bit */
    __m512i x = _mm512_srlv_epi16(pairs, m->down);
    x = _mm512_ternarylogic_epi64(m->raw_mask, pairs, x, SELECT);
    __mmask32 live = _mm512_test_epi16_mask(pairs, _mm512_set1_epi16((short)0xff00));
    x = _mm512_mask_add_epi16(x, live, x, m->first_key);
    __m512i sign = _mm512_sllv_epi16(pairs, m->sign_shift);
    return _mm512_ternarylogic_epi64(_mm512_set1_epi16((short)0x8000), sign, x, ADD_BITS);
}

/* 64 tops, in order. */
PC_TARGET_AVX512 PC_INLINE void load_tops(const uint8_t *symbols, const uint8_t *mids, const merger *m,
                                          __m512i tops[2])
{
    /* Interleaving works within 128-bit lanes; this deals the quarters out to fit. */
    const __m512i deal = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
    __m512i symbol = _mm512_permutexvar_epi64(deal, _mm512_loadu_si512(symbols));
    __m512i mid = _mm512_permutexvar_epi64(deal, _mm512_loadu_si512(mids));
    tops[0] = tops_of(_mm512_unpacklo_epi8(mid, symbol), m);
    tops[1] = tops_of(_mm512_unpackhi_epi8(mid, symbol), m);
}

PC_TARGET_AVX512 void pc_float_merge_avx512(const uint8_t *symbols, const uint8_t *mids, const uint8_t *lows,
                                            size_t n, const pc_float_layout *layout, pc_key_window window,
                                            uint8_t *dst)
{
    const merger m = make_merger(layout->mid_bits, window);
    __m512i tops[2];
    size_t i = 0;
    if (layout->size == 2 && layout->low_bits == 0) {
        for (; n - i >= 64; i += 64) {
            load_tops(symbols + i, mids + i, &m, tops);
            _mm512_storeu_si512(dst + 2 * i, tops[0]);
            _mm512_storeu_si512(dst + 2 * i + 64, tops[1]);
        }
    } else if (layout->size == 4) {
        const __m512i deal = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
        for (; n - i >= 64; i += 64) {
            load_tops(symbols + i, mids + i, &m, tops);
            for (unsigned h = 0; h < 2; h++) {
                uint8_t *at = dst + 4 * (i + 32 * h);
                __m512i top = _mm512_permutexvar_epi64(deal, tops[h]);
                __m512i low = _mm512_permutexvar_epi64(deal, _mm512_loadu_si512(lows + 2 * (i + 32 * h)));
                _mm512_storeu_si512(at, _mm512_unpacklo_epi16(low, top));
                _mm512_storeu_si512(at + 64, _mm512_unpackhi_epi16(low, top));
            }
        }
    }
    size_t low_size = layout->size == 4 ? 2 : 0;
    if (i < n)
        pc_float_merge_scalar(symbols + i, mids + i, lows + low_size * i, n - i, layout, window,
                              dst + layout->size * i);
}

#endif
