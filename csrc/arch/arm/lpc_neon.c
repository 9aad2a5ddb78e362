/* Linear prediction, four samples a vector. The scalar twin is no substitute: compilers make vectors of its
 * taps, not of its samples. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>
#include <string.h>

#include "arch/variants.h"

#define V int32x4_t
#define LANES 4
#define TARGET
#define LEAF(name) name##_neon
#define AS64(v) vreinterpretq_s64_s32(v)
#define AS32(v) vreinterpretq_s32_s64(v)
#define v_load(p) vld1q_s32((const int32_t *)(p))
#define v_store(p, v) vst1q_s32((int32_t *)(p), v)
#define v_zero() vdupq_n_s32(0)
#define v_set vdupq_n_s32
#define v_add vaddq_s32
#define v_sub vsubq_s32
#define v_mul vmulq_s32
#define v_count int
#define v_counted(shift) (-(int)(shift)) /* shifts go left */
#define v_right(v, count) vshlq_s32(v, vdupq_n_s32(count))
#define v_rights(v, counts) vshlq_s32(v, vnegq_s32(counts))
#define v_widen(p) AS32(vmovl_s32(vld1_s32(p)))
#define v_set64(x) AS32(vdupq_n_s64(x))
#define v_add64(a, b) AS32(vaddq_s64(AS64(a), AS64(b)))
#define v_mul64(a, b) AS32(vmull_s32(vmovn_s64(AS64(a)), vmovn_s64(AS64(b))))
#define v_right64(v, count)                                                                                  \
    vreinterpretq_s32_u64(vshlq_u64(vreinterpretq_u64_s32(v), vdupq_n_s64((int64_t)(count))))
#define v_narrow vuzp1q_s32

#include "predict/lpc_vector_common.h"

#endif
