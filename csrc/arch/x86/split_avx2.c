/* Float split and merge, 32 elements a step; see split_avx512.c for the approach. AVX2 shifts 16-bit
 * lanes by one count for all, which suits a layout's constants. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

/* The constants of one layout and window, spread over the lanes. */
typedef struct splitter {
    __m128i raw_bits, sign_shift; /* shift counts */
    __m256i raw_mask, key_mask, sign, before, first, span, width;
} splitter;

PC_TARGET_AVX2 PC_INLINE splitter make_splitter(unsigned mid_bits, unsigned key_bits, pc_key_window window)
{
    unsigned raw = mid_bits - 1, span = window.last - window.first;
    return (splitter){
        .raw_bits = _mm_cvtsi32_si128((int)raw),
        .sign_shift = _mm_cvtsi32_si128((int)(15 - raw)),
        .raw_mask = _mm256_set1_epi16((short)((1u << raw) - 1)),
        .key_mask = _mm256_set1_epi16((short)((1u << key_bits) - 1)),
        .sign = _mm256_set1_epi16((short)(1u << raw)),
        .before = _mm256_set1_epi16((short)(window.first - 1)),
        .first = _mm256_set1_epi16((short)window.first),
        .span = _mm256_set1_epi16((short)span),
        .width = _mm256_set1_epi16((short)(span + 1)),
    };
}

/* Symbols of 16 sixteen-bit tops; lanes outside the window become non-zero in *outside. */
PC_TARGET_AVX2 PC_INLINE __m256i symbols_of(__m256i x, const splitter *s, __m256i *outside)
{
    __m256i key = _mm256_and_si256(_mm256_srl_epi16(x, s->raw_bits), s->key_mask);
    __m256i zero = _mm256_cmpeq_epi16(key, _mm256_setzero_si256());
    __m256i beyond = _mm256_subs_epu16(_mm256_sub_epi16(key, s->first), s->span);
    *outside = _mm256_or_si256(*outside, _mm256_andnot_si256(zero, beyond));
    __m256i symbol = _mm256_min_epu16(_mm256_subs_epu16(key, s->before), s->width);
    return _mm256_andnot_si256(zero, _mm256_max_epu16(symbol, _mm256_set1_epi16(1)));
}

PC_TARGET_AVX2 PC_INLINE __m256i mids_of(__m256i x, const splitter *s)
{
    __m256i sign = _mm256_and_si256(_mm256_srl_epi16(x, s->sign_shift), s->sign);
    return _mm256_or_si256(_mm256_and_si256(x, s->raw_mask), sign);
}

/* Packing works within 128-bit lanes; this puts the quarters back in order. */
PC_TARGET_AVX2 PC_INLINE __m256i in_order(__m256i packed) { return _mm256_permute4x64_epi64(packed, 0xd8); }

PC_TARGET_AVX2 PC_INLINE void store_split(__m256i a, __m256i b, const splitter *s, uint8_t *symbols,
                                          uint8_t *mids, __m256i *outside)
{
    __m256i sym = _mm256_packus_epi16(symbols_of(a, s, outside), symbols_of(b, s, outside));
    __m256i mid = _mm256_packus_epi16(mids_of(a, s), mids_of(b, s));
    _mm256_storeu_si256((__m256i *)symbols, in_order(sym));
    _mm256_storeu_si256((__m256i *)mids, in_order(mid));
}

PC_TARGET_AVX2 PC_INLINE __m256i load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }

PC_TARGET_AVX2 void pc_float_split_avx2(const uint8_t *src, size_t n, const pc_float_layout *layout,
                                        pc_key_window window, uint8_t *symbols, uint8_t *mids, uint8_t *lows,
                                        pc_split_facts *facts)
{
    const splitter s = make_splitter(layout->mid_bits, layout->key_bits, window);
    __m256i any = _mm256_setzero_si256(), all = _mm256_set1_epi8(-1), outside = _mm256_setzero_si256();
    size_t i = 0;
    if (layout->size == 2 && layout->low_bits == 0) {
        for (; n - i >= 32; i += 32) {
            __m256i a = load(src + 2 * i), b = load(src + 2 * i + 32);
            any = _mm256_or_si256(any, _mm256_or_si256(a, b));
            all = _mm256_and_si256(all, _mm256_and_si256(a, b));
            store_split(a, b, &s, symbols + i, mids + i, &outside);
        }
    } else if (layout->size == 4) {
        for (; n - i >= 32; i += 32) {
            __m256i top[2];
            for (unsigned h = 0; h < 2; h++) {
                const uint8_t *at = src + 4 * (i + 16 * h);
                __m256i a = load(at), b = load(at + 32);
                any = _mm256_or_si256(any, _mm256_or_si256(a, b));
                all = _mm256_and_si256(all, _mm256_and_si256(a, b));
                top[h] = in_order(_mm256_packus_epi32(_mm256_srli_epi32(a, 16), _mm256_srli_epi32(b, 16)));
                __m256i low_a = _mm256_and_si256(a, _mm256_set1_epi32(0xffff));
                __m256i low_b = _mm256_and_si256(b, _mm256_set1_epi32(0xffff));
                __m256i low = in_order(_mm256_packus_epi32(low_a, low_b));
                _mm256_storeu_si256((__m256i *)(lows + 2 * (i + 16 * h)), low);
            }
            store_split(top[0], top[1], &s, symbols + i, mids + i, &outside);
        }
    }
    if (i != 0) {
        uint64_t lanes_any[4], lanes_all[4];
        _mm256_storeu_si256((__m256i *)lanes_any, any);
        _mm256_storeu_si256((__m256i *)lanes_all, all);
        uint64_t or_any = lanes_any[0] | lanes_any[1] | lanes_any[2] | lanes_any[3];
        uint64_t and_all = lanes_all[0] & lanes_all[1] & lanes_all[2] & lanes_all[3];
        for (unsigned bits = 32; bits >= 8u * layout->size; bits /= 2)
            or_any |= or_any >> bits, and_all &= and_all >> bits;
        uint64_t element = layout->size == 4 ? 0xffffffffu : 0xffffu;
        facts->any |= or_any & element;
        facts->all &= and_all & element;
        facts->outside |= !_mm256_testz_si256(outside, outside);
    }
    size_t low_size = layout->size == 4 ? 2 : 0;
    if (i < n || i == 0)
        pc_float_split_scalar(src + layout->size * i, n - i, layout, window, symbols + i, mids + i,
                              lows + low_size * i, facts);
}

/* 16 sixteen-bit tops from symbols and mids. */
PC_TARGET_AVX2 PC_INLINE __m256i tops_of(const uint8_t *symbols, const uint8_t *mids, const splitter *s)
{
    __m256i symbol = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)symbols));
    __m256i mid = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)mids));
    __m256i zero = _mm256_cmpeq_epi16(symbol, _mm256_setzero_si256());
    __m256i key = _mm256_andnot_si256(zero, _mm256_add_epi16(symbol, s->before));
    __m256i raw = _mm256_and_si256(mid, s->raw_mask);
    __m256i sign = _mm256_and_si256(_mm256_sll_epi16(mid, s->sign_shift), _mm256_set1_epi16((short)0x8000));
    return _mm256_or_si256(_mm256_or_si256(_mm256_sll_epi16(key, s->raw_bits), raw), sign);
}

PC_TARGET_AVX2 void pc_float_merge_avx2(const uint8_t *symbols, const uint8_t *mids, const uint8_t *lows,
                                        size_t n, const pc_float_layout *layout, pc_key_window window,
                                        uint8_t *dst)
{
    const splitter s = make_splitter(layout->mid_bits, layout->key_bits, window);
    size_t i = 0;
    if (layout->size == 2 && layout->low_bits == 0) {
        for (; n - i >= 16; i += 16)
            _mm256_storeu_si256((__m256i *)(dst + 2 * i), tops_of(symbols + i, mids + i, &s));
    } else if (layout->size == 4) {
        for (; n - i >= 16; i += 16) {
            __m256i top = in_order(tops_of(symbols + i, mids + i, &s)), low = in_order(load(lows + 2 * i));
            _mm256_storeu_si256((__m256i *)(dst + 4 * i), _mm256_unpacklo_epi16(low, top));
            _mm256_storeu_si256((__m256i *)(dst + 4 * i + 32), _mm256_unpackhi_epi16(low, top));
        }
    }
    size_t low_size = layout->size == 4 ? 2 : 0;
    if (i < n)
        pc_float_merge_scalar(symbols + i, mids + i, lows + low_size * i, n - i, layout, window,
                              dst + layout->size * i);
}

#endif
