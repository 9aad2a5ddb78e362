/* Linear prediction, eight samples a vector. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"

#define V __m256i
#define LANES 8
#define TARGET PC_TARGET_AVX2
#define LEAF(name) name##_avx2
#define v_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define v_store(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define v_zero _mm256_setzero_si256
#define v_set _mm256_set1_epi32
#define v_add _mm256_add_epi32
#define v_sub _mm256_sub_epi32
#define v_mul _mm256_mullo_epi32
#define v_count __m128i
#define v_counted(shift) _mm_cvtsi32_si128((int)(shift))
#define v_right _mm256_sra_epi32
#define v_rights _mm256_srav_epi32
#define v_widen(p) _mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)(p)))
#define v_set64 _mm256_set1_epi64x
#define v_add64 _mm256_add_epi64
#define v_mul64 _mm256_mul_epi32
#define v_right64 _mm256_srl_epi64

PC_TARGET_AVX2 PC_INLINE __m256i v_narrow(__m256i a, __m256i b)
{
    __m256i pairs = _mm256_unpacklo_epi64(_mm256_shuffle_epi32(a, 0x08), _mm256_shuffle_epi32(b, 0x08));
    return _mm256_permute4x64_epi64(pairs, 0xd8);
}

#include "predict/lpc_vector_common.h"

#endif
