/* Wavelet kernels in vectors of 16 bytes. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "transform/dwt_common.h"

#define TARGET

PC_INLINE void split_f32(float32x4_t a, float32x4_t b, float32x4_t *even, float32x4_t *odd)
{
    *even = vuzp1q_f32(a, b);
    *odd = vuzp2q_f32(a, b);
}
PC_INLINE void join_f32(float32x4_t even, float32x4_t odd, float32x4_t *a, float32x4_t *b)
{
    *a = vzip1q_f32(even, odd);
    *b = vzip2q_f32(even, odd);
}
PC_INLINE void split_f64(float64x2_t a, float64x2_t b, float64x2_t *even, float64x2_t *odd)
{
    *even = vuzp1q_f64(a, b);
    *odd = vuzp2q_f64(a, b);
}
PC_INLINE void join_f64(float64x2_t even, float64x2_t odd, float64x2_t *a, float64x2_t *b)
{
    *a = vzip1q_f64(even, odd);
    *b = vzip2q_f64(even, odd);
}

#define REAL float
#define VECTOR float32x4_t
#define LANES 4
#define LEAF(name) pc_##name##_f32_neon
#define TWIN(name) pc_##name##_f32_scalar
#define v_load vld1q_f32
#define v_store vst1q_f32
#define v_set vdupq_n_f32
#define v_add vaddq_f32
#define v_mul vmulq_f32
#define v_split split_f32
#define v_join join_f32
#define v_keep(x) PC_KEEP("w", x)
#include "transform/dwt_vector_common.h"

#define REAL double
#define VECTOR float64x2_t
#define LANES 2
#define LEAF(name) pc_##name##_f64_neon
#define TWIN(name) pc_##name##_f64_scalar
#define v_load vld1q_f64
#define v_store vst1q_f64
#define v_set vdupq_n_f64
#define v_add vaddq_f64
#define v_mul vmulq_f64
#define v_split split_f64
#define v_join join_f64
#define v_keep(x) PC_KEEP("w", x)
#include "transform/dwt_vector_common.h"

#endif
