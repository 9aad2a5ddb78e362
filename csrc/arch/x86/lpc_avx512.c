/* Linear prediction, sixteen samples a vector. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>
#include <string.h>

#include "arch/variants.h"

#define V __m512i
#define LANES 16
#define TARGET PC_TARGET_AVX512
#define LEAF(name) name##_avx512
#define v_load(p) _mm512_loadu_si512((const void *)(p))
#define v_store(p, v) _mm512_storeu_si512((void *)(p), v)
#define v_zero _mm512_setzero_si512
#define v_set _mm512_set1_epi32
#define v_add _mm512_add_epi32
#define v_sub _mm512_sub_epi32
#define v_mul _mm512_mullo_epi32
#define v_count __m128i
#define v_counted(shift) _mm_cvtsi32_si128((int)(shift))
#define v_right _mm512_sra_epi32
#define v_rights _mm512_srav_epi32
#define v_widen(p) _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)(p)))
#define v_set64 _mm512_set1_epi64
#define v_add64 _mm512_add_epi64
#define v_mul64 _mm512_mul_epi32
#define v_right64 _mm512_srl_epi64
#define v_narrow(a, b)                                                                                       \
    _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(a)), _mm512_cvtepi64_epi32(b), 1)

#include "predict/lpc_vector_common.h"

#endif
