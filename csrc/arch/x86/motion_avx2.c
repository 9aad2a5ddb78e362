/* Block matching in AVX2. psadbw adds up 32 absolute differences at once: two rows of 16, four of 8 or eight
 * of 4 samples a vector. A 16 x 16 block stays in eight registers while all its places are tried. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "predict/motion_common.h"

PC_MOTION_COSTS(PC_TARGET_AVX2, avx2)
PC_MOTION_REST(PC_TARGET_AVX2, avx2)

PC_TARGET_AVX2 PC_INLINE __m256i rows16(const uint8_t *p, ptrdiff_t stride)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)),
                                   _mm_loadu_si128((const __m128i *)(p + stride)), 1);
}

PC_TARGET_AVX2 PC_INLINE __m128i rows8(const uint8_t *p, ptrdiff_t stride)
{
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)p),
                              _mm_loadl_epi64((const __m128i *)(p + stride)));
}

PC_TARGET_AVX2 PC_INLINE __m128i rows4(const uint8_t *p, ptrdiff_t stride)
{
    int32_t w[4];
    for (int r = 0; r < 4; r++, p += stride) memcpy(&w[r], p, 4);
    return _mm_setr_epi32(w[0], w[1], w[2], w[3]);
}

PC_TARGET_AVX2 PC_INLINE uint64_t total(__m256i v)
{
    __m128i s = _mm_add_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(s, _mm_unpackhi_epi64(s, s)));
}

PC_TARGET_AVX2 PC_INLINE void sad_16x16(const pc_motion_match *m, const ptrdiff_t *offsets, unsigned count,
                                        uint64_t *costs)
{
    __m256i block[8];
    for (int r = 0; r < 8; r++) block[r] = rows16(m->block + 2 * r * m->block_stride, m->block_stride);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *p = m->reference + offsets[i];
        __m256i sum = _mm256_sad_epu8(block[0], rows16(p, m->stride));
        for (int r = 1; r < 8; r++) {
            p += 2 * m->stride;
            sum = _mm256_add_epi64(sum, _mm256_sad_epu8(block[r], rows16(p, m->stride)));
        }
        costs[i] = total(sum);
    }
}

/* Any multiple of 4: columns of 16, then of 8 and 4. */
PC_TARGET_AVX2 PC_INLINE uint64_t sad_any(const uint8_t *a, ptrdiff_t as, const uint8_t *b, ptrdiff_t bs,
                                          unsigned size)
{
    __m256i sum = _mm256_setzero_si256();
    __m128i rest = _mm_setzero_si128();
    unsigned x = 0;
    for (; x + 16 <= size; x += 16)
        for (unsigned y = 0; y < size; y += 2)
            sum = _mm256_add_epi64(sum, _mm256_sad_epu8(rows16(a + x + (ptrdiff_t)y * as, as),
                                                        rows16(b + x + (ptrdiff_t)y * bs, bs)));
    for (; x + 8 <= size; x += 8)
        for (unsigned y = 0; y < size; y += 2)
            rest = _mm_add_epi64(rest, _mm_sad_epu8(rows8(a + x + (ptrdiff_t)y * as, as),
                                                    rows8(b + x + (ptrdiff_t)y * bs, bs)));
    for (; x < size; x += 4)
        for (unsigned y = 0; y < size; y += 4)
            rest = _mm_add_epi64(rest, _mm_sad_epu8(rows4(a + x + (ptrdiff_t)y * as, as),
                                                    rows4(b + x + (ptrdiff_t)y * bs, bs)));
    return total(_mm256_add_epi64(sum, _mm256_zextsi128_si256(rest)));
}

PC_TARGET_AVX2 void pc_motion_costs_avx2(const pc_motion_match *m, const ptrdiff_t *offsets, unsigned count,
                                         uint64_t *costs)
{
    if (m->metric != PC_MOTION_SAD || m->bytes != 1)
        any_costs_avx2(m, offsets, count, costs);
    else if (m->size == 16)
        sad_16x16(m, offsets, count, costs);
    else
        for (unsigned i = 0; i < count; i++)
            costs[i] = sad_any(m->block, m->block_stride, m->reference + offsets[i], m->stride, m->size);
}

PC_TARGET_AVX2 unsigned pc_motion_near_avx2(const pc_motion_quarters *q, const int32_t *upper,
                                            const int32_t *lower, unsigned n, int32_t limit, uint8_t *places)
{
    const __m256i a = _mm256_set1_epi32(q->of_block[0]), b = _mm256_set1_epi32(q->of_block[1]),
                  c = _mm256_set1_epi32(q->of_block[2]), d = _mm256_set1_epi32(q->of_block[3]),
                  most = _mm256_set1_epi32(limit);
    unsigned found = 0;
#define DISTANCE(p, of)                                                                                      \
    _mm256_abs_epi32(_mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(p)), of))
    for (unsigned i = 0; i < n; i += 8) {
        __m256i sum =
            _mm256_add_epi32(_mm256_add_epi32(DISTANCE(upper + i, a), DISTANCE(upper + i + q->half, b)),
                             _mm256_add_epi32(DISTANCE(lower + i, c), DISTANCE(lower + i + q->half, d)));
        unsigned far = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(sum, most)));
        unsigned close = ~far & 255u & (n - i < 8 ? (1u << (n - i)) - 1 : 255u);
        for (; close != 0; close &= close - 1) places[found++] = (uint8_t)(i + _tzcnt_u32(close));
    }
#undef DISTANCE
    return found;
}

#endif
