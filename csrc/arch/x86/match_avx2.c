/* The parsers of DEFLATE for AVX2: BMI for shifts and bit scans, and the near-optimal parser's step. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "deflate/deflate_chain_common.h"
#include "deflate/deflate_optimal_common.h"

PC_INLINE PC_TARGET_AVX2 uint32_t common_32(const uint8_t *a, const uint8_t *b)
{
    const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)a);
    const __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)b);
    return _tzcnt_u32(~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)));
}

#define PC_PAIR_COMMON common_32
#define PC_PAIR_TARGET PC_TARGET_AVX2
#include "deflate/deflate_pair_common.h"

PC_TARGET_AVX2 void pc_deflate_fast_avx2(struct pc_parse_job *job)
{
    const uint32_t before = job->at;
    pc_parse_pairs(job);
    if (job->at == before) pc_parse_fast_body(job);
}

PC_TARGET_AVX2 void pc_deflate_chain_avx2(struct pc_parse_job *job, unsigned ahead)
{
    pc_parse_chain_switch(job, ahead);
}

/* Lengths 3 to 18 in one vector, longer ones 16 at a time; costs in a register and sums relative to the cost
 * three places on, for the reasons given in match_avx512.c. */
PC_TARGET_AVX2 void pc_deflate_path_avx2(struct pc_path_room *room, const uint8_t *src, uint32_t from,
                                         uint32_t to)
{
    const pc_path_prices *prices = &room->prices;
    const __m256i lanes = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m256i lengths = _mm256_loadu_si256((const __m256i *)(prices->lengths + PC_MATCH_MIN));
    const __m256i most_of_all = _mm256_set1_epi16(INT16_MAX);
    uint16_t *cost = room->cost, last = 0;
    __m256i next = _mm256_setzero_si256();
    cost[to] = cost[to + 1] = cost[to + 2] = 0;
    for (uint32_t i = to, end = room->first[to]; i-- > from;) {
        const uint16_t base = cost[i + PC_MATCH_MIN];
        const uint32_t begin = room->first[i], most = PC_MIN(to - i, (uint32_t)PC_MATCH_MAX);
        const __m256i bases = _mm256_set1_epi16((short)base);
        next = _mm256_alignr_epi8(next, _mm256_permute2x128_si256(bases, next, 0x20), 14);
        last = (uint16_t)(last + prices->literals[src[i]]);
        if (begin != end && most >= PC_MATCH_MIN) {
            __m256i sum = _mm256_sub_epi16(_mm256_add_epi16(lengths, next), bases);
            __m256i best = most_of_all;
            uint32_t at = PC_MATCH_MIN, chunk = PC_MATCH_MIN;
            for (uint32_t m = begin; m < end; m++) {
                const uint32_t match = room->lists[m], until = PC_MIN(pc_path_length(match), most);
                const __m256i add = _mm256_set1_epi16((short)prices->dists[pc_path_symbol(match)]);
                while (at <= until) {
                    const __m256i from_lane = _mm256_set1_epi16((short)((int)(at - chunk) - 1));
                    const __m256i to_lane = _mm256_set1_epi16((short)(until - chunk + 1));
                    const __m256i valid = _mm256_and_si256(_mm256_cmpgt_epi16(lanes, from_lane),
                                                           _mm256_cmpgt_epi16(to_lane, lanes));
                    const __m256i here = _mm256_blendv_epi8(most_of_all, _mm256_add_epi16(sum, add), valid);
                    best = _mm256_min_epi16(best, here);
                    if (until < chunk + 15) {
                        at = until + 1;
                        break;
                    }
                    at = chunk += 16;
                    sum = _mm256_loadu_si256((const __m256i *)(prices->lengths + at));
                    sum = _mm256_add_epi16(sum, _mm256_loadu_si256((const __m256i *)(cost + i + at)));
                    sum = _mm256_sub_epi16(sum, bases);
                }
            }
            __m128i half = _mm_min_epi16(_mm256_castsi256_si128(best), _mm256_extracti128_si256(best, 1));
            half = _mm_minpos_epu16(_mm_xor_si128(half, _mm_set1_epi16((short)0x8000)));
            int16_t least = (int16_t)(_mm_cvtsi128_si32(half) ^ 0x8000), literal = (int16_t)(last - base);
            last = (uint16_t)(base + (uint16_t)PC_MIN(least, literal));
        }
        cost[i] = last;
        end = begin;
    }
}

#endif
