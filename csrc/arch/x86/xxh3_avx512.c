/* XXH3 stripes on AVX-512: all eight accumulators in one register. See checksum/xxh3.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/xxh3_common.h"

#if PC_X86
#include <immintrin.h>

PC_TARGET_AVX512 PC_INLINE __m512i scramble(__m512i acc, const uint8_t *secret)
{
    __m512i prime = _mm512_set1_epi64(PC_XXH3_PRIME);
    __m512i keyed =
        _mm512_xor_si512(_mm512_xor_si512(acc, _mm512_srli_epi64(acc, 47)), _mm512_loadu_si512(secret));
    __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(keyed, 32), prime);
    return _mm512_add_epi64(_mm512_mul_epu32(keyed, prime), _mm512_slli_epi64(high, 32));
}

PC_TARGET_AVX512 size_t pc_xxh3_accumulate_avx512(uint64_t acc[8], const uint8_t *src, size_t stripes,
                                                  const uint8_t *secret, size_t done)
{
    __m512i sum = _mm512_loadu_si512(acc);
    for (size_t i = 0; i < stripes; i++) {
        __m512i data = _mm512_loadu_si512(src + PC_XXH3_STRIPE * i);
        __m512i keyed = _mm512_xor_si512(data, _mm512_loadu_si512(secret + 8 * done));
        __m512i product = _mm512_mul_epu32(keyed, _mm512_srli_epi64(keyed, 32));
        __m512i neighbour = _mm512_shuffle_epi32(data, _MM_PERM_BADC);
        sum = _mm512_add_epi64(sum, _mm512_add_epi64(product, neighbour));
        if (++done == PC_XXH3_BLOCK_STRIPES) {
            sum = scramble(sum, secret + PC_XXH3_SCRAMBLE_AT);
            done = 0;
        }
    }
    _mm512_storeu_si512(acc, sum);
    return done;
}

#endif
