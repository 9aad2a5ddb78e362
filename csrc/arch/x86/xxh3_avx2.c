/* XXH3 stripes on AVX2: four accumulators a register. See checksum/xxh3.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/xxh3_common.h"

#if PC_X86
#include <immintrin.h>

PC_TARGET_AVX2 PC_INLINE __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

PC_TARGET_AVX2 PC_INLINE __m256i add_half(__m256i acc, const uint8_t *src, const uint8_t *secret)
{
    __m256i data = load(src), keyed = _mm256_xor_si256(data, load(secret));
    __m256i product = _mm256_mul_epu32(keyed, _mm256_srli_epi64(keyed, 32));
    __m256i neighbour = _mm256_shuffle_epi32(data, _MM_SHUFFLE(1, 0, 3, 2));
    return _mm256_add_epi64(acc, _mm256_add_epi64(product, neighbour));
}

PC_TARGET_AVX2 PC_INLINE __m256i scramble_half(__m256i acc, const uint8_t *secret)
{
    __m256i prime = _mm256_set1_epi64x(PC_XXH3_PRIME);
    __m256i keyed = _mm256_xor_si256(_mm256_xor_si256(acc, _mm256_srli_epi64(acc, 47)), load(secret));
    __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(keyed, 32), prime);
    return _mm256_add_epi64(_mm256_mul_epu32(keyed, prime), _mm256_slli_epi64(high, 32));
}

PC_TARGET_AVX2 size_t pc_xxh3_accumulate_avx2(uint64_t acc[8], const uint8_t *src, size_t stripes,
                                              const uint8_t *secret, size_t done)
{
    __m256i *out = (__m256i *)(void *)acc;
    __m256i low = _mm256_loadu_si256(out), high = _mm256_loadu_si256(out + 1);
    for (size_t i = 0; i < stripes; i++) {
        low = add_half(low, src + PC_XXH3_STRIPE * i, secret + 8 * done);
        high = add_half(high, src + PC_XXH3_STRIPE * i + 32, secret + 8 * done + 32);
        if (++done == PC_XXH3_BLOCK_STRIPES) {
            low = scramble_half(low, secret + PC_XXH3_SCRAMBLE_AT);
            high = scramble_half(high, secret + PC_XXH3_SCRAMBLE_AT + 32);
            done = 0;
        }
    }
    _mm256_storeu_si256(out, low);
    _mm256_storeu_si256(out + 1, high);
    return done;
}

#endif
