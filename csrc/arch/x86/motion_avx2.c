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

/* Differences of `width` samples, 16, 8 or 4, as 16 numbers of 16 bits; those beyond are 0 and cost nothing.
 */
PC_TARGET_AVX2 PC_INLINE __m128i samples(const uint8_t *p, unsigned width)
{
    if (width >= 16) return _mm_loadu_si128((const __m128i *)p);
    if (width >= 8) return _mm_loadl_epi64((const __m128i *)p);
    int32_t w;
    memcpy(&w, p, 4);
    return _mm_cvtsi32_si128(w);
}

PC_TARGET_AVX2 PC_INLINE __m256i difference(const uint8_t *a, const uint8_t *b, unsigned width)
{
    return _mm256_sub_epi16(_mm256_cvtepu8_epi16(samples(a, width)), _mm256_cvtepu8_epi16(samples(b, width)));
}

/* Squares of four rows, two to a lane of 32 bits: a block of 64 x 64 stays below 2^29 all in all. */
PC_TARGET_AVX2 PC_INLINE __m256i squares(const __m256i *d)
{
    __m256i sum = _mm256_madd_epi16(d[0], d[0]);
    for (int r = 1; r < 4; r++) sum = _mm256_add_epi32(sum, _mm256_madd_epi16(d[r], d[r]));
    return sum;
}

/* Half the absolute values of the transforms of four 4 x 4 blocks, in lanes of 32 bits. Of the last butterfly
 * |s + u| + |s - u| = 2 max(|s|, |u|). */
PC_TARGET_AVX2 PC_INLINE __m256i hadamard(const __m256i *d)
{
    const __m256i ones = _mm256_set1_epi32(1); /* of each pair of 16 bits, the lower */
    __m256i s = _mm256_add_epi16(d[0], d[1]), t = _mm256_sub_epi16(d[0], d[1]);
    __m256i u = _mm256_add_epi16(d[2], d[3]), e = _mm256_sub_epi16(d[2], d[3]);
    __m256i v[4] = {_mm256_add_epi16(s, u), _mm256_sub_epi16(s, u), _mm256_add_epi16(t, e),
                    _mm256_sub_epi16(t, e)};
    __m256i pairs[4] = {_mm256_hadd_epi16(v[0], v[1]), _mm256_hsub_epi16(v[0], v[1]),
                        _mm256_hadd_epi16(v[2], v[3]), _mm256_hsub_epi16(v[2], v[3])};
    __m256i sum = _mm256_setzero_si256();
    for (int i = 0; i < 4; i++) {
        __m256i size = _mm256_abs_epi16(pairs[i]);
        size = _mm256_max_epi16(size, _mm256_srli_epi32(size, 16));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(size, ones));
    }
    return sum;
}

/* Strips of four rows and up to 16 columns. */
PC_TARGET_AVX2 PC_INLINE uint64_t strips(const pc_motion_match *m, const uint8_t *b, unsigned width, int satd)
{
    __m256i sum = _mm256_setzero_si256();
    for (unsigned x = 0; x < m->size; x += width)
        for (unsigned y = 0; y < m->size; y += 4) {
            __m256i d[4];
            for (unsigned r = 0; r < 4; r++)
                d[r] = difference(m->block + x + (ptrdiff_t)(y + r) * m->block_stride,
                                  b + x + (ptrdiff_t)(y + r) * m->stride, width);
            sum = _mm256_add_epi32(sum, satd ? hadamard(d) : squares(d));
        }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
    return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(half, _mm_srli_epi64(half, 32)));
}

PC_TARGET_AVX2 PC_INLINE void strip_costs(const pc_motion_match *m, const ptrdiff_t *offsets, unsigned count,
                                          uint64_t *costs, int satd)
{
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *b = m->reference + offsets[i];
        costs[i] = m->size % 16 == 0  ? strips(m, b, 16, satd)
                   : m->size % 8 == 0 ? strips(m, b, 8, satd)
                                      : strips(m, b, 4, satd);
    }
}

PC_TARGET_AVX2 void pc_motion_costs_avx2(const pc_motion_match *m, const ptrdiff_t *offsets, unsigned count,
                                         uint64_t *costs)
{
    if (m->bytes != 1)
        any_costs_avx2(m, offsets, count, costs);
    else if (m->metric == PC_MOTION_SSD)
        strip_costs(m, offsets, count, costs, 0);
    else if (m->metric == PC_MOTION_SATD)
        strip_costs(m, offsets, count, costs, 1);
    else if (m->size == 16)
        sad_16x16(m, offsets, count, costs);
    else
        for (unsigned i = 0; i < count; i++)
            costs[i] = sad_any(m->block, m->block_stride, m->reference + offsets[i], m->stride, m->size);
}

/* A row of 16 samples, or of 8 and nothing, each and its right neighbour weighted, in 16 bits. */
PC_TARGET_AVX2 PC_INLINE __m256i blend_along(const uint8_t *p, unsigned width, __m256i left, __m256i right)
{
    __m128i a, b;
    if (width == 16)
        a = _mm_loadu_si128((const __m128i *)p), b = _mm_loadu_si128((const __m128i *)(p + 1));
    else
        a = _mm_loadl_epi64((const __m128i *)p), b = _mm_loadl_epi64((const __m128i *)(p + 1));
    return _mm256_add_epi16(_mm256_mullo_epi16(_mm256_cvtepu8_epi16(a), left),
                            _mm256_mullo_epi16(_mm256_cvtepu8_epi16(b), right));
}

/* Columns of bytes, 16 or 8 wide: the bilinear weights are products, so each row is blended along itself
 * once, and then with the next. Sums stay below 16 x 255 + 8. */
PC_TARGET_AVX2 PC_INLINE void blend_columns(const uint8_t *src, ptrdiff_t stride, unsigned size, int down,
                                            int right, unsigned width, uint8_t *dst)
{
    const __m256i l = _mm256_set1_epi16((short)(4 - right)), r = _mm256_set1_epi16((short)right);
    const __m256i u = _mm256_set1_epi16((short)(4 - down)), d = _mm256_set1_epi16((short)down);
    const __m256i half = _mm256_set1_epi16(8);
    __m256i row = blend_along(src, width, l, r);
    for (unsigned y = 0; y < size; y++, dst += size) {
        src += stride;
        const __m256i next = blend_along(src, width, l, r);
        const __m256i sum = _mm256_add_epi16(_mm256_mullo_epi16(row, u), _mm256_mullo_epi16(next, d));
        const __m256i result = _mm256_srli_epi16(_mm256_add_epi16(sum, half), 4);
        const __m128i bytes =
            _mm_packus_epi16(_mm256_castsi256_si128(result), _mm256_extracti128_si256(result, 1));
        if (width == 16)
            _mm_storeu_si128((__m128i *)dst, bytes);
        else
            _mm_storel_epi64((__m128i *)dst, bytes);
        row = next;
    }
}

PC_TARGET_AVX2 void pc_motion_blend_avx2(const uint8_t *src, ptrdiff_t stride, unsigned size, unsigned bytes,
                                         int down, int right, uint8_t *dst)
{
    if (bytes != 1 || size % 8 != 0) {
        any_blend_avx2(src, stride, size, bytes, down, right, dst);
        return;
    }
    unsigned x = 0;
    for (; x + 16 <= size; x += 16) blend_columns(src + x, stride, size, down, right, 16, dst + x);
    if (x < size) blend_columns(src + x, stride, size, down, right, 8, dst + x);
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
