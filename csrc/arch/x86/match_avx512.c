/* The near-optimal parser's step for AVX-512: all lengths up to 34 in one vector, longer ones 32 at a time.
 */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "deflate/deflate_optimal_common.h"

static inline PC_TARGET_AVX512 uint16_t least_of(__m512i sums)
{
    __m256i half = _mm256_min_epi16(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
    __m128i quarter = _mm_min_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    quarter = _mm_minpos_epu16(_mm_xor_si128(quarter, _mm_set1_epi16((short)0x8000)));
    return (uint16_t)(_mm_cvtsi128_si32(quarter) ^ 0x8000);
}

/* Lanes low..high, high < 32. */
static inline PC_TARGET_AVX512 __mmask32 lanes_of(uint32_t low, uint32_t high)
{
    return (uint32_t)((2ull << high) - (1ull << low));
}

/* Sums are kept relative to the literal's, so that 0 stands for it and it wins ties; lane j is length 3 + j,
 * so the lowest lane of equals is the shortest length. */
PC_TARGET_AVX512 void pc_deflate_path_avx512(struct pc_path_room *room, const uint8_t *src, uint32_t from,
                                             uint32_t to)
{
    const pc_path_prices *prices = &room->prices;
    const __m512i lengths = _mm512_loadu_si512(prices->lengths + PC_MATCH_MIN);
    uint16_t *cost = room->cost;
    cost[to] = 0;
    for (uint32_t i = to; i-- > from;) {
        const uint16_t literal = pc_path_literal(room, src, i);
        const uint32_t first = room->first[i], last = room->first[i + 1];
        cost[i] = literal;
        room->step[i] = 1u << 16;
        if (first == last || to - i < PC_MATCH_MIN) continue;

        const uint32_t most = to - i - PC_MATCH_MIN;
        uint32_t low = 0, m = first;
        __m512i best = _mm512_setzero_si512(), dists = best;
        __m512i base = _mm512_add_epi16(lengths, _mm512_loadu_si512(cost + i + PC_MATCH_MIN));
        base = _mm512_sub_epi16(base, _mm512_set1_epi16((short)literal));
        for (; m < last && low < 32; m++) {
            uint32_t match = room->lists[m], end = PC_MIN(pc_path_length(match) - PC_MATCH_MIN, most);
            if (end < low) break;
            __m512i sum =
                _mm512_add_epi16(base, _mm512_set1_epi16((short)prices->dists[pc_path_symbol(match)]));
            __mmask32 less = _mm512_mask_cmplt_epi16_mask(lanes_of(low, PC_MIN(end, 31u)), sum, best);
            best = _mm512_mask_mov_epi16(best, less, sum);
            dists = _mm512_mask_set1_epi16(dists, less, (short)pc_path_distance(match));
            low = end + 1;
        }
        uint16_t least = least_of(best);
        uint32_t step = 1u << 16;
        if (least != 0) {
            uint16_t distances[32];
            unsigned lane = pc_trailing_zeros(_mm512_cmpeq_epi16_mask(best, _mm512_set1_epi16((short)least)));
            _mm512_storeu_si512(distances, dists);
            step = (PC_MATCH_MIN + lane) << 16 | distances[lane];
        }
        if (low >= 32) { /* the match that went past the vector, and those after it */
            low = 32;
            for (m--; m < last; m++) {
                uint32_t match = room->lists[m], end = PC_MIN(pc_path_length(match) - PC_MATCH_MIN, most);
                uint16_t price = (uint16_t)(prices->dists[pc_path_symbol(match)] - literal);
                while (low <= end) {
                    const uint32_t at = PC_MATCH_MIN + low, high = PC_MIN(end - low, 31u);
                    __m512i sum = _mm512_loadu_si512(prices->lengths + at);
                    sum = _mm512_add_epi16(sum, _mm512_loadu_si512(cost + i + at));
                    sum = _mm512_add_epi16(sum, _mm512_set1_epi16((short)price));
                    __mmask32 less =
                        _mm512_mask_cmplt_epi16_mask(lanes_of(0, high), sum, _mm512_set1_epi16((short)least));
                    if (less != 0) {
                        sum = _mm512_mask_mov_epi16(_mm512_set1_epi16((short)least), less, sum);
                        least = least_of(sum);
                        less = _mm512_cmpeq_epi16_mask(sum, _mm512_set1_epi16((short)least));
                        step = pc_path_step(at + pc_trailing_zeros(less), match);
                    }
                    low += high + 1;
                }
            }
        }
        cost[i] = (uint16_t)(literal + least);
        room->step[i] = step;
    }
}

#endif
