/* Level-ordered Huffman on AVX2 machines: eight symbols a step, moved by one 16-byte shuffle whose
 * control comes from a 2 KiB table indexed by the eight mask bits. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/pivot_shuffles.h"
#include "arch/variants.h"
#include "base/mem.h"

PC_TARGET_AVX2 PC_INLINE __m128i control(const uint64_t table[256], size_t mask)
{
    return _mm_loadl_epi64((const __m128i *)&table[mask]);
}

PC_TARGET_AVX2 size_t pc_pivot_partition_avx2(uint8_t *list, size_t n, unsigned threshold, uint8_t *mask,
                                              uint8_t *upper)
{
    const __m256i pivot = _mm256_set1_epi8((char)threshold);
    uint8_t *kept = list;
    for (size_t i = 0; i < n; i += 64) {
        __m256i ranks[2];
        uint32_t above[2];
        for (unsigned h = 0; h < 2; h++) {
            ranks[h] = _mm256_loadu_si256((const __m256i *)(list + i + 32 * h));
            __m256i high = _mm256_cmpeq_epi8(_mm256_max_epu8(ranks[h], pivot), ranks[h]);
            above[h] = (uint32_t)_mm256_movemask_epi8(high);
        }
        size_t count = PC_MIN(n - i, (size_t)64);
        uint64_t up = above[0] | (uint64_t)above[1] << 32;
        if (count < 64) up &= ((uint64_t)1 << count) - 1;
        pc_store64(mask + i / 8, up);
        for (unsigned g = 0; g < 8; g++, up >>= 8) {
            __m128i half =
                g & 2 ? _mm256_extracti128_si256(ranks[g / 4], 1) : _mm256_castsi256_si128(ranks[g / 4]);
            __m128i eight = g & 1 ? _mm_unpackhi_epi64(half, half) : half;
            _mm_storel_epi64((__m128i *)(kept + 8 * g),
                             _mm_shuffle_epi8(eight, control(pc_pivot_keep_shuffle, up & 0xff)));
            _mm_storel_epi64((__m128i *)upper,
                             _mm_shuffle_epi8(eight, control(pc_pivot_keep_shuffle, ~up & 0xff)));
            size_t ones = (unsigned)_mm_popcnt_u32(up & 0xff);
            kept -= ones;
            upper += ones;
        }
        kept += count;
    }
    return (size_t)(kept - list);
}

/* Each group waits for the addition of the last one's ones only: counting those takes three cycles, but
 * from the mask alone. (All eight counts of a word at once, by shifts and a multiplication, cost five
 * instructions more a group and a third more time.) */
PC_TARGET_AVX2 void pc_pivot_merge_avx2(const uint8_t *mask, size_t n, const uint8_t *lower,
                                        const uint8_t *upper, uint8_t *dst)
{
    for (size_t i = 0; i < n; i += 64) {
        for (unsigned g = 0; g < 8; g++) {
            unsigned up = mask[i / 8 + g];
            __m128i both = _mm_loadl_epi64((const __m128i *)(lower + 8 * g));
            both = _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(both), (const double *)upper));
            both = _mm_shuffle_epi8(both, control(pc_pivot_merge_shuffle, up));
            _mm_storel_epi64((__m128i *)(dst + i + 8 * g), both);
            size_t ones = (unsigned)_mm_popcnt_u32(up);
            lower -= ones;
            upper += ones;
        }
        lower += 64;
    }
}

/* Ones by nibble lookup and byte sums (W. Mula, "SSSE3: fast popcount"), 32 mask bytes a step. */
PC_TARGET_AVX2 size_t pc_pivot_ones_avx2(const uint8_t *mask, size_t n)
{
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2,
                                            2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
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

/* What row r of the table has for these indices, 0 for those of other rows. In its row an index less 16 r is
 * below 16; adding 0x70 with saturation keeps it as a shuffle's index and lifts all others to 0x80 and above,
 * which give 0. */
PC_TARGET_AVX2 PC_INLINE __m256i look_up(__m256i row, __m256i index, __m256i begin)
{
    __m256i local = _mm256_sub_epi8(index, begin);
    return _mm256_shuffle_epi8(row, _mm256_adds_epu8(local, _mm256_set1_epi8(0x70)));
}

/* dst[i] = lut[src[i]], one 16-entry shuffle for each of the table's rows from the first to the last in use:
 * a code's live symbols span a few rows, and even for all sixteen plain loads take longer. */
PC_TARGET_AVX2 void pc_map_u8_avx2(const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst)
{
    const __m128i *rows = (const __m128i *)lut;
    __m256i table[16];
    unsigned first = 16, end = 0;
    for (unsigned r = 0; r < 16; r++) {
        __m128i row = _mm_loadu_si128(&rows[r]);
        table[r] = _mm256_broadcastsi128_si256(row);
        if (!_mm_testz_si128(row, row)) first = PC_MIN(first, r), end = r + 1;
    }
    for (size_t i = 0; i < n; i += 32) {
        __m256i index = _mm256_loadu_si256((const __m256i *)(src + i)), out = _mm256_setzero_si256();
        for (unsigned r = first; r < end; r++)
            out = _mm256_or_si256(out, look_up(table[r], index, _mm256_set1_epi8((char)(16 * r))));
        _mm256_storeu_si256((__m256i *)(dst + i), out);
    }
}

#endif
