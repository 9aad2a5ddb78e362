/* IMA ADPCM, 64 lanes a vector. All 89 steps fit VBMI's permutation of two vectors of bytes. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

#define V __m512i
#define LANES 64
#define GROUPS 4
#define TARGET PC_TARGET_AVX512
#define LEAF(name) name##_avx512
#define v_load(p) _mm512_loadu_si512((const void *)(p))
#define v_store(p, v) _mm512_storeu_si512((void *)(p), v)
#define v_and _mm512_and_si512
#define v_or _mm512_or_si512
#define v_xor _mm512_xor_si512
#define v_set8(x) _mm512_set1_epi8((char)(x))
#define v_set16 _mm512_set1_epi16
#define v_add8 _mm512_add_epi8
#define v_max8 _mm512_max_epi8
#define v_min8 _mm512_min_epi8
#define v_shuffle _mm512_shuffle_epi8
#define v_add _mm512_add_epi16
#define v_sub _mm512_sub_epi16
#define v_adds _mm512_adds_epu16
#define v_subs _mm512_subs_epu16
#define v_right _mm512_srli_epi16
#define v_left _mm512_slli_epi16
#define v_pack _mm512_packus_epi16
#define v_lo(B) _mm512_unpacklo_epi##B
#define v_hi(B) _mm512_unpackhi_epi##B
#define v_bit(x, n, bit) _mm512_maskz_mov_epi16(_mm512_test_epi16_mask(n, _mm512_set1_epi16(bit)), x)
#define v_ge(a, b, x) _mm512_maskz_mov_epi16(_mm512_cmpge_epu16_mask(a, b), x)

#include "predict/adpcm_common.h"

typedef struct v_tables {
    __m512i low[2], high[2];
} v_tables;

PC_TARGET_AVX512 PC_INLINE v_tables tables_of(void)
{
    v_tables t = {{v_load(pc_ima.low), v_load(pc_ima.low + 64)},
                  {v_load(pc_ima.high), v_load(pc_ima.high + 64)}};
    return t;
}

PC_TARGET_AVX512 PC_INLINE void v_step(const v_tables *t, __m512i index, __m512i *low, __m512i *high)
{
    *low = _mm512_permutex2var_epi8(t->low[0], index, t->low[1]);
    *high = _mm512_permutex2var_epi8(t->high[0], index, t->high[1]);
}

#include "predict/adpcm_vector_common.h"

#endif
