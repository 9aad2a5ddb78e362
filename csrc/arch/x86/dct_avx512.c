/* Floating-point DCT on vectors of 16 floats or 8 doubles. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/dct_unroll.h"
#include "arch/variants.h"
#include "pycomp/dct.h"

/* Of two vectors of 128-bit lanes a0..a3 and b0..b3: a0 b0 a2 b2, and a1 b1 a3 b3. */
PC_TARGET_AVX512 PC_INLINE void exchange_lanes(__m512d *a, __m512d *b)
{
    const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    const __m512i odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    __m512d first = _mm512_permutex2var_pd(*a, even, *b);
    *b = _mm512_permutex2var_pd(*a, odd, *b);
    *a = first;
}

PC_TARGET_AVX512 PC_INLINE void exchange_halves(__m512d *a, __m512d *b)
{
    __m512d first = _mm512_shuffle_f64x2(*a, *b, 0x44);
    *b = _mm512_shuffle_f64x2(*a, *b, 0xee);
    *a = first;
}

/* 4 x 4 in each 128-bit lane; then lanes between rows 4 apart, then halves between rows 8 apart. */
PC_TARGET_AVX512 PC_INLINE void transpose_f32(__m512 *v, unsigned s)
{
    PC_UNROLL
    for (unsigned r = 0; r < s; r += 4) {
        __m512 t0 = _mm512_unpacklo_ps(v[r], v[r + 1]), t1 = _mm512_unpackhi_ps(v[r], v[r + 1]);
        __m512 t2 = _mm512_unpacklo_ps(v[r + 2], v[r + 3]), t3 = _mm512_unpackhi_ps(v[r + 2], v[r + 3]);
        v[r] = _mm512_shuffle_ps(t0, t2, 0x44);
        v[r + 1] = _mm512_shuffle_ps(t0, t2, 0xee);
        v[r + 2] = _mm512_shuffle_ps(t1, t3, 0x44);
        v[r + 3] = _mm512_shuffle_ps(t1, t3, 0xee);
    }
    if (s < 8) return;
    PC_UNROLL
    for (unsigned i = 0; i < s / 2; i++) {
        unsigned r = i + i / 4 * 4;
        __m512d a = _mm512_castps_pd(v[r]), b = _mm512_castps_pd(v[r + 4]);
        exchange_lanes(&a, &b);
        v[r] = _mm512_castpd_ps(a), v[r + 4] = _mm512_castpd_ps(b);
    }
    if (s < 16) return;
    PC_UNROLL
    for (unsigned r = 0; r < 8; r++) {
        __m512d a = _mm512_castps_pd(v[r]), b = _mm512_castps_pd(v[r + 8]);
        exchange_halves(&a, &b);
        v[r] = _mm512_castpd_ps(a), v[r + 8] = _mm512_castpd_ps(b);
    }
}

PC_TARGET_AVX512 PC_INLINE void transpose_f64(__m512d *v, unsigned s)
{
    PC_UNROLL
    for (unsigned r = 0; r < s; r += 2) {
        __m512d a = v[r], b = v[r + 1];
        v[r] = _mm512_unpacklo_pd(a, b);
        v[r + 1] = _mm512_unpackhi_pd(a, b);
    }
    if (s < 4) return;
    PC_UNROLL
    for (unsigned i = 0; i < s / 2; i++) exchange_lanes(&v[i + i / 2 * 2], &v[i + i / 2 * 2 + 2]);
    if (s < 8) return;
    PC_UNROLL
    for (unsigned r = 0; r < 4; r++) exchange_halves(&v[r], &v[r + 4]);
}

PC_TARGET_AVX512 PC_INLINE __m512 join_8(const float *a, const float *b)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(a)), _mm256_loadu_ps(b), 1);
}

PC_TARGET_AVX512 PC_INLINE void part_8(float *a, float *b, __m512 v)
{
    _mm256_storeu_ps(a, _mm512_castps512_ps256(v));
    _mm256_storeu_ps(b, _mm512_extractf32x8_ps(v, 1));
}

PC_TARGET_AVX512 PC_INLINE __m512 join_4(const float *a, const float *b, const float *c, const float *d)
{
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(a));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(b), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(c), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(d), 3);
}

PC_TARGET_AVX512 PC_INLINE void part_4(float *a, float *b, float *c, float *d, __m512 v)
{
    _mm_storeu_ps(a, _mm512_castps512_ps128(v));
    _mm_storeu_ps(b, _mm512_extractf32x4_ps(v, 1));
    _mm_storeu_ps(c, _mm512_extractf32x4_ps(v, 2));
    _mm_storeu_ps(d, _mm512_extractf32x4_ps(v, 3));
}

PC_TARGET_AVX512 PC_INLINE __m512 load_rows_f32(const float *const *p, unsigned j, unsigned s, size_t at)
{
    if (s == 16) return _mm512_loadu_ps(p[j] + at);
    if (s == 8) return join_8(p[j] + at, p[j + 8] + at);
    return join_4(p[j] + at, p[j + 4] + at, p[j + 8] + at, p[j + 12] + at);
}

PC_TARGET_AVX512 PC_INLINE void store_rows_f32(float *const *p, unsigned j, unsigned s, size_t at, __m512 v)
{
    if (s == 16)
        _mm512_storeu_ps(p[j] + at, v);
    else if (s == 8)
        part_8(p[j] + at, p[j + 8] + at, v);
    else
        part_4(p[j] + at, p[j + 4] + at, p[j + 8] + at, p[j + 12] + at, v);
}

PC_TARGET_AVX512 PC_INLINE __m512 load_groups_f32(const float *p, ptrdiff_t step, unsigned s)
{
    if (s == 16 || step == (ptrdiff_t)s) return _mm512_loadu_ps(p);
    if (s == 8) return join_8(p, p + step);
    return join_4(p, p + step, p + 2 * step, p + 3 * step);
}

PC_TARGET_AVX512 PC_INLINE void store_groups_f32(float *p, ptrdiff_t step, unsigned s, __m512 v)
{
    if (s == 16 || step == (ptrdiff_t)s)
        _mm512_storeu_ps(p, v);
    else if (s == 8)
        part_8(p, p + step, v);
    else
        part_4(p, p + step, p + 2 * step, p + 3 * step, v);
}

PC_TARGET_AVX512 PC_INLINE __m512 repeat_row_f32(const float *p, unsigned s)
{
    if (s == 16) return _mm512_loadu_ps(p);
    if (s == 8) return _mm512_broadcast_f32x8(_mm256_loadu_ps(p));
    return _mm512_broadcast_f32x4(_mm_loadu_ps(p));
}

PC_TARGET_AVX512 PC_INLINE __m512d join_f64(const double *a, const double *b)
{
    return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(a)), _mm256_loadu_pd(b), 1);
}

PC_TARGET_AVX512 PC_INLINE void part_f64(double *a, double *b, __m512d v)
{
    _mm256_storeu_pd(a, _mm512_castpd512_pd256(v));
    _mm256_storeu_pd(b, _mm512_extractf64x4_pd(v, 1));
}

#define TARGET PC_TARGET_AVX512
#define REGISTERS 16

#define T float
#define V __m512
#define W 16
#define NARROW 8
#define FN(name) name##_f32_avx512
#define BELOW(name) name##_f32_avx2
#define ADD _mm512_add_ps
#define SUB _mm512_sub_ps
#define MUL _mm512_mul_ps
#define SET1 _mm512_set1_ps
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define TRANSPOSE transpose_f32
#define LOAD_ROWS load_rows_f32
#define STORE_ROWS store_rows_f32
#define LOAD_GROUPS load_groups_f32
#define STORE_GROUPS store_groups_f32
#define REPEAT_ROW repeat_row_f32
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
#undef LOAD_ROWS
#undef STORE_ROWS
#undef LOAD_GROUPS
#undef STORE_GROUPS
#undef REPEAT_ROW

#define T double
#define V __m512d
#define W 8
#define NARROW 4
#define FN(name) name##_f64_avx512
#define BELOW(name) name##_f64_avx2
#define ADD _mm512_add_pd
#define SUB _mm512_sub_pd
#define MUL _mm512_mul_pd
#define SET1 _mm512_set1_pd
#define LOAD _mm512_loadu_pd
#define STORE _mm512_storeu_pd
#define TRANSPOSE transpose_f64
#define LOAD_ROWS(p, j, s, at) ((s) == 8 ? LOAD((p)[j] + (at)) : join_f64((p)[j] + (at), (p)[(j) + 4] + (at)))
#define STORE_ROWS(p, j, s, at, v)                                                                           \
    ((s) == 8 ? STORE((p)[j] + (at), v) : part_f64((p)[j] + (at), (p)[(j) + 4] + (at), v))
#define LOAD_GROUPS(p, step, s) ((s) == 8 ? LOAD(p) : join_f64(p, (p) + (step)))
#define STORE_GROUPS(p, step, s, v) ((s) == 8 ? STORE(p, v) : part_f64(p, (p) + (step), v))
#define REPEAT_ROW(p, s) ((s) == 8 ? LOAD(p) : _mm512_broadcast_f64x4(_mm256_loadu_pd(p)))
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"

#endif
