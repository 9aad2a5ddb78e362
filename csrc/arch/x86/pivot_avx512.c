/* Level-ordered Huffman with AVX-512 VBMI2: 64 symbols a step, vpcompressb to partition, vpexpandb to
 * merge. Register forms only: the memory forms are microcoded on Zen 4. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "base/mem.h"

PC_TARGET_AVX512 size_t pc_pivot_partition_avx512(uint8_t *list, size_t n, unsigned threshold, uint8_t *mask,
                                                  uint8_t *upper)
{
    const __m512i pivot = _mm512_set1_epi8((char)threshold);
    uint8_t *kept = list;
    for (size_t i = 0; i < n; i += 64) {
        __m512i ranks = _mm512_loadu_si512(list + i);
        __mmask64 up = _mm512_cmpge_epu8_mask(ranks, pivot), down = ~up;
        if (n - i < 64) {
            __mmask64 live = ((__mmask64)1 << (n - i)) - 1;
            up &= live;
            down &= live;
        }
        pc_store64(mask + i / 8, up);
        _mm512_storeu_si512(kept, _mm512_maskz_compress_epi8(down, ranks));
        _mm512_storeu_si512(upper, _mm512_maskz_compress_epi8(up, ranks));
        kept += pc_popcount64(down);
        upper += pc_popcount64(up);
    }
    return (size_t)(kept - list);
}

PC_TARGET_AVX512 void pc_pivot_merge_avx512(const uint8_t *mask, size_t n, const uint8_t *lower,
                                            const uint8_t *upper, uint8_t *dst)
{
    for (size_t i = 0; i < n; i += 64) {
        __mmask64 up = pc_load64(mask + i / 8);
        unsigned ones = pc_popcount64(up);
        __m512i low = _mm512_maskz_expand_epi8(_knot_mask64(up), _mm512_loadu_si512(lower));
        __m512i both = _mm512_mask_expand_epi8(low, up, _mm512_loadu_si512(upper));
        _mm512_storeu_si512(dst + i, both);
        upper += ones;
        lower += 64 - ones;
    }
}

PC_TARGET_AVX512 size_t pc_pivot_ones_avx512(const uint8_t *mask, size_t n)
{
    __m512i sums = _mm512_setzero_si512();
    size_t i = 0;
    for (; n - i >= 512; i += 512)
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(_mm512_loadu_si512(mask + i / 8)));
    size_t ones = (size_t)_mm512_reduce_add_epi64(sums);
    for (; n - i >= 64; i += 64) ones += pc_popcount64(pc_load64(mask + i / 8));
    /* PC_SLACK bytes behind the mask are readable. */
    return n == i ? ones : ones + pc_popcount64(pc_load64(mask + i / 8) & (((uint64_t)1 << (n - i)) - 1));
}

/* dst[i] = lut[src[i]] by two 128-entry permutes and a blend on the top bit. */
PC_TARGET_AVX512 void pc_map_u8_avx512(const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst)
{
    const __m512i t0 = _mm512_loadu_si512(lut), t1 = _mm512_loadu_si512(lut + 64);
    const __m512i t2 = _mm512_loadu_si512(lut + 128), t3 = _mm512_loadu_si512(lut + 192);
    for (size_t i = 0; i < n; i += 64) {
        __m512i index = _mm512_loadu_si512(src + i);
        __m512i low = _mm512_permutex2var_epi8(t0, index, t1);
        __m512i high = _mm512_permutex2var_epi8(t2, index, t3);
        _mm512_storeu_si512(dst + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high));
    }
}

#endif
