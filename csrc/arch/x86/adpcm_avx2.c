/* IMA ADPCM, 32 lanes a vector. The steps are looked up in six tables of 16 bytes, for the low and the high
 * bytes: a shuffle gives 0 where the top bit of its index is set, so an index less the table's place, plus
 * 0x70 with saturation, meets one table only. Gathers would take twice as long. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

#define V __m256i
#define LANES 32
#define GROUPS 2
#define TARGET PC_TARGET_AVX2
#define LEAF(name) name##_avx2
#define v_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define v_store(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define v_and _mm256_and_si256
#define v_or _mm256_or_si256
#define v_xor _mm256_xor_si256
#define v_set8(x) _mm256_set1_epi8((char)(x))
#define v_set16 _mm256_set1_epi16
#define v_add8 _mm256_add_epi8
#define v_max8 _mm256_max_epi8
#define v_min8 _mm256_min_epi8
#define v_shuffle _mm256_shuffle_epi8
#define v_add _mm256_add_epi16
#define v_sub _mm256_sub_epi16
#define v_adds _mm256_adds_epu16
#define v_subs _mm256_subs_epu16
#define v_right _mm256_srli_epi16
#define v_left _mm256_slli_epi16
#define v_pack _mm256_packus_epi16
#define v_lo(B) _mm256_unpacklo_epi##B
#define v_hi(B) _mm256_unpackhi_epi##B

PC_TARGET_AVX2 PC_INLINE __m256i v_bit(__m256i x, __m256i n, int16_t bit)
{
    __m256i one = _mm256_set1_epi16(bit);
    return _mm256_and_si256(x, _mm256_cmpeq_epi16(_mm256_and_si256(n, one), one));
}

PC_TARGET_AVX2 PC_INLINE __m256i v_ge(__m256i a, __m256i b, __m256i x)
{
    return _mm256_and_si256(x, _mm256_cmpeq_epi16(_mm256_max_epu16(a, b), a));
}

#include "predict/adpcm_common.h"

/* 89 steps: five tables of 16 and the rest. */
enum { TABLES = 6 };
typedef struct v_tables {
    __m256i low[TABLES], high[TABLES];
} v_tables;

PC_TARGET_AVX2 PC_INLINE v_tables tables_of(void)
{
    v_tables t;
    for (unsigned i = 0; i < TABLES; i++) {
        t.low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(pc_ima.low + 16 * i)));
        t.high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(pc_ima.high + 16 * i)));
    }
    return t;
}

PC_TARGET_AVX2 PC_INLINE void v_step(const v_tables *t, __m256i index, __m256i *low, __m256i *high)
{
    *low = *high = _mm256_setzero_si256();
    for (unsigned i = 0; i < TABLES; i++) {
        __m256i at = _mm256_adds_epu8(_mm256_sub_epi8(index, v_set8(16 * i)), v_set8(0x70));
        *low = v_or(*low, v_shuffle(t->low[i], at));
        *high = v_or(*high, v_shuffle(t->high[i], at));
    }
}

#include "predict/adpcm_vector_common.h"

#endif
