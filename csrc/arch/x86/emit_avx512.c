/* Tokens to bits for AVX-512: the codes of sixteen tokens are looked up and put together at once, as eight
 * pairs, and then shifted out pair by pair. igzip does the like with whole vectors of bits; pairs need no
 * second pass. A pair of more than 56 bits, which takes two matches with long codes, sends its sixteen
 * through the scalar body. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "deflate/deflate_emit_common.h"

PC_TARGET_AVX512 void pc_deflate_emit_avx512(const uint32_t *tokens, uint32_t n,
                                             const struct pc_emit_codes *codes, struct pc_bit_writer *w)
{
    const __m512i low = _mm512_set1_epi64(0xffffffff), byte = _mm512_set1_epi32(255);
    const __m512i dists_0 = _mm512_loadu_si512(codes->distances);
    const __m512i dists_1 = _mm512_loadu_si512(codes->distances + 16);
    uint8_t *p = w->p;
    uint64_t bits = w->bits;
    uint32_t count = w->count, i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512i token = _mm512_loadu_si512(tokens + i);
        const __m512i index = _mm512_and_si512(token, _mm512_set1_epi32(PC_TOKEN_ITEMS - 1));
        const __m512i item = _mm512_i32gather_epi32(index, codes->items, 4);
        const __m512i dist = _mm512_permutex2var_epi32(dists_0, _mm512_srli_epi32(token, 9), dists_1);
        const __m512i extra = _mm512_sllv_epi32(_mm512_srli_epi32(token, 14),
                                                _mm512_and_si512(_mm512_srli_epi32(dist, 16), byte));
        const __m512i tail = _mm512_or_si512(_mm512_and_si512(dist, _mm512_set1_epi32(0xffff)), extra);
        const __m512i head = _mm512_srli_epi32(item, 8), head_bits = _mm512_and_si512(item, byte);
        const __m512i all_bits = _mm512_add_epi32(head_bits, _mm512_srli_epi32(dist, 24));
        __m512i even = _mm512_sllv_epi64(_mm512_and_si512(tail, low), _mm512_and_si512(head_bits, low));
        __m512i odd = _mm512_sllv_epi64(_mm512_srli_epi64(tail, 32), _mm512_srli_epi64(head_bits, 32));
        __m512i even_bits = _mm512_and_si512(all_bits, low);
        __m512i pair_bits = _mm512_add_epi64(even_bits, _mm512_srli_epi64(all_bits, 32));
        even = _mm512_or_si512(even, _mm512_and_si512(head, low));
        odd = _mm512_or_si512(odd, _mm512_srli_epi64(head, 32));
        if (PC_UNLIKELY(_mm512_cmpgt_epu64_mask(pair_bits, _mm512_set1_epi64(56)) != 0)) {
            struct pc_bit_writer plain = {p, bits, count};
            pc_emit_body(tokens + i, 16, codes, &plain);
            p = plain.p;
            bits = plain.bits;
            count = plain.count;
            continue;
        }
        uint64_t pairs[8], sizes[8];
        _mm512_storeu_si512(pairs, _mm512_or_si512(even, _mm512_sllv_epi64(odd, even_bits)));
        _mm512_storeu_si512(sizes, pair_bits);
        for (unsigned j = 0; j < 8; j++) {
            bits |= pairs[j] << count;
            count += (uint32_t)sizes[j];
            pc_store64(p, bits);
            p += count >> 3;
            bits >>= count & 56; /* count < 8 + 56 */
            count &= 7;
        }
    }
    w->p = p;
    w->bits = bits;
    w->count = count;
    pc_emit_body(tokens + i, n - i, codes, w);
}

#endif
