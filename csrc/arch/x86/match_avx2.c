/* The parsers of DEFLATE for AVX2: tags compared 32 at a time, BMI for shifts and bit scans. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "deflate/deflate_fast_common.h"
#include "deflate/deflate_optimal_common.h"

static inline PC_TARGET_AVX2 uint64_t rows_mask(const uint8_t *tags, uint32_t tag, unsigned ways)
{
    const __m256i wanted = _mm256_set1_epi8((char)tag);
    if (ways == 16) {
        __m128i row = _mm_loadu_si128((const __m128i *)tags);
        return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(row, _mm256_castsi256_si128(wanted)));
    }
    __m256i row = _mm256_loadu_si256((const __m256i *)tags);
    uint64_t mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(row, wanted));
    if (ways == 32) return mask;
    row = _mm256_loadu_si256((const __m256i *)(tags + 32));
    return mask | (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(row, wanted)) << 32;
}

PC_TARGET_AVX2 void pc_deflate_fast_avx2(struct pc_parse_job *job) { pc_parse_fast_body(job); }

PC_TARGET_AVX2 void pc_deflate_lazy_avx2(struct pc_parse_job *job, unsigned ways, int lazy)
{
    pc_parse_lazy_switch(job, ways, lazy, rows_mask);
}

PC_TARGET_AVX2 uint32_t pc_deflate_collect_avx2(struct pc_parse_job *job, struct pc_path_room *room,
                                                unsigned ways)
{
    return pc_path_collect_switch(job, room, ways, rows_mask);
}

/* Sixteen lengths a step, lane j of chunk c being length 3 + 16 c + j. Sums are kept relative to the
 * literal's, so that 0 stands for it and it wins ties; within a lane shorter lengths come first and win them,
 * across lanes the last loop sees to it. */
PC_TARGET_AVX2 void pc_deflate_path_avx2(struct pc_path_room *room, const uint8_t *src, uint32_t from,
                                         uint32_t to)
{
    const pc_path_prices *prices = &room->prices;
    const __m256i lanes = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    uint16_t *cost = room->cost;
    cost[to] = 0;
    for (uint32_t i = to; i-- > from;) {
        const uint16_t literal = pc_path_literal(room, src, i);
        __m256i best = _mm256_setzero_si256(), dists = best, chunks = best;
        uint32_t length = 0; /* less PC_MATCH_MIN, as `end` */
        cost[i] = literal;
        room->step[i] = 1u << 16;
        if (room->first[i] == room->first[i + 1] || to - i < PC_MATCH_MIN) continue;
        for (uint32_t m = room->first[i]; m < room->first[i + 1]; m++) {
            uint32_t match = room->lists[m], end = PC_MIN(pc_path_length(match), to - i) - PC_MATCH_MIN;
            uint16_t price = (uint16_t)(prices->dists[pc_path_symbol(match)] - literal);
            const __m256i add = _mm256_set1_epi16((short)price);
            const __m256i dist = _mm256_set1_epi16((short)pc_path_distance(match));
            for (uint32_t chunk = length / 16; chunk * 16 <= end && length <= end; chunk++) {
                const uint32_t at = PC_MATCH_MIN + 16 * chunk;
                __m256i sum = _mm256_loadu_si256((const __m256i *)(prices->lengths + at));
                sum = _mm256_add_epi16(sum, _mm256_loadu_si256((const __m256i *)(cost + i + at)));
                sum = _mm256_add_epi16(sum, add);
                __m256i low = _mm256_set1_epi16((short)((int)length - (int)(16 * chunk) - 1));
                __m256i high = _mm256_set1_epi16((short)(end - 16 * chunk + 1));
                __m256i valid =
                    _mm256_and_si256(_mm256_cmpgt_epi16(lanes, low), _mm256_cmpgt_epi16(high, lanes));
                __m256i less = _mm256_and_si256(valid, _mm256_cmpgt_epi16(best, sum));
                best = _mm256_blendv_epi8(best, sum, less);
                dists = _mm256_blendv_epi8(dists, dist, less);
                chunks = _mm256_blendv_epi8(chunks, _mm256_set1_epi16((short)chunk), less);
            }
            length = PC_MAX(length, end + 1);
        }
        __m128i half = _mm_min_epi16(_mm256_castsi256_si128(best), _mm256_extracti128_si256(best, 1));
        half = _mm_minpos_epu16(_mm_xor_si128(half, _mm_set1_epi16((short)0x8000)));
        uint16_t least = (uint16_t)(_mm_cvtsi128_si32(half) ^ 0x8000);
        if (least == 0) continue;
        __m256i equal = _mm256_cmpeq_epi16(best, _mm256_set1_epi16((short)least));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(equal) & 0x55555555u, step = UINT32_MAX;
        uint16_t d[16], c[16];
        _mm256_storeu_si256((__m256i *)d, dists);
        _mm256_storeu_si256((__m256i *)c, chunks);
        for (; mask != 0; mask &= mask - 1) {
            uint32_t lane = pc_trailing_zeros(mask) / 2;
            uint32_t next = (PC_MATCH_MIN + 16u * c[lane] + lane) << 16 | d[lane];
            step = PC_MIN(step, next);
        }
        cost[i] = (uint16_t)(literal + least);
        room->step[i] = step;
    }
}

#endif
