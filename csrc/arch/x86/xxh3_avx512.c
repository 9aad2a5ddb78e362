/* XXH3 stripes on AVX-512: all eight accumulators in one register. See checksum/xxh3.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/xxh3_common.h"

#if PC_X86
#include <immintrin.h>

PC_TARGET_AVX512 PC_INLINE __m512i add_stripe(__m512i sums, const uint8_t *src, const uint8_t *window)
{
    __m512i data = _mm512_loadu_si512(src);
    PC_LOADED(data);
    __m512i keyed = _mm512_xor_si512(data, _mm512_loadu_si512(window));
    __m512i product = _mm512_mul_epu32(keyed, _mm512_srli_epi64(keyed, 32));
    __m512i neighbour = _mm512_shuffle_epi32(data, _MM_PERM_BADC);
    return _mm512_add_epi64(sums, _mm512_add_epi64(product, neighbour));
}

PC_TARGET_AVX512 PC_INLINE __m512i scramble(__m512i sums, const uint8_t *window)
{
    __m512i prime = _mm512_set1_epi64(PC_XXH3_PRIME);
    __m512i keyed =
        _mm512_xor_si512(_mm512_xor_si512(sums, _mm512_srli_epi64(sums, 47)), _mm512_loadu_si512(window));
    __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(keyed, 32), prime);
    return _mm512_add_epi64(_mm512_mul_epu32(keyed, prime), _mm512_slli_epi64(high, 32));
}

#define TARGET PC_TARGET_AVX512
#define NAME pc_xxh3_accumulate_avx512
#define SUMS __m512i
#define LOAD_SUMS(acc) _mm512_loadu_si512(acc)
#define STORE_SUMS(acc, sums) _mm512_storeu_si512(acc, sums)
#define ADD_STRIPE add_stripe
#define SCRAMBLE scramble
#include "checksum/xxh3_blocks_common.h"

#endif
