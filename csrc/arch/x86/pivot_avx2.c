/* Level-ordered Huffman on AVX2 machines: eight symbols a step, moved by one 16-byte shuffle whose
 * control comes from a 2 KiB table indexed by the eight mask bits. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/pivot_shuffles.h"
#include "arch/variants.h"
#include "base/mem.h"

PC_TARGET_AVX2 PC_INLINE __m128i control(const uint64_t table[256], unsigned mask)
{
    return _mm_loadl_epi64((const __m128i *)&table[mask]);
}

PC_TARGET_AVX2 size_t pc_pivot_partition_avx2(uint8_t *list, size_t n, unsigned threshold, uint8_t *mask,
                                              uint8_t *upper)
{
    const __m256i pivot = _mm256_set1_epi8((char)threshold);
    uint8_t *kept = list;
    for (size_t i = 0; i < n; i += 32) {
        __m256i ranks = _mm256_loadu_si256((const __m256i *)(list + i));
        __m256i above = _mm256_cmpeq_epi8(_mm256_max_epu8(ranks, pivot), ranks);
        uint32_t up = (uint32_t)_mm256_movemask_epi8(above), down = ~up;
        if (n - i < 32) {
            uint32_t live = ((uint32_t)1 << (n - i)) - 1;
            up &= live;
            down &= live;
        }
        pc_store32(mask + i / 8, up);
        __m128i half[2] = {_mm256_castsi256_si128(ranks), _mm256_extracti128_si256(ranks, 1)};
        for (unsigned g = 0; g < 4; g++) {
            /* down and ~up differ only past the end, where both select nothing. */
            unsigned drop = ~(down >> (8 * g)) & 0xff, move = ~(up >> (8 * g)) & 0xff;
            __m128i eight = g & 1 ? _mm_unpackhi_epi64(half[g / 2], half[g / 2]) : half[g / 2];
            _mm_storel_epi64((__m128i *)kept, _mm_shuffle_epi8(eight, control(pc_pivot_keep_shuffle, drop)));
            _mm_storel_epi64((__m128i *)upper, _mm_shuffle_epi8(eight, control(pc_pivot_keep_shuffle, move)));
            kept += 8 - pc_popcount64(drop);
            upper += 8 - pc_popcount64(move);
        }
    }
    return (size_t)(kept - list);
}

PC_TARGET_AVX2 void pc_pivot_merge_avx2(const uint8_t *mask, size_t n, const uint8_t *lower,
                                        const uint8_t *upper, uint8_t *dst)
{
    for (size_t i = 0; i < n; i += 64) {
        uint64_t up = pc_load64(mask + i / 8);
        uint64_t out[8];
        for (unsigned g = 0; g < 8; g++, up >>= 8) {
            unsigned eight = (unsigned)up & 0xff;
            __m128i both = _mm_loadl_epi64((const __m128i *)lower);
            both = _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(both), (const double *)upper));
            __m128i merged = _mm_shuffle_epi8(both, control(pc_pivot_merge_shuffle, eight));
            out[g] = (uint64_t)_mm_cvtsi128_si64(merged);
            unsigned ones = pc_popcount64(eight);
            upper += ones;
            lower += 8 - ones;
        }
        memcpy(dst + i, out, sizeof out);
    }
}

/* Ones by nibble lookup and byte sums (W. Mula, "SSSE3: fast popcount"), 32 mask bytes a step. */
PC_TARGET_AVX2 size_t pc_pivot_ones_avx2(const uint8_t *mask, size_t n)
{
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                                            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; n - i >= 256; i += 256) {
        __m256i bits = _mm256_loadu_si256((const __m256i *)(mask + i / 8));
        __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(bits, nibble));
        __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bits, 4), nibble));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256()));
    }
    uint64_t lanes[4];
    _mm256_storeu_si256((__m256i *)lanes, sums);
    return (size_t)(lanes[0] + lanes[1] + lanes[2] + lanes[3]) + pc_pivot_ones_scalar(mask + i / 8, n - i);
}

/* dst[i] = lut[src[i]], one 16-entry shuffle for each of the table's rows that is in use: a code's live
 * symbols span a few rows. Wider tables are quicker by plain loads. */
PC_TARGET_AVX2 void pc_map_u8_avx2(const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst)
{
    enum { MOST_ROWS = 6 };
    const __m128i *rows = (const __m128i *)lut;
    unsigned first = 16, last = 0;
    for (unsigned r = 0; r < 16; r++) {
        __m128i row = _mm_loadu_si128(&rows[r]);
        if (!_mm_testz_si128(row, row)) first = PC_MIN(first, r), last = r;
    }
    if (first == 16 || last - first >= MOST_ROWS) {
        pc_map_u8_scalar(src, n, lut, dst);
        return;
    }
    __m256i table[MOST_ROWS];
    for (unsigned r = first; r <= last; r++) table[r - first] = _mm256_broadcastsi128_si256(_mm_loadu_si128(&rows[r]));
    for (size_t i = 0; i < n; i += 32) {
        __m256i index = _mm256_loadu_si256((const __m256i *)(src + i)), out = _mm256_setzero_si256();
        for (unsigned r = first; r <= last; r++) {
            /* In this row the index minus 16 r is below 16; adding 0x70 with saturation keeps it as a
             * shuffle index and lifts all others to 0x80 and above, which give 0. */
            __m256i local = _mm256_sub_epi8(index, _mm256_set1_epi8((char)(16 * r)));
            __m256i control_bytes = _mm256_adds_epu8(local, _mm256_set1_epi8(0x70));
            out = _mm256_or_si256(out, _mm256_shuffle_epi8(table[r - first], control_bytes));
        }
        _mm256_storeu_si256((__m256i *)(dst + i), out);
    }
}

#endif
