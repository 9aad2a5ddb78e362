/* Floating-point DCT on vectors of 4 floats or 2 doubles. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"
#include "pycomp/dct.h"

PC_INLINE void transpose_f32(float32x4_t *v)
{
    float32x4x2_t a = vtrnq_f32(v[0], v[1]), b = vtrnq_f32(v[2], v[3]);
    v[0] = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
    v[1] = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
    v[2] = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
    v[3] = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}

PC_INLINE void transpose_f64(float64x2_t *v)
{
    float64x2_t a = vzip1q_f64(v[0], v[1]);
    v[1] = vzip2q_f64(v[0], v[1]);
    v[0] = a;
}

#define TARGET
#define REGISTERS 0

#define T float
#define V float32x4_t
#define W 4
#define NARROW 1
#define FN(name) name##_f32_neon
#define BELOW(name) name##_f32_scalar
#define ADD vaddq_f32
#define SUB vsubq_f32
#define MUL vmulq_f32
#define SET1 vdupq_n_f32
#define LOAD vld1q_f32
#define STORE vst1q_f32
#define TRANSPOSE(v, s) transpose_f32(v)
#define LOAD_ROWS(p, j, s, at) LOAD((p)[j] + (at))
#define STORE_ROWS(p, j, s, at, v) STORE((p)[j] + (at), v)
#define LOAD_GROUPS(p, step, s) LOAD(p)
#define STORE_GROUPS(p, step, s, v) STORE(p, v)
#define REPEAT_ROW(p, s) LOAD(p)
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"

#undef T
#undef V
#undef W
#undef NARROW
#undef FN
#undef BELOW
#undef ADD
#undef SUB
#undef MUL
#undef SET1
#undef LOAD
#undef STORE
#undef TRANSPOSE

#define T double
#define V float64x2_t
#define W 2
#define NARROW 1
#define FN(name) name##_f64_neon
#define BELOW(name) name##_f64_scalar
#define ADD vaddq_f64
#define SUB vsubq_f64
#define MUL vmulq_f64
#define SET1 vdupq_n_f64
#define LOAD vld1q_f64
#define STORE vst1q_f64
#define TRANSPOSE(v, s) transpose_f64(v)
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"

#endif
