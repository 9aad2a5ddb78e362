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

/* Lane j stands for length 3 + j. The costs of the next places stay in a register, which moves up by a lane
 * a place: loaded from where they have just been stored, they would have to wait for the stores. Sums are
 * kept relative to the cost three places on, known long before the next literal's: so what one place waits
 * for from the one before is an addition and a comparison, and the vectors of several overlap. */
PC_TARGET_AVX512 void pc_deflate_path_avx512(struct pc_path_room *room, const uint8_t *src, uint32_t from,
                                             uint32_t to)
{
    const pc_path_prices *prices = &room->prices;
    const __m512i lengths = _mm512_loadu_si512(prices->lengths + PC_MATCH_MIN);
    const __m512i most_of_all = _mm512_set1_epi16(INT16_MAX);
    uint16_t *cost = room->cost, last = 0;
    __m512i next = _mm512_setzero_si512();
    cost[to] = cost[to + 1] = cost[to + 2] = 0;
    for (uint32_t i = to, end = room->first[to]; i-- > from;) {
        const uint16_t base = cost[i + PC_MATCH_MIN];
        const uint32_t begin = room->first[i], most = PC_MIN(to - i, (uint32_t)PC_MATCH_MAX);
        const __m512i bases = _mm512_set1_epi16((short)base);
        next = _mm512_shldi_epi32(next, _mm512_alignr_epi32(next, bases, 15), 16);
        last = (uint16_t)(last + prices->literals[src[i]]);
        if (begin != end && most >= PC_MATCH_MIN) {
            uint32_t m = begin, match = room->lists[m], length = pc_path_length(match);
            __m512i price = _mm512_set1_epi16((short)prices->dists[pc_path_symbol(match)]);
            while (++m < end && length < PC_MATCH_MIN + 31) {
                match = room->lists[m];
                price = _mm512_mask_set1_epi16(price, UINT32_MAX << (length + 1 - PC_MATCH_MIN),
                                               (short)prices->dists[pc_path_symbol(match)]);
                length = pc_path_length(match);
            }
            const uint32_t lanes = PC_MIN(PC_MIN(length, most) - PC_MATCH_MIN, 31u);
            __m512i sum = _mm512_sub_epi16(_mm512_add_epi16(lengths, next), bases);
            sum = _mm512_mask_add_epi16(most_of_all, UINT32_MAX >> (31 - lanes), sum, price);
            if (lanes == 31) { /* what is longer than the vector */
                uint32_t at = PC_MATCH_MIN + 32;
                for (m -= length >= at; m < end; m++) {
                    match = room->lists[m];
                    const uint32_t until = PC_MIN(pc_path_length(match), most);
                    const __m512i add =
                        _mm512_set1_epi16((short)(prices->dists[pc_path_symbol(match)] - base));
                    while (at <= until) {
                        uint32_t high = PC_MIN(until - at, 31u);
                        __m512i more = _mm512_loadu_si512(prices->lengths + at);
                        more = _mm512_add_epi16(more, _mm512_loadu_si512(cost + i + at));
                        more = _mm512_add_epi16(more, add);
                        sum = _mm512_mask_min_epi16(sum, UINT32_MAX >> (31 - high), sum, more);
                        at += high + 1;
                    }
                }
            }
            int16_t least = (int16_t)least_of(sum), literal = (int16_t)(last - base);
            last = (uint16_t)(base + (uint16_t)PC_MIN(least, literal));
        }
        cost[i] = last;
        end = begin;
    }
}

#endif
