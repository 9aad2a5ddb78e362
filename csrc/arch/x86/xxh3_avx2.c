/* XXH3 stripes on AVX2: four accumulators a register. See checksum/xxh3.c. */
#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/xxh3_common.h"

#if PC_X86
#include <immintrin.h>

typedef struct sums_pair {
    __m256i low, high;
} sums_pair;

PC_TARGET_AVX2 PC_INLINE __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
PC_TARGET_AVX2 PC_INLINE void store(void *p, __m256i v) { _mm256_storeu_si256((__m256i *)p, v); }

PC_TARGET_AVX2 PC_INLINE __m256i add_half(__m256i sum, const uint8_t *src, const uint8_t *window)
{
    __m256i data = load(src);
    PC_LOADED(data);
    __m256i keyed = _mm256_xor_si256(data, load(window));
    __m256i product = _mm256_mul_epu32(keyed, _mm256_srli_epi64(keyed, 32));
    __m256i neighbour = _mm256_shuffle_epi32(data, _MM_SHUFFLE(1, 0, 3, 2));
    return _mm256_add_epi64(sum, _mm256_add_epi64(product, neighbour));
}

PC_TARGET_AVX2 PC_INLINE sums_pair add_stripe(sums_pair sums, const uint8_t *src, const uint8_t *window)
{
    return (sums_pair){add_half(sums.low, src, window), add_half(sums.high, src + 32, window + 32)};
}

PC_TARGET_AVX2 PC_INLINE __m256i scramble_half(__m256i sum, const uint8_t *window)
{
    __m256i prime = _mm256_set1_epi64x(PC_XXH3_PRIME);
    __m256i keyed = _mm256_xor_si256(_mm256_xor_si256(sum, _mm256_srli_epi64(sum, 47)), load(window));
    __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(keyed, 32), prime);
    return _mm256_add_epi64(_mm256_mul_epu32(keyed, prime), _mm256_slli_epi64(high, 32));
}

PC_TARGET_AVX2 PC_INLINE sums_pair scramble(sums_pair sums, const uint8_t *window)
{
    return (sums_pair){scramble_half(sums.low, window), scramble_half(sums.high, window + 32)};
}

#define TARGET PC_TARGET_AVX2
#define NAME pc_xxh3_accumulate_avx2
#define SUMS sums_pair
#define LOAD_SUMS(acc) ((sums_pair){load(acc), load((acc) + 4)})
#define STORE_SUMS(acc, sums) (store(acc, (sums).low), store((acc) + 4, (sums).high))
#define ADD_STRIPE add_stripe
#define SCRAMBLE scramble
#include "checksum/xxh3_blocks_common.h"

#endif
